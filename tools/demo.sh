#!/bin/sh
# The main job on a little drawn world: frames and proposals in; detections, mAP and overlays out.
# usage: demo.sh SLOWFAST OUTPUT-DIR
set -eu

slowfast=$1
out=$2
rm -rf "$out"

say() { printf '\n== %s\n' "$1"; }

say "A little world: people moving, drawn from seed 1"
"$slowfast" synth --output-dir "$out/world" --seed 1

say "The test run: who does what in every key frame"
echo "The weights are random until a later version brings learned ones: these scores mean nothing yet."
"$slowfast" test --cfg configs/demo/SLOWFAST_16x2_R50_SMALL.yaml --random-weights 1 --output-dir "$out" \
  AVA.FRAME_DIR "$out/world/frames" AVA.FRAME_LIST_DIR "$out/world/frame_lists" \
  AVA.ANNOTATION_DIR "$out/world/annotations"

say "The same detections under the three public protocols"
"$slowfast" evaluate --groundtruth "$out/world/annotations/groundtruth.csv" \
  --detections "$out/detections_latest.csv" --labelmap "$out/world/annotations/labelmap.pbtxt" \
  --exclusions "$out/world/annotations/exclusions.csv" --output "$out/evaluation.txt"
grep mAP "$out/evaluation.txt"

say "Overlays"
"$slowfast" overlay --frames "$out/world/frames" --detections "$out/detections_latest.csv" \
  --groundtruth "$out/world/annotations/groundtruth.csv" --labelmap "$out/world/annotations/labelmap.pbtxt" \
  --output-dir "$out/overlays"

say "Where everything is"
echo "detections   $out/detections_latest.csv"
echo "evaluation   $out/evaluation.txt"
echo "overlays     $out/overlays/"

#!/bin/sh
# The main job on held-out drawn videos, with learned weights: detections, mAP, overlays, an overlay video, a report.
# usage: demo.sh SLOWFAST OUTPUT-DIR [VIDEOS, 12; at least 4]
set -eu

slowfast=$1
out=$2
videos=${3:-12}
world="$out/world"
annotations="$world/annotations"
model=$(dirname "$0")/../configs/demo/SLOWFAST_8x4_R18_SMALL
rm -rf "$out"
mkdir -p "$out"

# Ends the part before, if any, and begins the next.
times=""
part=""
now() { date +%s%N | cut -c1-11; }
say() {
  time=$(now)
  [ -z "$part" ] || times="$times$(printf '%5d.%d s  %s' $(((time - began) / 10)) $(((time - began) % 10)) "$part")
"
  part=${1:-}
  began=$time
  [ -z "$part" ] || printf '\n== %s\n' "$part"
}

# Seed 7 of the split val: worlds that nobody was trained on (the weights saw seed 1 of the split train).
[ "$videos" = 12 ] && many=twelve || many=$videos
say "Drawing $many videos of people doing things"
"$slowfast" synth --output-dir "$world" --format mp4 --videos "$videos" --seconds 15 --seed 7 --varied-size
shown=synth7_$((videos - 1))

detect() {
  "$slowfast" detect "$world"/videos/*.mp4 --starting-second 900 --proposals "$annotations/proposals.csv" \
    --labelmap "$annotations/labelmap.pbtxt" --cfg "$model.yaml" --weights "$model.pyth" "$@"
}

say "Who does what: detections in every key frame"
detect --output-dir "$out"

score() {
  "$slowfast" evaluate --groundtruth "$annotations/groundtruth.csv" --labelmap "$annotations/labelmap.pbtxt" \
    --exclusions "$annotations/exclusions.csv" "$@"
}

say "Frame mAP under the three public protocols, and the report"
score --detections "$out/detections.csv" --report "$out/report" --video "$world"/videos/*.mp4 \
  --starting-second 900 --output "$out/evaluation.txt"
cat "$out/evaluation.txt"

say "How much of it is motion: the same weights on stills"
detect --output-dir "$out/stills" --still
score --compare "$out/stills/detections.csv" "$out/detections.csv" --report-frames 5 --output "$out/motion.txt"
cat "$out/motion.txt"

say "Overlays of $shown, and the whole video with its labels"
mkdir -p "$out/overlays"
for rows in detections.csv world/annotations/groundtruth.csv; do
  grep "^$shown," "$out/$rows" >"$out/overlays/$(basename "$rows")"
done
"$slowfast" overlay --video "$world/videos/$shown.mp4" --detections "$out/overlays/detections.csv" \
  --groundtruth "$out/overlays/groundtruth.csv" --labelmap "$annotations/labelmap.pbtxt" --starting-second 900 \
  --output-dir "$out/overlays" --overlay-video

say ""
cat <<TEXT

== How long each part took
$times
== Where everything is
detections      $out/detections.csv (and detections.json)
evaluation      $out/evaluation.txt
report          $out/report/index.html
motion's share  $out/motion.txt
overlays        $out/overlays/
overlay video   $out/overlays/$shown.mp4
TEXT

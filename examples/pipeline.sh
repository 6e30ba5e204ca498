#!/bin/sh
# A drawn world, what the demo's network says of it, the rows that it is sure of, and what is lost by keeping those alone.
# usage: pipeline.sh SLOWFAST FOLDER
set -eu

if [ $# -ne 2 ]; then
  echo "usage: pipeline.sh SLOWFAST FOLDER" >&2
  exit 64
fi
slowfast=$1
folder=$2
here=$(cd "$(dirname "$0")/.." && pwd)
world=$folder/world
model=$here/configs/demo/SLOWFAST_8x4_R18_SMALL

"$slowfast" synth --output-dir "$world" --format mp4 --videos 2 --seconds 8 --seed 7
"$slowfast" detect "$world"/videos/*.mp4 --starting-second 900 --proposals "$world/annotations/proposals.csv" \
  --labelmap "$world/annotations/labelmap.pbtxt" --cfg "$model.yaml" --weights "$model.pyth" --output-dir "$folder/results"
# Rows are text: any tool may choose among them, and the evaluator reads them from a pipe.
for least in 0 0.5; do
  echo "rows of score $least or more:"
  awk -F , -v least="$least" '$8 >= least' "$folder/results/detections.csv" |
    "$slowfast" evaluate --groundtruth "$world/annotations/groundtruth.csv" --detections - \
      --labelmap "$world/annotations/labelmap.pbtxt" --protocol official --format csv | grep ,mAP,
done

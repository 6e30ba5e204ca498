#!/bin/sh
# The main job on held-out drawn videos, with learned weights: detections, mAP, overlays, an overlay video, a report.
# Then a second act: short videos of one thing each are classified.
# usage: demo.sh SLOWFAST OUTPUT-DIR [VIDEOS, 12; at least 4] [CLIPS, 130; at least 13]
set -eu

if [ $# -gt 4 ]; then
  shift 4
  echo "demo: '$1' is an argument too many -> give OUTPUT-DIR, VIDEOS and CLIPS" >&2
  exit 64
fi
if [ -z "${2:-}" ]; then
  echo "demo: the name of OUTPUT-DIR is empty -> give a folder's name" >&2
  exit 64
fi
slowfast=$1
out=$2
videos=${3-12}
clips=${4-130}
world="$out/world"
annotations="$world/annotations"
model=$(dirname "$0")/../configs/demo/SLOWFAST_8x4_R18_SMALL
detector=$(dirname "$0")/../configs/demo/SSDLITE_PEOPLE_SMALL.safetensors
classifier=$(dirname "$0")/../configs/demo/SLOWFAST_8x4_R18_CLASSES
for count in "$videos" "$clips"; do
  case $count in
  '' | *[!0-9]*)
    echo "demo: '$count' is no number -> give how many VIDEOS (12; at least 4) and CLIPS (130; at least 13)" >&2
    exit 64
    ;;
  esac
done
if [ "$videos" -lt 4 ] || [ "$clips" -lt 13 ]; then
  echo "demo: found $videos videos and $clips clips -> give at least 4 and 13" >&2
  exit 64
fi
# What an earlier demo made is replaced, and nothing else: its folder has a file that says so, and there it is what has these names.
mark=.made-by-slowfast-demo
made="world classes overlays raw report stills tracks.json detections.csv detections.json detections.journal evaluation.txt motion.txt"
if { [ -e "$out" ] || [ -L "$out" ]; } && [ ! -d "$out" ]; then
  echo "demo: '$out' is no folder -> name another one, or delete this" >&2
  exit 1
fi
if [ -n "$(ls -A "$out" 2>/dev/null)" ] && [ ! -e "$out/$mark" ]; then
  echo "demo: '$out' holds other things than a demo's output -> name another folder, or delete this one" >&2
  exit 1
fi
if ! mkdir -p "$out" 2>/dev/null || [ ! -w "$out" ]; then
  echo "demo: '$out' cannot be written -> name a folder where you may write: OUTPUT-DIR" >&2
  exit 1
fi
for name in $made; do rm -rf "${out:?}/$name"; done
printf '%s\n' "Made by the demo of slowfast, which replaces these when it runs again:" $made >"$out/$mark"

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

say "From the raw videos alone: a small detector finds the people, and the same network says what they do"
"$slowfast" detect "$world"/videos/*.mp4 --starting-second 900 --detector "$detector" \
  --labelmap "$annotations/labelmap.pbtxt" --cfg "$model.yaml" --weights "$model.pyth" --output-dir "$out/raw"
"$slowfast" evaluate --boxes "$out/raw/people.csv" --groundtruth "$annotations/groundtruth.csv" \
  --exclusions "$annotations/exclusions.csv" --output "$out/raw/boxes.txt"
cat "$out/raw/boxes.txt"
# It was looked at every second, and the ground truth has those from 902 on: what is said of the others goes to a file.
score --detections "$out/raw/detections.csv" --output "$out/raw/evaluation.txt" 2>"$out/raw/notes.txt"
grep ': mAP' "$out/raw/evaluation.txt"

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

# Seed 7 again: nobody was trained on these either.
short="$out/classes"
say "Second act: drawing $clips short videos of one person doing one thing"
"$slowfast" synth --dataset kinetics --output-dir "$short" --videos "$clips" --seed 7 --width 170 --height 128

say "What is done in each: top-1 and top-5, three clips a video (never trained on; guessing is right in 1 of 13)"
"$slowfast" test --cfg "$classifier.yaml" --weights "$classifier.pyth" --output-dir "$short/results" \
  DATA.PATH_TO_DATA_DIR "$short" DATA.PATH_PREFIX "$short" TEST.SAVE_RESULTS_PATH scores.npz
"$slowfast" evaluate --predictions "$short/results/scores.npz" --labels "$short/classes.json" \
  --report "$short/report" --video "$short"/videos/*.mp4 --output "$short/evaluation.txt"
cat "$short/evaluation.txt"

# The first video of somebody who falls, class 3.
fall=$(sed -n 's/ 3$//p' "$short/test.csv" | head -n 1)
say "What is done in $(basename "$fall"), over time"
"$slowfast" classify "$short/$fall" --cfg "$classifier.yaml" --weights "$classifier.pyth" \
  --labels "$short/classes.json" --every 0.2 --top-k 2 --overlay-video "$short/$(basename "$fall" .mp4)_timeline.mp4"

say ""
cat <<TEXT

== How long each part took
$times
== Where everything is
detections      $out/detections.csv (and detections.json)
evaluation      $out/evaluation.txt
report          $out/report/index.html
motion's share  $out/motion.txt
people found    $out/raw/people.csv, what they do $out/raw/detections.csv
overlays        $out/overlays/
overlay video   $out/overlays/$shown.mp4
classes         $short/results/predictions_latest.csv
class report    $short/report/index.html
timeline        $short/$(basename "$fall" .mp4)_timeline.mp4
TEXT

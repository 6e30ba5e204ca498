#!/bin/sh
# Fine-tuning on a data set of one's own, drawn here: three classes that the demo's network was not trained on, held-out mAP
# before and after, and the fine-tuned network on a video.
# usage: finetune.sh SLOWFAST OUTPUT-DIR [VIDEOS, 24; at least 4] [SECONDS, 12; at least 6]
set -eu

slowfast=$1
out=$2
videos=${3:-24}
seconds=${4:-12}
# Everything is looked at before anything of an earlier call goes.
case $("$slowfast" --version 2>/dev/null || true) in
  "slowfast "*) ;;
  *)
    echo "finetune: SLOWFAST is '$slowfast', which is not this program -> build it (make), or give its path" >&2
    exit 1
    ;;
esac
number() {
  # Leading zeros would make it octal.
  case $2 in '' | 0* | *[!0-9]* | ???????*) value=-1 ;; *) value=$2 ;; esac
  if [ "$value" -lt "$3" ]; then
    echo "finetune: $1 is '$2', expected a whole number, $3 or more -> correct it, or leave it out" >&2
    exit 64
  fi
}
number VIDEOS "$videos" 4
number SECONDS "$seconds" 6
held=$(((videos + 1) / 2))
if [ -z "$out" ]; then
  echo "finetune: the name of OUTPUT-DIR is empty -> give a folder's name" >&2
  exit 64
fi
world="$out/world"
model=$(dirname "$0")/../configs/demo/SLOWFAST_8x4_R18_SMALL
for file in "$model.yaml" "$model.pyth"; do
  if [ ! -r "$file" ]; then
    echo "finetune: '$file' is not there -> call the script where the project has it" >&2
    exit 1
  fi
done
# What an earlier call made is replaced, and nothing else: its folder has a file that says so, and there it is what has these names.
mark=.made-by-slowfast-finetune
made="world classes.txt train.csv val.csv tuned film detected"
if { [ -e "$out" ] || [ -L "$out" ]; } && [ ! -d "$out" ]; then
  echo "finetune: '$out' is no folder -> name another one, or delete this" >&2
  exit 1
fi
if [ -n "$(ls -A "$out" 2>/dev/null)" ] && [ ! -e "$out/$mark" ]; then
  echo "finetune: '$out' holds other things than this script's output -> name another folder, or delete this one" >&2
  exit 1
fi
mkdir -p "$out"
for name in $made; do rm -rf "${out:?}/$name"; done
printf '%s\n' "Made by tools/finetune.sh of slowfast, which replaces these when it runs again:" $made >"$out/$mark"

say() { printf '\n== %s\n' "$1"; }

say "Drawing $videos videos to learn from, and $held that are held out"
"$slowfast" synth --output-dir "$world" --split train --videos "$videos" --seconds "$seconds" --seed 21
"$slowfast" synth --output-dir "$world" --split val --videos "$held" --seconds "$seconds" --seed 22 --width 256 --height 192

# What an annotation tool would give: the classes, and AVA's rows. Rows without a class are people who do nothing of them.
printf '%s\n' 'moving along' 'waving or clapping' 'on the ground' >"$out/classes.txt"
own() {
  awk -F, -v OFS=, '
    BEGIN { split("4 10 14", a, " "); for (i in a) class[a[i]] = 1    # dance, run, walk
            class[67] = class[69] = 2                                  # hand clap, hand wave
            class[5] = class[8] = 3 }                                  # fall down, lie
    { $7 = class[$7]; print }' "$1"
}
own "$world/annotations/train_groundtruth.csv" >"$out/train.csv"
own "$world/annotations/groundtruth.csv" >"$out/val.csv"

say "A new head on the demo's weights, then the last stage with it"
"$slowfast" finetune --cfg "$model.yaml" --weights "$model.pyth" --classes "$out/classes.txt" \
  --train "$out/train.csv" --val "$out/val.csv" --val-proposals "$world/annotations/proposals.csv" \
  --freeze backbone --then-stages 4 --output-dir "$out/tuned" \
  AVA.FRAME_DIR "$world/frames" AVA.FRAME_LIST_DIR "$world/frame_lists" \
  SOLVER.MAX_EPOCH 4 SOLVER.BASE_LR 0.0003

say "The fine-tuned network on a video that nobody has seen"
"$slowfast" synth --output-dir "$out/film" --format mp4 --videos 1 --seconds 6 --seed 23
"$slowfast" detect "$out"/film/videos/*.mp4 --starting-second 900 --proposals "$out/film/annotations/proposals.csv" \
  --cfg "$out/tuned/config.yaml" --weights "$out/tuned/checkpoints/checkpoint_best.pyth" \
  --labelmap "$out/tuned/labelmap.pbtxt" --output-dir "$out/detected" --overlay-video

cat <<TEXT

== Where everything is
report          $out/tuned/index.html
weights         $out/tuned/checkpoints/checkpoint_best.pyth, with $out/tuned/config.yaml
film            $out/detected/overlays/
TEXT

#!/bin/sh
# Trains a network of the demo by the program itself: draws the world, which all networks share, trains, and writes the weights with
# their certificate, into OUTPUT-DIR/NETWORK. The weights carry the config of the run, with that folder's name as it was given: give a
# relative one. A run that was interrupted goes on. Half an hour on two cores, 3 GB.
# usage: train-demo.sh SLOWFAST OUTPUT-DIR [--network SLOWFAST_8x4_R18_SMALL | ..._NLN_SMALL | ..._FAST_SMALL] [KEY VALUE ...]
set -eu

slowfast=$1
out=$2
shift 2
here=$(dirname "$0")
name=SLOWFAST_8x4_R18_SMALL
if [ "${1:-}" = --network ]; then
  name=$2
  shift 2
fi
config=$here/../configs/demo/$name.yaml
if [ ! -e "$config" ]; then
  echo "train-demo: there is no '$config' -> name one of the networks of configs/demo" >&2
  exit 1
fi
mkdir -p "$out"

# The 300 videos that it learns from, and 12 that validate it.
if [ -e "$out/world" ] && [ ! -e "$out/world.begun" ]; then
  echo "train-demo: '$out/world' is not this script's -> name another folder" >&2
  exit 1
fi
if [ ! -e "$out/world/drawn" ]; then
  touch "$out/world.begun"
  rm -rf "$out/world"
  "$slowfast" synth --split train --seed 1 --videos 300 --seconds 20 --width 224 --height 192 --output-dir "$out/world"
  "$slowfast" synth --split val --seed 4242 --videos 12 --seconds 20 --output-dir "$out/world"
  touch "$out/world/drawn"
fi
run=$out/$name
"$slowfast" train --cfg "$config" --output-dir "$run" TEST.ENABLE False AVA.FRAME_DIR "$out/world/frames" \
  AVA.FRAME_LIST_DIR "$out/world/frame_lists" AVA.ANNOTATION_DIR "$out/world/annotations" "$@"

last=$(find "$run/checkpoints" -name 'checkpoint_epoch_*.pyth' | sort | tail -n 1)
if [ -z "$last" ]; then
  echo "train-demo: '$run/checkpoints' has no checkpoint_epoch_*.pyth -> look at $run/stdout.log" >&2
  exit 1
fi
"$slowfast" convert "$last" "$run/$name.pyth" --to pyth --names pyslowfast --overwrite
if command -v python3 >/dev/null 2>&1; then
  python3 "$here/train/certify.py" --output-dir "$run" --world "$out/world" --cfg "$config" --weights "$run/$name.pyth" --program "$slowfast" -- "$@"
else
  echo "train-demo: without python3 the weights have no certificate" >&2
fi

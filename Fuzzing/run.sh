#!/bin/bash
# Fuzzes every reader of strangers' bytes for its share of the seconds, one on every processor. A later run goes on where
# the one before ended: Corpus/ keeps the inputs that reached new code, Findings/ those that failed.
# usage: run.sh SECONDS [TARGET...]
set -euo pipefail
cd "$(dirname "$0")"

seconds=$1
shift
program=.build/release/fuzz
fixtures=../Tests/Fixtures
# What a reader may take: 10 s and 1 GB. The limits count the sanitizer's own needs too; its quarantine is kept small.
limits=(-timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=1024 -detect_leaks=0)
export ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=8
export SWIFT_BACKTRACE=enable=no

# The files that a reader's first inputs are made from, beside those in Seeds/.
seeds() {
  case $1 in
    unpickler) ls $fixtures/Checkpoint/{legacy,caffe2}_*.p* ;;
    zip) ls $fixtures/Checkpoint/{zip,views_zip,types_zip,split_bn}*.p* ;;
    safetensors) ls $fixtures/Checkpoint/*.safetensors ;;
    npy) ls $fixtures/RoIAlign/*.npy $fixtures/VideoModels/2d_cls_gray.npy ;;
    yaml) ls ../configs/*/*.yaml ;;
    labelmap) ls ../annotations/*.pbtxt ;;
    jpeg) ls $fixtures/Imaging/*.jpg ;;
    png) ls $fixtures/Imaging/*.png ;;
    boxes) ls $fixtures/Boxes/*.{txt,json,csv,pkl,xml} $fixtures/Boxes/yolo/labels/*.txt ;;
    predictions) ls $fixtures/Classify/*.{npz,pkl,pth} ;;
    video) ls $fixtures/Video/*.{mp4,mkv,ts,webm,avi,gif,h264} ;;
  esac
  if [ -d "Seeds/$1" ]; then ls -d "Seeds/$1"/*; fi
}

# Words that a reader knows and chance would hardly find.
words() {
  case $1 in
    unpickler | torchpickle | predictions) echo Dictionaries/pickle.dict ;;
    safetensors | datasets | boxes | tracks) echo Dictionaries/json.dict ;;
    detections | groundtruth | proposals | exclusions | framelist | videolist) echo Dictionaries/csv.dict ;;
    *) echo "Dictionaries/$1.dict" ;;
  esac
}

longest() {
  case $1 in
    video) echo 32768 ;;
    *) echo 8192 ;;
  esac
}

if [ $# -eq 0 ]; then
  # shellcheck disable=SC2046
  set -- $($program)
fi
share=$((seconds / $#))
if [ $share -lt 1 ]; then share=1; fi
mkdir -p Corpus Findings

# Fuzzes one reader and says how it went; 1 if it failed.
fuzz() {
  local target=$1 log=Findings/$1.log dictionary=() code=0 tries
  mkdir -p "Corpus/$target"
  if [ -f "$(words "$target")" ]; then dictionary=("-dict=$(words "$target")"); fi
  FUZZ_TARGET=$target $program "${limits[@]}" "${dictionary[@]}" -max_total_time=$share -max_len="$(longest "$target")" \
    -print_final_stats=1 "-artifact_prefix=Findings/$target-" "-seed_inputs=$(seeds "$target" | paste -sd, -)" \
    "Corpus/$target" >"$log" 2>&1 || code=$?
  tries=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  echo "$target: ${tries:-no} tries in $share s, $(find "Corpus/$target" -type f | wc -l) inputs kept"
  if [ $code -eq 0 ]; then return 0; fi
  echo "$target failed:
$(grep -E 'ERROR|SUMMARY|Fatal error|Test unit written' "$log" || tail -5 "$log")
-> again: FUZZ_TARGET=$target Fuzzing/$program FILE (the 'Test unit' above, from Fuzzing/); log: Fuzzing/$log" >&2
  return 1
}

status=0
running=0
for target in "$@"; do
  if [ $running -ge "$(nproc)" ]; then
    wait -n || status=1
    running=$((running - 1))
  fi
  fuzz "$target" &
  running=$((running + 1))
done
while [ $running -gt 0 ]; do
  wait -n || status=1
  running=$((running - 1))
done
exit $status

#!/bin/sh
# A day of a stream at the speed of this machine: 24 hours at 30 frames a second, made by libavdevice, a key frame every ten
# seconds. Memory may not grow: what the program takes after the first hour is what it takes at the end, within 8 MB.
# Usage: tools/test-watch-day.sh SLOWFAST [HOURS]
set -eu
cd "$(dirname "$0")/.."
slowfast=$1
hours=${2:-24}
model=configs/demo/SLOWFAST_8x4_R18_SMALL

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$slowfast" watch "lavfi:testsrc2=size=320x240:rate=30:duration=$((hours * 3600))" --whole-frame --pace all --every 10 \
  --cfg $model.yaml --weights $model.pyth DATA.TEST_CROP_SIZE 64 >"$folder/lines" 2>"$folder/messages" &
program=$!
# The resident size in kB each time another hour of the stream has been scored.
hour=1
first=0
last=0
while kill -0 $program 2>/dev/null; do
  scored=$(grep -c '"people"' "$folder/lines" || true)
  if [ "$scored" -ge $((hour * 360)) ]; then
    last=$(awk '/^VmRSS/ { print $2 }' "/proc/$program/status" 2>/dev/null || echo "$last")
    [ "$first" -ne 0 ] || first=$last
    echo "$hour h of the stream: $last kB"
    hour=$((hour + 1))
  fi
  sleep 0.2
done
wait $program || { cat "$folder/messages" >&2; exit 1; }
scored=$(grep -c '"people"' "$folder/lines")
echo "$scored key frames of $((hours * 360)); $((last - first)) kB from the first hour to the last"
[ "$scored" -eq $((hours * 360)) ] && [ "$first" -gt 0 ] && [ $((last - first)) -lt 8192 ]

#!/bin/sh
# Equal pictures make equal video files: a thousand files written in one process, beside a load on every core, where no
# thread's turn and no memory's past comes twice. Builds nothing: it needs the tests as make test built them.
set -eu
cd "$(dirname "$0")/.."

# Ten files a run: a world of three written on one thread and on three, and four over memory that was used before.
runs=100
tests='SynthDataSetTests.equalArgumentsWriteEqualFilesOnAnyThreads|WritingTests.whatMemoryHeldBeforeChangesNoFile'
bundle=$(swift build -c release --show-bin-path)/slowfastPackageTests.xctest

loads=""
log=$(mktemp)
trap 'kill $loads 2>/dev/null; rm -f "$log"' EXIT
for _ in $(seq "$(nproc)"); do
  sh -c 'while :; do :; done' &
  loads="$loads $!"
done

status=0
"$bundle" --testing-library swift-testing --repetitions "$runs" --filter "$tests" >"$log" 2>&1 || status=$?
grep 'recorded an issue' "$log" | head -n 5 || true
world=$(grep -c 'Test equalArguments.* passed' "$log" || true)
memory=$(grep -c 'Test whatMemory.* passed' "$log" || true)
echo "$((world * 6 + memory * 4)) of $((runs * 10)) files were written and were what they had to be"
[ "$status" -eq 0 ] && [ "$world" -eq "$runs" ] && [ "$memory" -eq "$runs" ]

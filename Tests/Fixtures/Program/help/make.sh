#!/bin/sh
# Writes the golden help texts anew from the built program: Tests/Fixtures/Program/help/make.sh [PROGRAM]
set -eu
folder=$(cd "$(dirname "$0")" && pwd)
program=${1:-$folder/../../../../.build/release/slowfast}
"$program" --help > "$folder/slowfast.txt"
for command in test detect classify evaluate validate overlay forward inspect bench 'bench clip' 'bench pipeline' 'bench roialign' 'bench depthwise' 'bench evaluate' 'bench people' 'bench train' frames synth plan 'plan test' 'plan detect' 'plan classify' results merge runs ensemble submission convert tracks gallery export watch people calibrate tune train finetune visualize; do
  # Two words make one name: slowfast-bench-clip.txt
  "$program" $command --help > "$folder/slowfast-$(echo "$command" | tr ' ' '-').txt"
done

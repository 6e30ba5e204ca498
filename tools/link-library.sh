#!/bin/bash
# Links the library for C and Python: built objects once more, with Swift's runtime in it, so that no toolchain is needed where
# it is. What the header declares is seen from outside; what nobody calls is left out. No source is compiled.
# usage: link-library.sh BUILD OUTPUT [SONAME]    BUILD is where `swift build --product SlowFastLibrary` has built
set -euo pipefail

build=$(realpath "$1")
output=$(realpath "$2")
name=${3:-}
tools=$(realpath "$(dirname "$0")")
objects=$build/SlowFastLibrary.product/Objects.LinkFileList
if [ ! -f "$objects" ]; then
  echo "link-library: '$build' has no built library -> run: swift build -c release --product SlowFastLibrary" >&2
  exit 1
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
{
  echo "{ global:"
  sed -n 's/^[a-z].*[ *]\(slowfast_[a-z_]*\)(.*/\1;/p' "$tools"/../Sources/CLibraries/CSlowFast/include/slowfast.h
  echo "local: *; };"
} >"$made/exports"
# The compiler writes what objects ask to be linked with beside the first of them: that is to be here, not in somebody's build.
ln -s "$(head -n 1 "$objects")" "$made/first.o"
# By names without a folder: a TMPDIR with spaces or quotes would be several words in the list.
cd "$made"
{ echo first.o; tail -n +2 "$objects"; } >objects
options=(-T "$tools/library.ld" --gc-sections --icf=all --strip-all --as-needed --version-script=exports --no-undefined)
if [ -n "$name" ]; then options+=(-soname "$name"); fi
linker=()
for option in "${options[@]}"; do linker+=(-Xlinker "$option"); done
swiftc -emit-library -static-stdlib -use-ld=lld @objects -o "$output" -lzstd -lz -lnettle -lyaml "${linker[@]}"

#!/bin/bash
# Links the library for C and Python: built objects once more, with Swift's runtime in it, so that no toolchain is needed where
# it is. What the header declares is seen from outside; what nobody calls is left out. Nothing is compiled.
# usage: link-library.sh BUILD OUTPUT [SONAME]    BUILD is where `swift build --product SlowFastLibrary` has built
set -euo pipefail

build=$(realpath "$1")
output=$(realpath "$2")
name=${3:-}
cd "$(dirname "$0")/.."
objects=$build/SlowFastLibrary.product/Objects.LinkFileList
if [ ! -f "$objects" ]; then
  echo "link-library: '$build' has no built library -> run: swift build -c release --product SlowFastLibrary" >&2
  exit 1
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
{
  echo "{ global:"
  sed -n 's/^[a-z].*[ *]\(slowfast_[a-z_]*\)(.*/\1;/p' Sources/CLibraries/CSlowFast/include/slowfast.h
  echo "local: *; };"
} >"$made/exports"
# The compiler writes what objects ask to be linked with beside the first of them: that is to be here, not in somebody's build.
ln -s "$(head -n 1 "$objects")" "$made/first.o"
{ echo "$made/first.o"; tail -n +2 "$objects"; } >"$made/objects"
options=(-T tools/library.ld --gc-sections --icf=all --strip-all --as-needed "--version-script=$made/exports" --no-undefined)
if [ -n "$name" ]; then options+=(-soname "$name"); fi
swiftc -emit-library -static-stdlib -use-ld=lld "@$made/objects" -o "$output" -lzstd -lz -lnettle -lyaml \
  $(printf -- '-Xlinker %s ' "${options[@]}")

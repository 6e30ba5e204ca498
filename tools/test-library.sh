#!/bin/sh
# Builds the test program of the C interface with AddressSanitizer against the library beside the program, and runs it.
# usage: test-library.sh SLOWFAST FOLDER ARGUMENT ...   (FOLDER keeps what is built)
set -eu

build=$(dirname "$1")
folder=$2
shift 2
here=$(cd "$(dirname "$0")/.." && pwd)
# The toolchain's own: its sanitizers are there on every machine that builds the program.
swift=$(readlink -f "$(command -v swift)")
program=$folder/library_test
[ -x "$program" ] || "$(dirname "$swift")/clang" -g -O1 -std=c11 -Wall -Wextra -Werror -fsanitize=address,undefined \
  -fno-sanitize-recover=undefined -fuse-ld=lld -DEXPECTED_VERSION="\"$("$here/tools/version.sh")\"" -I "$here/Sources/CLibraries/CSlowFast/include" "$here/Tests/Library/library_test.c" -o "$program" \
  "$build/libSlowFastLibrary.so" -Wl,-rpath,"$build" -lpthread -lm
LSAN_OPTIONS=suppressions=$here/Tests/Library/known-leaks.txt:print_suppressions=0 exec "$program" "$@"

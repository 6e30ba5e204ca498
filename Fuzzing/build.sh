#!/bin/sh
# Builds the fuzzer: optimised, every branch counted, with AddressSanitizer. The standard library checks its unsafe
# pointers' bounds as in a debug build: AddressSanitizer does not see the end of a mapped file.
set -eu
cd "$(dirname "$0")"

# x86's kernels read no strangers' bytes: they are left out.
# SwiftPM hands the compiler one sanitizer each, of which only the last counts: both are named once more.
swift build -c release --sanitize=fuzzer -Xswiftc -sanitize=fuzzer,address -Xswiftc -assert-config -Xswiftc Debug \
  -Xbuild-tools-swiftc -DPORTABLE_ONLY -Xbuild-tools-swiftc -DFUZZED

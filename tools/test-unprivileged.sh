#!/bin/sh
# Root may write anywhere, so some tests of what happens to files can fail only as another user. Run by root, this runs
# them once as "nobody", with a folder of its own that is gone afterwards; an ordinary user's `make test` had them.
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  echo "test-unprivileged: not root: make test runs these tests" >&2
  exit 0
fi

bundle=$(swift build -c release --show-bin-path)/slowfastPackageTests.xctest
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
chown nobody "$home"

# Where the project lies in a folder that is closed to others, "nobody" keeps one right of root's: to read.
user="setpriv --reuid nobody --regid nogroup --clear-groups --no-new-privs"
if ! $user head -c 1 "$bundle" >/dev/null 2>&1; then
  user="$user --inh-caps +dac_read_search --ambient-caps +dac_read_search"
  if ! $user head -c 1 "$bundle" >/dev/null 2>&1; then
    echo "test-unprivileged: \"nobody\" cannot read $bundle -> put the project where others may read it" >&2
    exit 1
  fi
fi
$user env HOME="$home" TMPDIR="$home" "$bundle" --testing-library swift-testing \
  --filter '^(ProgramTests\.DiskTests|FilesTests\.)'

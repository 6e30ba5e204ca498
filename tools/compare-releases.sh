#!/bin/bash
# Compares two releases, folders of tools/release.sh, byte by byte; of packages and archives that differ it says which files in them
# do. Ends with 1 where there is a difference.
# usage: compare-releases.sh RELEASE RELEASE
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: compare-releases.sh RELEASE RELEASE" >&2; exit 64; }

for folder in "$1" "$2"; do
  [ -f "$folder/SHA256SUMS" ] || { echo "compare-releases: '$folder' has no SHA256SUMS -> give two folders of make release" >&2; exit 64; }
done
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

unpack() {
  mkdir -p "$2"
  case $1 in
  *.deb) dpkg-deb --raw-extract "$1" "$2" ;;
  *.whl) python3 -m zipfile -e "$1" "$2" ;;
  *.tar.gz) tar -xzf "$1" -C "$2" ;;
  *) cp "$1" "$2" ;;
  esac
}
status=0
for name in $({ ls "$1"; ls "$2"; } | sort -u); do
  if cmp -s "$1/$name" "$2/$name"; then
    echo "same     $name"
    continue
  fi
  status=1
  echo "differs  $name"
  if [ ! -e "$1/$name" ] || [ ! -e "$2/$name" ]; then
    echo "         it is in one of the two alone"
    continue
  fi
  unpack "$1/$name" "$made/a/$name"
  unpack "$2/$name" "$made/b/$name"
  inside=$(cd "$made" && diff -rq --no-dereference "a/$name" "b/$name" || true)
  # Times and orders are the archive's own.
  echo "${inside:-its files are the same, how they are packed is not}" | sed 's/^/         /'
done
exit $status

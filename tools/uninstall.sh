#!/bin/sh
# Takes away what `make install` put below a folder: the files of its list, share/slowfast/installed, and the folders that it made,
# where nothing else is in them.
# usage: uninstall.sh PREFIX [DESTDIR] [KEEP]    KEEP is a list of what stays; then the installation's list stays, too
set -eu

if [ $# -lt 1 ]; then
  echo "usage: uninstall.sh PREFIX [DESTDIR]" >&2
  exit 64
fi
case "$1" in
/*) ;;
*)
  echo "uninstall: PREFIX is '$1', expected a path from / on -> give that of make install" >&2
  exit 1
  ;;
esac
case "${2:-}" in
'' | /*) ;;
*)
  echo "uninstall: DESTDIR is '$2', expected a path from / on -> give one, such as DESTDIR=$PWD/$2" >&2
  exit 1
  ;;
esac
prefix=$(printf '%s' "$1" | sed 's:/*$::')
to=${2:-}$prefix
keep=${3:-}
list="$to/share/slowfast/installed"
if [ ! -f "$list" ]; then
  echo "uninstall: '$list', the list of what was installed, does not exist -> give the PREFIX (and DESTDIR) of make install" >&2
  exit 1
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
LC_ALL=C sort -u "$list" >"$made/there"
if [ -n "$keep" ]; then LC_ALL=C sort -u "$keep"; fi >"$made/keep"
LC_ALL=C comm -23 "$made/there" "$made/keep" >"$made/gone"
if grep -n '^/\|^$\|^\(.*/\)\{0,1\}\.\.\(/\|$\)' "$made/gone" >&2; then
  echo "uninstall: '$list' has lines (above) that are no paths below '$to' -> nothing was deleted: delete by hand what is to go" >&2
  exit 1
fi
grep -v '/$' "$made/gone" | while IFS= read -r path; do
  # What is a folder now is somebody else's.
  if [ ! -d "$to/$path" ] || [ -L "$to/$path" ]; then rm -f "$to/$path"; fi
done
# The innermost first. One that is not empty has somebody else's files.
grep '/$' "$made/gone" | LC_ALL=C sort -r >"$made/folders"
remove_folders() {
  while IFS= read -r path; do
    if [ -d "$to/$path" ] && [ ! -L "${to%/}/${path%/}" ]; then rmdir --ignore-fail-on-non-empty "$to/$path"; fi
  done <"$made/folders"
}
remove_folders
# The list goes last, and then what it lay in: what is interrupted before can be done again.
if [ -z "$keep" ]; then
  rm "$list"
  remove_folders
fi
# Where the loader looks of itself, it is told of the library that came or went.
if [ -z "${2:-}" ] && [ "$(id -u)" -eq 0 ]; then
  case "$prefix" in /usr | /usr/local) ldconfig ;; esac
fi

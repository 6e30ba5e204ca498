#!/bin/sh
# Takes away what `make install` put below a folder: the files of its list, share/slowfast/installed, and the folders that it made,
# where nothing else is in them.
# usage: uninstall.sh PREFIX [DESTDIR] [KEEP]    KEEP is a list of what stays; then the installation's list stays, too
set -eu

if [ $# -lt 1 ]; then
  echo "usage: uninstall.sh PREFIX [DESTDIR]" >&2
  exit 64
fi
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
grep -v '/$' "$made/gone" | while read -r path; do
  # What is a folder now is somebody else's.
  if [ ! -d "$to/$path" ] || [ -L "$to/$path" ]; then rm -f "$to/$path"; fi
done
[ -n "$keep" ] || rm "$list"
# The innermost first. One that is not empty has somebody else's files.
grep '/$' "$made/gone" | LC_ALL=C sort -r | while read -r path; do
  if [ -d "$to/$path" ] && [ ! -L "${to%/}/${path%/}" ]; then rmdir --ignore-fail-on-non-empty "$to/$path"; fi
done
# Where the loader looks of itself, it is told of the library that came or went.
if [ -z "${2:-}" ] && [ "$(id -u)" -eq 0 ]; then
  case "$prefix" in /usr | /usr/local) ldconfig ;; esac
fi

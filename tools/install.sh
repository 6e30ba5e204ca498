#!/bin/sh
# Installs the built program with what belongs to it: configs, annotations and the demo, man pages, completions, licence.
# Nothing is built here: `make install` and `make deb` build what this takes.
# usage: install.sh SLOWFAST GENERATE-MANUAL PREFIX [DESTDIR]
# A DESTDIR goes before every path, and the program is to run where it is without it.
set -eu

slowfast=$(realpath "$1")
manual=$(realpath "$2")
prefix=$3
root=${4:-}
case "$prefix" in
/*) ;;
*)
  echo "install: PREFIX is '$prefix', expected a path from / on -> give one, such as PREFIX=$PWD/$prefix" >&2
  exit 1
  ;;
esac
cd "$(dirname "$0")/.."
umask 022
to="$root$prefix"
share="$to/share/slowfast"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

# The program, without what only a debugger reads, and with the commit that it is made of: of a checkout that has changes
# the name says so, of an archive without git it is unknown.
# A checkout of somebody else's is one too: that of who builds with sudo.
git() { command git -c safe.directory='*' "$@"; }
commit=$(git describe --always --abbrev=12 --exclude '*' --dirty 2>/dev/null || echo unknown)
install -d "$to/bin"
strip -o "$made/slowfast" "$slowfast"
{ printf '%s' "$commit"; head -c 64 /dev/zero; } | head -c 64 >"$made/commit"
objcopy --update-section slowfast_commit_name="$made/commit" "$made/slowfast"
install -m 755 "$made/slowfast" "$to/bin/slowfast"

cat >"$made/slowfast-demo" <<TEXT
#!/bin/sh
# The whole main job on a little drawn world: detections, mAP, overlays, a report.
# usage: slowfast-demo [OUTPUT-DIR, slowfast-demo] [VIDEOS, 12; at least 4] [CLIPS, 130; at least 13]
set -eu
case "\${1:-}" in
-*)
  sed -n 's/^# //p' "\$0"
  exit 64
  ;;
esac
output=\${1:-slowfast-demo}
[ "\$#" -eq 0 ] || shift
exec "$prefix/share/slowfast/tools/demo.sh" "$prefix/bin/slowfast" "\$output" "\$@"
TEXT
install -m 755 "$made/slowfast-demo" "$to/bin/slowfast-demo"

# The demo looks for configs beside the folder that it lies in. Of the folders what git has: no results of somebody's runs.
for folder in configs annotations; do
  files=$(git ls-files "$folder" 2>/dev/null) && [ -n "$files" ] || files=$(find "$folder" -type f)
  echo "$files" | while read -r file; do install -D -m 644 "$file" "$share/$file"; done
done
install -D -m 755 tools/demo.sh "$share/tools/demo.sh"

date=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}" +%Y-%m-%d)
mkdir "$made/man"
"$manual" --multi-page --date "$date" --output-directory "$made/man" "$slowfast"
for page in "$made"/man/*.1; do
  # A command's page is called as git's are: slowfast-test(1).
  name=$(basename "$page" .1 | tr . -)
  install -d "$to/share/man/man1"
  sed '/^\.\(Dt\|Xr\) /{s/\./-/g;s/^-/./}' "$page" | gzip -9n >"$to/share/man/man1/$name.1.gz"
done

complete() {
  "$slowfast" --generate-completion-script "$1" >"$made/completions"
  install -D -m 644 "$made/completions" "$to/share/$2"
}
complete bash bash-completion/completions/slowfast
complete fish fish/vendor_completions.d/slowfast.fish
# Debian's zsh looks in vendor-completions below /usr, and in site-functions below /usr/local, as others do.
if [ "$prefix" = /usr ]; then complete zsh zsh/vendor-completions/_slowfast; else complete zsh zsh/site-functions/_slowfast; fi

install -D -m 644 LICENSE "$to/share/doc/slowfast/copyright"
# Help and messages name them.
install -d "$to/share/doc/slowfast/docs"
install -m 644 docs/*.md "$to/share/doc/slowfast/docs"

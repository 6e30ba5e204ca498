#!/bin/sh
# Installs what is built with what belongs to it: program, library, header, configs, annotations and the demo, man pages,
# completions, licence. No source is compiled here, `make install` and `make deb` build what this takes; the library is linked
# once more, of its built objects with Swift's runtime (link-library.sh), so that the toolchain has to be there.
# A list of what was put there, share/slowfast/installed, is kept: the next installation takes away what it no longer has, and
# tools/uninstall.sh takes away all.
# usage: install.sh BUILD PREFIX [DESTDIR]
# A DESTDIR goes before every path, and what is installed is to run where it is without it. LIBDIR in the environment is the
# library's folder below PREFIX, lib where it is not set.
set -eu

if [ $# -lt 2 ] || [ $# -gt 3 ]; then
  echo "usage: install.sh BUILD PREFIX [DESTDIR]" >&2
  exit 64
fi
prefix=$(printf '%s' "$2" | sed 's:/*$::')
root=${3:-}
libdir=${LIBDIR:-lib}
refuse() {
  echo "install: $1 -> $2" >&2
  exit 1
}
case "$2" in
/*) ;;
*) refuse "PREFIX is '$2', expected a path from / on" "give one, such as PREFIX=$PWD/$2" ;;
esac
# A relative one would lie where make -C went, not where one is.
case "$root" in
'' | /*) ;;
*) refuse "DESTDIR is '$root', expected a path from / on" "give one, such as DESTDIR=$PWD/$root" ;;
esac
# They stand in a script, and in pkg-config's file.
plain() {
  if [ "$2" != "$(printf '%s' "$2" | tr -d "\"'\$\`\\\\\n\t")" ]; then
    refuse "$1 is '$2', which has characters that a shell does not take as they are" "give a folder without quotes, \\ and \$"
  fi
}
plain PREFIX "$prefix"
plain LIBDIR "$libdir"
case "/$libdir/" in
//* | */../* | */./*) refuse "LIBDIR is '$libdir', expected a folder below PREFIX" "give its name, such as lib64" ;;
esac
for file in slowfast libSlowFastLibrary.so generate-manual; do
  [ -f "$1/$file" ] || refuse "'$1/$file', which is to be installed, does not exist" "build it: make packaged"
done
build=$(realpath "$1")
cd "$(dirname "$0")/.."
umask 022
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
slowfast=$build/slowfast
version=$(tools/version.sh)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(tools/commit.sh time)}

# All of it is made here first.
to="$made/tree"
share="$to/share/slowfast"

# The program, without what only a debugger reads (and the number of its build, which depends on that), and with the commit that
# it is made of.
install -d "$to/bin"
strip --remove-section=.note.gnu.build-id -o "$made/slowfast" "$slowfast"
{ tools/commit.sh name | tr -d '\n'; head -c 64 /dev/zero; } | head -c 64 >"$made/commit"
objcopy --update-section slowfast_commit_name="$made/commit" "$made/slowfast"
install -m 755 "$made/slowfast" "$to/bin/slowfast"

cat >"$made/slowfast-demo" <<TEXT
#!/bin/sh
# The whole main job on a little drawn world: detections, mAP, overlays, a report.
# usage: slowfast-demo [OUTPUT-DIR, slowfast-demo] [VIDEOS, 12; at least 4] [CLIPS, 130; at least 13]
set -eu
case "\${1:-}" in
-h | --help)
  sed -n 's/^# //p' "\$0"
  exit 0
  ;;
-*)
  echo "slowfast-demo: there is no option '\$1' -> see slowfast-demo --help; a folder of this name is ./\$1" >&2
  exit 64
  ;;
esac
output=\${1-slowfast-demo}
[ "\$#" -eq 0 ] || shift
exec "$prefix/share/slowfast/tools/demo.sh" "$prefix/bin/slowfast" "\$output" "\$@"
TEXT
install -m 755 "$made/slowfast-demo" "$to/bin/slowfast-demo"

# The library. The number of its name grows when a program that was linked with it would no longer run: what is added to
# slowfast.h does not.
soname=libslowfast.so.1
install -d "$to/$libdir/pkgconfig" "$to/include"
tools/link-library.sh "$build" "$made/library" "$soname"
install -m 644 "$made/library" "$to/$libdir/libslowfast.so.$version"
ln -s "libslowfast.so.$version" "$to/$libdir/$soname"
ln -s "$soname" "$to/$libdir/libslowfast.so"
install -m 644 Sources/CLibraries/CSlowFast/include/slowfast.h "$to/include"
# A space ends a word there, and # begins a comment.
escaped() { printf '%s' "$1" | sed 's/[ #]/\\&/g'; }
cat >"$to/$libdir/pkgconfig/slowfast.pc" <<TEXT
prefix=$(escaped "$prefix")
includedir=\${prefix}/include
libdir=\${prefix}/$(escaped "$libdir")

Name: slowfast
Description: Video action detection, classification and AVA evaluation on arrays in memory
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -lslowfast
TEXT

# The demo looks for configs beside the folder that it lies in. Of the folders what git has: no results of somebody's runs.
for folder in configs annotations; do
  files=$(git -c safe.directory='*' ls-files "$folder" 2>/dev/null) && [ -n "$files" ] || files=$(find "$folder" -type f)
  echo "$files" | while IFS= read -r file; do install -D -m 644 "$file" "$share/$file"; done
done
install -D -m 755 tools/demo.sh "$share/tools/demo.sh"

mkdir "$made/man"
install -d "$to/share/man/man1"
"$build/generate-manual" --multi-page --date "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)" --output-directory "$made/man" "$slowfast"
# The tool names a page's commands at its end alone: here they come with what each does, as its own page says it.
commands() {
  echo ".Sh COMMANDS"
  echo ".Bl -tag -width 6n"
  for other in "${1%.1}".*.1; do
    case ${other#"${1%.1}".} in *.*.1) continue ;; esac
    basename "$other" .1 | sed 's/.*/.It Xr & 1/'
    sed -n 's/^\.Nd "\(.*\)"$/\\\&\1/p' "$other"
  done
  echo ".El"
}
for page in "$made"/man/*.1; do
  if grep -q '^\.Sh "SEE ALSO"' "$page"; then
    commands "$page" >"$made/commands"
    awk 'FNR == NR { text = text $0 "\n"; next } /^\.Sh "EXIT STATUS"/ { printf "%s", text } { print }' \
      "$made/commands" "$page" >"$made/page"
    mv "$made/page" "$page"
  fi
  # A command's page is called as git's are: slowfast-test(1). The manual is this project's, not BSD's, and has a short name, for
  # the head of a page has its own name twice; in mdoc an empty line is an error, and a paragraph begins with a macro.
  name=$(basename "$page" .1 | tr . -)
  sed -e '/^\.\(Dt\|Xr\|It Xr\) /{s/\./-/g;s/^-/./}' -e 's/^\.Dt /.ds doc-volume-operating-system SlowFast\n.ds doc-volume-ds-1 Manual\n&/' \
    -e "s/^\.Os\$/.Os \"SlowFast for Swift $version\"/" -e 's/^$/.Pp/' "$page" | gzip -9n >"$to/share/man/man1/$name.1.gz"
done

complete() {
  "$slowfast" --generate-completion-script "$1" >"$made/completions"
  install -D -m 644 "$made/completions" "$to/share/$2"
}
complete bash bash-completion/completions/slowfast
complete fish fish/vendor_completions.d/slowfast.fish
# Debian's zsh looks in vendor-completions below /usr, and in site-functions below /usr/local, as others do.
if [ "$prefix" = /usr ]; then complete zsh zsh/vendor-completions/_slowfast; else complete zsh zsh/site-functions/_slowfast; fi

documents="$to/share/doc/slowfast"
install -D -m 644 LICENSE "$documents/copyright"
# Help and messages name the pages. In them a link to what is not installed is its text alone.
install -d "$documents/docs/pictures" "$documents/deploy" "$documents/examples"
install -m 644 docs/pictures/* "$documents/docs/pictures"
install -m 644 deploy/* "$documents/deploy"
install -m 644 examples/classify.c "$documents/examples"
page() { # FILE UP: UP leads from its folder to the project's
  sed -E -e "s:\\]\\($2(README\\.md|docs/|deploy/|examples/classify\\.c\\)):](\\n$2\\1:g" \
    -e "s:\\]\\($2annotations/:](\\n$2../../slowfast/annotations/:g" \
    -e "s:\\[([^][]*)\\]\\($2[^\\n#\\:)]+(#[^)]*)?\\):\\1:g" -e "s:\\]\\(\\n:](:g" "$1" >"$documents/$1"
}
page README.md ""
for file in docs/*.md; do page "$file" ../; done

# Then it is put where it belongs. The list has files, and with a slash at their end the folders that were not there before;
# until all is done it has what was there as well.
place="$root$prefix"
list="$place/share/slowfast/installed"
{
  (cd "$to" && find . ! -type d) | cut -c 3-
  (cd "$to" && find . -mindepth 1 -type d) | cut -c 3- | while IFS= read -r folder; do
    [ -d "$place/$folder" ] && ! grep -qsxF "$folder/" "$list" || echo "$folder/"
  done
} | LC_ALL=C sort >"$made/new"
# Each file comes under a name of its own first: a program that runs, or a library that is loaded, stays whole.
arriving=.slowfast-arriving
(cd "$to" && find . ! -type d) | cut -c 3- >"$made/files"
while IFS= read -r file; do
  if [ -d "$place/$file" ] && [ ! -L "$place/$file" ]; then
    refuse "'$place/$file' is a folder, and a file is to be there" "move it away, or give another PREFIX; nothing was installed"
  fi
  if { [ -e "$place/$file" ] || [ -L "$place/$file" ]; } && ! grep -qsxF "$file" "$list"; then echo "$file"; fi
done <"$made/files" >"$made/strange"
(cd "$to" && find . -mindepth 1 -type d) | cut -c 3- >"$made/folders"
while IFS= read -r folder; do
  if [ -L "$place/$folder" ] && [ ! -e "$place/$folder" ]; then
    refuse "'$place/$folder' is a link to nothing, and a folder is to be there" "delete it, or give another PREFIX; nothing was installed"
  fi
  if [ -e "$place/$folder" ] && [ ! -d "$place/$folder" ]; then
    refuse "'$place/$folder' is a file, and a folder is to be there" "move it away, or give another PREFIX; nothing was installed"
  fi
done <"$made/folders"
if [ -s "$made/strange" ]; then
  echo "install: replacing files that no list of an earlier installation names: $(wc -l <"$made/strange"), the first '$place/$(head -n 1 "$made/strange")'" >&2
fi
install -d "$place/share/slowfast"
# Somebody's files are not yet in it: they are, once they are replaced.
{ cat "$list" 2>/dev/null || true; grep -vxFf "$made/strange" "$made/new" || true; sed "s/\$/$arriving/" "$made/files"; } | LC_ALL=C sort -u >"$list.new"
mv "$list.new" "$list"
while IFS= read -r folder; do [ -d "$place/$folder" ] || install -d "$place/$folder"; done <"$made/folders"
while IFS= read -r file; do
  cp -P --preserve=mode --remove-destination "$to/$file" "$place/$file$arriving"
  mv -T "$place/$file$arriving" "$place/$file"
  if grep -qxF "$file" "$made/strange"; then echo "$file" >>"$list"; fi
done <"$made/files"
tools/uninstall.sh "${prefix:-/}" "$root" "$made/new"
mv "$made/new" "$list"

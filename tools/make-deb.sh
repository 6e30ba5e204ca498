#!/bin/sh
# Makes a Debian package of the built program and library: slowfast_VERSION_ARCHITECTURE.deb, whose bytes depend on them and the
# commit alone. It takes Debian's own libraries: those that both are linked with as dpkg-shlibdeps finds them, and those
# of libav, which it loads when a video is opened. Prints the package's path. Installs dpkg-dev and binutils when run by root
# where they are missing; otherwise says what to run, and stops.
# usage: make-deb.sh BUILD FOLDER
set -eu

here=$(dirname "$(realpath "$0")")
build=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
if ! command -v dpkg-shlibdeps >/dev/null || ! command -v objcopy >/dev/null; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "make-deb: Debian packages are missing. Run this line, then this command again:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y dpkg-dev binutils" >&2
    exit 1
  fi
  echo "make-deb: installing dpkg-dev binutils" >&2
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends dpkg-dev binutils >/dev/null
fi
cd "$here/.."
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(tools/commit.sh time)}
export SOURCE_DATE_EPOCH

version=$(tools/version.sh)
architecture=$(dpkg --print-architecture)
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
umask 022
chmod 755 "$made"
libdir=lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)
LIBDIR=$libdir "$here/install.sh" "$build" /usr "$made/tree"
# dpkg has a list of its own.
rm "$made/tree/usr/share/slowfast/installed"

# The packages of the libraries that libav.c loads: those whose headers it was compiled with.
packageOf() {
  library=$(gcc -print-file-name="lib$1.so" 2>/dev/null || true)
  [ -e "$library" ] || library=$(ldconfig -p | sed -n "s/.* => \(.*\/lib$1\.so\)$/\1/p" | head -n 1)
  dpkg-query -S "*/$(basename "$(objdump -p "$library" | sed -n 's/ *SONAME *//p')")" | head -n 1 | cut -d : -f 1
}
videos=""
for library in avutil avcodec avformat swscale; do videos="$videos, $(packageOf "$library")"; done

mkdir -p "$made/debian"
printf 'Source: slowfast\n\nPackage: slowfast\nArchitecture: any\n' >"$made/debian/control"
# Of glibc it takes the release that reads packed relocations, which dpkg-shlibdeps does not know.
(cd "$made" && dpkg-shlibdeps -O tree/usr/bin/slowfast "tree/usr/$libdir/libslowfast.so") >"$made/linked" 2>"$made/log" || {
  cat "$made/log" >&2
  exit 1
}
linked=$(sed -n 's/^shlibs:Depends=//p' "$made/linked" | sed 's/libc6 ([^)]*)/libc6 (>= 2.36)/')

mkdir -p "$made/tree/DEBIAN"
# Of packages that are linked with the library, and so that the loader finds it.
echo "libslowfast 1 slowfast (>= $version)" >"$made/tree/DEBIAN/shlibs"
echo "activate-noawait ldconfig" >"$made/tree/DEBIAN/triggers"
cat >"$made/tree/DEBIAN/control" <<TEXT
Package: slowfast
Version: $version
Architecture: $architecture
Maintainer: SlowFast for Swift <slowfast@packages.invalid>
Installed-Size: $(du -sk --apparent-size --exclude=DEBIAN "$made/tree" | cut -f 1)
Depends: $linked$videos, fonts-dejavu-core
Recommends: $(packageOf avdevice)
Suggests: openmpi-bin | mpich, ffmpeg
Section: science
Priority: optional
Description: spatio-temporal action detection and its evaluation (AVA)
 slowfast finds who does what, where, in every key frame of a video, with
 the networks, configs and weights of PySlowFast, on the processor. It
 classifies videos, watches cameras, trains, and scores detections by the
 protocols of the AVA challenge. libslowfast does so on arrays in memory, for
 programs in C.
 .
 slowfast-demo runs all of it on a little drawn world, with networks that
 come with the package.
TEXT
(cd "$made/tree" && find usr -type f | LC_ALL=C sort | xargs md5sum) >"$made/tree/DEBIAN/md5sums"
package="$folder/slowfast_${version}_$architecture.deb"
rm -f "$folder"/slowfast_*.deb
# One thread: how blocks are divided between several is in the bytes.
dpkg-deb --build --root-owner-group --threads-max=1 -Zxz -z2 "$made/tree" "$package" >/dev/null
echo "$package"

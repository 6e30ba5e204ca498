#!/bin/sh
# The Debian package on a Debian that has nothing else: makes a minimal Debian 12 with debootstrap, installs the package
# there with apt, and runs the demo's main job, whose mAP must be that of the demo; then a C program is compiled there and runs with
# the library. As root; from the mirror that this machine's own apt uses. Builds nothing.
# Ends with 77 where such a Debian cannot be made here: nothing is known then.
# usage: test-deb.sh PACKAGE [VIDEOS of the demo, all parts of it; without only the main job]
set -eu
cd "$(dirname "$0")/.."
package=$(realpath "$1")
videos=${2:-}

cannot() {
  echo "test-deb: $*: the package was not tried" >&2
  exit 77
}
[ "$(id -u)" -eq 0 ] || cannot "not root"
if ! command -v debootstrap >/dev/null; then
  echo "test-deb: installing debootstrap" >&2
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >/dev/null \
    || cannot "debootstrap cannot be installed"
fi

# The address of apt's packages of Debian 12, as it is set up here.
release=bookworm
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 2>/dev/null \
  | awk -v release=$release '$2 == release && $3 == "main" { print $1; exit }')
[ -n "$mirror" ] || cannot "apt has no packages of Debian's $release here"

home=$(mktemp -d)
root="$home/root"
finish() {
  for place in proc dev; do
    if mountpoint -q "$root/$place"; then umount -l "$root/$place"; fi
  done
  rm -rf --one-file-system "$home"
}
trap finish EXIT
now() { date +%s; }
began=$(now)
debootstrap --variant=minbase "$release" "$root" "$mirror" >"$home/debootstrap.txt" 2>&1 || {
  tail -n 5 "$home/debootstrap.txt" >&2
  cannot "debootstrap failed"
}
echo "test-deb: a minimal Debian after $(($(now) - began)) s"
mount -t proc proc "$root/proc" || cannot "proc cannot be mounted"
mount --bind /dev "$root/dev" || cannot "devices cannot be mounted"
[ -e "$root/etc/resolv.conf" ] || cp /etc/resolv.conf "$root/etc/resolv.conf"
# How this machine reaches the mirror is apt's own setting.
apt-config dump --format '%F "%v";%n' Acquire::http Acquire::https >"$root/etc/apt/apt.conf.d/50reach"

inside() { chroot "$root" env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/srv DEBIAN_FRONTEND=noninteractive "$@"; }
cp "$package" "$root/srv/slowfast.deb"
{ inside apt-get update -qq && inside apt-get install -y -qq --no-install-recommends /srv/slowfast.deb; } \
  >"$home/apt.txt" 2>&1 || {
  tail -n 20 "$home/apt.txt" >&2
  # Without a way to the mirror there is nothing to say of the package; a package that does not fit is its own fault.
  if grep -q 'Unable to fetch\|Failed to fetch\|Could not resolve' "$home/apt.txt"; then cannot "apt cannot fetch"; fi
  exit 1
}
echo "test-deb: installed after $(($(now) - began)) s"

if inside sh -c 'command -v swift || ls /opt/swift' >/dev/null 2>&1; then
  echo "test-deb: there is a Swift in the new Debian" >&2
  exit 1
fi
if inside ldd /usr/bin/slowfast | grep 'not found'; then exit 1; fi
inside slowfast --version
inside slowfast --version | grep -q '^libav  *[0-9]' || {
  echo "test-deb: libav is not there" >&2
  exit 1
}

if [ -n "$videos" ]; then
  inside slowfast-demo /srv/demo "$videos" >"$home/demo.txt" 2>&1 || {
    tail -n 20 "$home/demo.txt" >&2
    echo "test-deb: the demo failed (above)" >&2
    exit 1
  }
  found=$(inside sed -n 's/^ *mAP *//p' /srv/demo/evaluation.txt)
else
  share=/usr/share/slowfast/configs/demo/SLOWFAST_8x4_R18_SMALL
  inside sh -eu -c "cd /srv
    slowfast synth --output-dir world --format mp4 --videos 12 --seconds 15 --seed 7 --varied-size
    slowfast detect world/videos/*.mp4 --starting-second 900 --proposals world/annotations/proposals.csv \
      --labelmap world/annotations/labelmap.pbtxt --cfg $share.yaml --weights $share.pyth --output-dir out
    slowfast evaluate --detections out/detections.csv --groundtruth world/annotations/groundtruth.csv \
      --labelmap world/annotations/labelmap.pbtxt --exclusions world/annotations/exclusions.csv --output evaluation.txt" \
    >"$home/demo.txt" 2>&1 || {
    tail -n 20 "$home/demo.txt" >&2
    exit 1
  }
  found=$(inside sed -n 's/^ *mAP *//p' /srv/evaluation.txt)
fi
official=$(echo "$found" | awk '{ print $1 }')
# As in the test of the demo: other encoders and processors may move it by 0.01.
expected=$(awk -v key="\"${videos:-12}\": {" 'index($0, key) { isThere = 1 } isThere && /"official"/ { print $2 + 0; exit }' \
  Tests/Fixtures/Demo/expected.json)
if ! awk -v found="$official" -v expected="$expected" 'BEGIN { d = found - expected; exit !(found != "" && d < 0.01 && d > -0.01) }'; then
  echo "test-deb: mAP '$official', expected $expected" >&2
  exit 1
fi
echo "test-deb: the installed program's mAP is $official (expected $expected), after $(($(now) - began)) s"

# The loader finds the library by its name.
inside perl -e 'require DynaLoader;
  my $library = DynaLoader::dl_load_file("libslowfast.so.1", 1) or die DynaLoader::dl_error();
  DynaLoader::dl_find_symbol($library, "slowfast_version") or die DynaLoader::dl_error();'
# A small compiler: gcc would be most of what is installed here.
inside apt-get install -y -qq --no-install-recommends tcc libc6-dev pkgconf >"$home/apt.txt" 2>&1 || {
  tail -n 20 "$home/apt.txt" >&2
  echo "test-deb: no compiler can be installed (above): no C program was tried with the library" >&2
  exit 77
}
inside sh -eu -c 'tcc /usr/share/doc/slowfast/examples/classify.c $(pkg-config --cflags --libs slowfast) -o /srv/classify
  network=/usr/share/slowfast/configs/demo/SLOWFAST_8x4_R18_CLASSES
  /srv/classify $network.yaml $network.pyth' >"$home/classify.txt" 2>&1 && grep -q '^class ' "$home/classify.txt" || {
  cat "$home/classify.txt" >&2
  echo "test-deb: a C program cannot be compiled with the library, or does not run (above)" >&2
  exit 1
}
echo "test-deb: a C program with the library runs; all of it took $(($(now) - began)) s"

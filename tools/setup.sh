#!/bin/sh
# Makes sure that everything the build needs is there: a Swift toolchain and Debian's C libraries.
# Installs what is missing when run as root; otherwise says what to run, and stops.
# A machine that has everything is left alone: no network, no package manager.
set -eu

packages="libavdevice-dev libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libpng-dev libturbojpeg0-dev
libcairo2-dev libfontconfig1-dev zlib1g-dev libzstd-dev nettle-dev libexpat1-dev libyaml-dev libmicrohttpd-dev
pkg-config fonts-dejavu-core"

if ! command -v swift >/dev/null 2>&1; then
  cat >&2 <<'TEXT'
setup: there is no Swift toolchain (6.2 or newer) on the PATH. swift.org's way to install one on Linux:

    curl -O https://download.swift.org/swiftly/linux/swiftly-$(uname -m).tar.gz
    tar zxf swiftly-$(uname -m).tar.gz
    ./swiftly init
    . ~/.local/share/swiftly/env.sh

Then run this command again. Other ways: https://www.swift.org/install/linux/
TEXT
  exit 1
fi

missing=""
for package in $packages; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "setup: Debian packages are missing. Run this line, then this command again:" >&2
  echo "    sudo apt-get update && sudo apt-get install -y$missing" >&2
  exit 1
fi

echo "setup: installing$missing" >&2
apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null

#!/bin/sh
# Makes sure that Python can make environments, and that binutils are there: what the Python package is made and tested with.
# Installs what is missing when run as root; otherwise says what to run, and stops.
set -eu

missing=""
python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="python3 python3-venv"
command -v objdump >/dev/null 2>&1 || missing="$missing binutils"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "setup-python: Debian packages are missing. Run this line, then this command again:" >&2
  echo "    sudo apt-get update && sudo apt-get install -y $missing" >&2
  exit 1
fi
echo "setup-python: installing $missing" >&2
apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null

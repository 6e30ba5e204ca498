#!/bin/sh
# Makes tools/readers/.venv with the public readers of requirements.txt, for the tests that have exported files and logs of
# trainings read by them.
# Only continuous integration asks for it: elsewhere those tests say that they were skipped. Does nothing when all are there.
set -eu
cd "$(dirname "$0")/readers"

python=.venv/bin/python
if [ -x "$python" ] && [ "$("$python" -m pip freeze --disable-pip-version-check 2>/dev/null)" = "$(cat requirements.txt)" ]; then
  exit 0
fi

echo "setup-readers: installing pycocotools, pympi-ling, webvtt-py and tensorboard into tools/readers/.venv" >&2
if ! python3 -m venv .venv; then
  echo "setup-readers: Python cannot make an environment -> on Debian: sudo apt-get install -y python3 python3-venv" >&2
  exit 1
fi
if ! "$python" -m pip install --quiet --disable-pip-version-check -r requirements.txt; then
  echo "setup-readers: the packages could not be installed; pip's message stands above -> check the network" >&2
  exit 1
fi

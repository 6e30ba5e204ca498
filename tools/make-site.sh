#!/bin/sh
# Makes the documentation's site: tools/site/build.py, which follows links and tests itself before. It takes Python alone: no Swift, no
# browser. A second run touches no network. FOLDER is replaced when the site is complete and every link leads somewhere.
# usage: make-site.sh FOLDER
set -eu

mkdir -p "$(dirname "$1")"
folder=$(realpath -m "$1")
cd "$(dirname "$0")/.."

tools/setup-python.sh
venv=tools/site/.venv
if [ ! -x "$venv/bin/mkdocs" ] || ! cmp -s tools/site/requirements.txt "$venv/requirements.txt"; then
  echo "make-site: installing MkDocs and what else tools/site/requirements.txt names into $venv" >&2
  if ! python3 -m venv "$venv"; then
    echo "make-site: Python cannot make an environment -> on Debian: sudo apt-get install -y python3-venv" >&2
    exit 1
  fi
  if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r tools/site/requirements.txt; then
    echo "make-site: the packages could not be installed; pip's message stands above -> check the network" >&2
    exit 1
  fi
  cp tools/site/requirements.txt "$venv/requirements.txt"
fi
# The theme advertises a later version of the generator.
export NO_MKDOCS_2_WARNING=1 PYTHONDONTWRITEBYTECODE=1
"$venv/bin/python" tools/site/build.py "$folder"

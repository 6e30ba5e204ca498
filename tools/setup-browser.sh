#!/bin/sh
# Makes sure that there is a Chromium for the tests that read the evaluator's report in a real browser. Only continuous
# integration asks for it: elsewhere those tests say that they were skipped.
set -eu

for browser in chromium chromium-browser google-chrome; do
  if [ -x "/usr/bin/$browser" ]; then exit 0; fi
done

if [ "$(id -u)" -ne 0 ]; then
  echo "setup-browser: there is no Chromium for the report's tests. Run this line, then this command again:" >&2
  echo "    sudo apt-get update && sudo apt-get install -y chromium" >&2
  exit 1
fi

echo "setup-browser: installing chromium" >&2
apt-get update -qq
if ! DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; then
  echo "setup-browser: Debian's package chromium could not be installed; apt's message stands above" >&2
  echo "    -> check the network and /etc/apt/sources.list, or install a Chromium as /usr/bin/chromium" >&2
  exit 1
fi

#!/bin/sh
# Prints the version of this project, as its sources say it.
set -eu
sed -n 's/^public let programVersion = "\(.*\)"$/\1/p' "$(dirname "$0")/../Sources/Support/Version/Version.swift" | grep .

#!/bin/sh
# Runs the tests that are built, and says in its last line how many of them were skipped, and why. Ends with their status.
# usage: run-tests.sh [arguments of swift test]
set -eu
cd "$(dirname "$0")/.."

report=$(mktemp -d)
trap 'rm -rf "$report"' EXIT
status=0
swift test --skip-build --xunit-output "$report/tests.xml" "$@" || status=$?

# Swift Testing's report has a line for every test; a skipped one's next line is its reason.
results="$report/tests-swift-testing.xml"
[ -f "$results" ] || results=/dev/null
awk '
  /<testcase / { total++ }
  /<skipped/ {
    skipped++
    reason = "for no stated reason"
    if (match($0, /<skipped>.*<\/skipped>/)) reason = substr($0, RSTART + 9, RLENGTH - 19)
    gsub(/&quot;/, "\"", reason); gsub(/&apos;|&#39;/, "\047", reason)
    gsub(/&lt;/, "<", reason); gsub(/&gt;/, ">", reason); gsub(/&amp;/, "\\&", reason)
    if (!(reason in count)) order[++reasons] = reason
    count[reason]++
  }
  END {
    if (!total) print "Which tests ran is unknown: they left no report."
    else if (!skipped) print "No test was skipped."
    else {
      for (i = 1; i <= reasons; i++) list = list (i > 1 ? "; " : "") count[order[i]] " (" order[i] ")"
      print skipped " of " total " tests were skipped: " list
    }
  }' "$results"
exit "$status"

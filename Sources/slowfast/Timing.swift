internal import Glibc

/// What a repeated measurement found, in seconds.
struct Timing {
  let best: Double
  let median: Double

  /// - Parameter seconds: At least one run.
  init(seconds: [Double]) {
    let sorted = seconds.sorted()
    best = sorted[0]
    median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

/// Runs a body once to warm up and then `runs` times under the clock.
func measure(runs: Int, _ body: () throws -> Void) rethrows -> Timing {
  try body()
  var seconds: [Double] = []
  for _ in 0..<runs {
    let start = monotonicSeconds()
    try body()
    seconds.append(monotonicSeconds() - start)
  }
  return Timing(seconds: seconds)
}

/// The most memory that this process has had in use so far, in bytes.
func peakResidentBytes() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}

internal import Clocks
internal import Glibc

/// What a repeated measurement found, in seconds.
struct Timing {
  let best: Double
  let median: Double
  /// The run before the others, which lays out memory and warms the caches.
  let first: Double

  /// - Parameter seconds: At least one run.
  init(first: Double, seconds: [Double]) {
    self.first = first
    let sorted = seconds.sorted()
    best = sorted[0]
    median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

/// Runs a body once to warm up and then `runs` times under the clock.
func measure(runs: Int, _ body: () throws -> Void) rethrows -> Timing {
  let first = try clocked(body)
  return Timing(first: first, seconds: try (0..<runs).map { _ in try clocked(body) })
}

/// The most memory that this process has had in use so far, in bytes.
func peakResidentBytes() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}

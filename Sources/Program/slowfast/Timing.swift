internal import Files
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
  let begin = monotonicSeconds()
  try body()
  let first = monotonicSeconds() - begin
  var seconds: [Double] = []
  for _ in 0..<runs {
    let start = monotonicSeconds()
    try body()
    seconds.append(monotonicSeconds() - start)
  }
  return Timing(first: first, seconds: seconds)
}

/// The seconds since the kernel started this process, to a hundredth; nil where it does not say.
func processSeconds() -> Double? {
  guard let file = fopen("/proc/self/stat", "r") else { return nil }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 4096)
  let count = fread(&bytes, 1, bytes.count, file)
  // The name in brackets may hold anything; the fields are counted from after it.
  let text = String(decoding: bytes[..<count], as: UTF8.self)
  guard let bracket = text.lastIndex(of: ")") else { return nil }
  let fields = text[text.index(after: bracket)...].split(separator: " ")
  guard fields.count > 19, let ticks = Double(fields[19]) else { return nil }
  var now = timespec()
  clock_gettime(CLOCK_BOOTTIME, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9 - ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
}

/// The most memory that this process has had in use so far, in bytes.
func peakResidentBytes() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}

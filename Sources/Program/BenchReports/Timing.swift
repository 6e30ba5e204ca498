internal import Clocks

/// What a repeated measurement found, in seconds.
public struct Timing: Sendable {
  public let best: Double
  public let median: Double
  /// The run before the others, which lays out memory and warms the caches.
  public let first: Double

  /// - Parameter seconds: At least one run.
  public init(first: Double, seconds: [Double]) {
    self.first = first
    let sorted = seconds.sorted()
    best = sorted[0]
    median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// Runs a body once to warm up and then `runs` times under the clock.
  public init(runs: Int, _ body: () throws -> Void) rethrows {
    let first = try clocked(body)
    self.init(first: first, seconds: try (0..<runs).map { _ in try clocked(body) })
  }
}

/// What a measurement ran on.
public struct BenchSetting: Sendable {
  public var threads: Int
  /// The instruction set of the kernels; empty where none are used.
  public var kernels: String
  /// fp32 or bf16.
  public var precision: String
  /// The most memory that the process has had in use, in bytes.
  public var peakMemory: Int

  public init(threads: Int, kernels: String = "", precision: String = "fp32", peakMemory: Int) {
    self.threads = threads
    self.kernels = kernels
    self.precision = precision
    self.peakMemory = peakMemory
  }
}

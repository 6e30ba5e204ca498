public import JSON
internal import Wording

/// What the measurement of RoIAlign found.
public struct RoIAlignBenchmark: Sendable {
  /// What was aligned.
  public struct Problem: Sendable {
    public var channels, height, width, boxes, resolution: Int
    public var seed: UInt64

    public init(channels: Int, height: Int, width: Int, boxes: Int, resolution: Int, seed: UInt64) {
      self.channels = channels
      self.height = height
      self.width = width
      self.boxes = boxes
      self.resolution = resolution
      self.seed = seed
    }
  }

  private let problem: Problem
  private let plain: Timing
  private let fused: Timing
  private let runs: Int
  private let gmac: Double
  private let setting: BenchSetting

  /// - Parameters:
  ///   - plain: With all bins written out.
  ///   - fused: With their maximum kept.
  ///   - macs: Multiply-adds of one run.
  public init(_ problem: Problem, plain: Timing, fused: Timing, runs: Int, macs: Int, setting: BenchSetting) {
    self.problem = problem
    self.plain = plain
    self.fused = fused
    self.runs = runs
    self.setting = setting
    gmac = Double(macs) * 1e-9
  }

  public var json: JSONValue {
    [
      "seconds_best": JSONValue(plain.best), "seconds_median": JSONValue(plain.median),
      "fused_seconds_best": JSONValue(fused.best), "fused_seconds_median": JSONValue(fused.median),
      "runs": JSONValue(runs), "threads": JSONValue(setting.threads), "precision": JSONValue(setting.precision),
      "kernels": JSONValue(setting.kernels), "peak_rss_bytes": JSONValue(setting.peakMemory),
      "gmac": JSONValue(gmac),
      "channels": JSONValue(problem.channels), "height": JSONValue(problem.height), "width": JSONValue(problem.width),
      "boxes": JSONValue(problem.boxes),
      "resolution": JSONValue(problem.resolution), "seed": JSONValue(problem.seed),
    ]
  }

  public var text: String {
    func row(_ timing: Timing) -> String {
      "best \(fixed(timing.best * 1e3, 3)) ms, median \(fixed(timing.median * 1e3, 3)) ms"
    }
    let bins = "\(problem.resolution)x\(problem.resolution) bins"
    return """
      RoIAlign of \(counted(problem.boxes, "box", plural: "boxes")) over \
      \(problem.channels)x\(problem.height)x\(problem.width) features, \
      \(bins), \(counted(setting.threads, "thread")), \(setting.kernels) kernels, \
      \(counted(runs, "run"))
        all bins:    \(row(plain))
        fused max:   \(row(fused))
        arithmetic:  \(fixed(gmac, 4)) GMAC, \(fixed(plain.best > 0 ? 2 * gmac / plain.best : 0, 1)) GFLOP/s
        peak memory: \(fixed(Double(setting.peakMemory) / 1e6, 1)) MB
      """
  }
}

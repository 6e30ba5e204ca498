public import JSON
public import Kernels
public import Tensors
internal import Wording

/// What the measurement of one depthwise convolution found.
public struct DepthwiseBenchmark: Sendable {
  private let shape: ConvolutionShape
  private let input: Extent3
  private let timing: Timing
  private let copy: Double
  private let runs: Int
  private let setting: BenchSetting

  /// - Parameters:
  ///   - input: Of the map that was convolved.
  ///   - copy: Bytes a second that the same threads read and write when they copy what no cache holds.
  public init(
    _ shape: ConvolutionShape, input: Extent3, timing: Timing, copy: Double, runs: Int, setting: BenchSetting
  ) {
    self.shape = shape
    self.input = input
    self.timing = timing
    self.copy = copy
    self.runs = runs
    self.setting = setting
  }

  private var macs: Int { shape.macs(batch: 1, input: input) }
  /// What has to be read and written at least: input and output once, and the weights, in float32.
  private var bytes: Int {
    let maps = input.count * shape.inChannels + shape.output(for: input).count * shape.outChannels
    return maps * (setting.precision == "bf16" ? 2 : 4) + shape.weightShape.reduce(4, *)
  }
  private var rate: Double { timing.best > 0 ? Double(bytes) / timing.best : 0 }

  public var json: JSONValue {
    [
      "seconds_best": JSONValue(timing.best), "seconds_median": JSONValue(timing.median), "runs": JSONValue(runs),
      "threads": JSONValue(setting.threads), "precision": JSONValue(setting.precision),
      "kernels": JSONValue(setting.kernels), "peak_rss_bytes": JSONValue(setting.peakMemory),
      "gmac": JSONValue(Double(macs) * 1e-9), "bytes": JSONValue(bytes), "copy_bytes_per_second": JSONValue(copy),
      "channels": JSONValue(shape.inChannels), "frames": JSONValue(input.t), "height": JSONValue(input.h),
      "width": JSONValue(input.w),
    ]
  }

  public var text: String {
    """
    depthwise \(shape) over \(input) x \(shape.inChannels), \(counted(setting.threads, "thread")), \
    \(setting.kernels) kernels, \(setting.precision), \(counted(runs, "run"))
      best \(fixed(timing.best * 1e3, 3)) ms, median \(fixed(timing.median * 1e3, 3)) ms
      memory:      \(fixed(Double(bytes) * 1e-6, 1)) MB, \(fixed(rate * 1e-9, 1)) GB/s; copying \
    \(fixed(copy * 1e-9, 1)) GB/s
      arithmetic:  \(fixed(Double(macs) * 1e-9, 4)) GMAC, \
    \(fixed(timing.best > 0 ? 2e-9 * Double(macs) / timing.best : 0, 1)) GFLOP/s
    """
  }
}

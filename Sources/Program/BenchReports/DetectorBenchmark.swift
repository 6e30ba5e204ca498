public import Geometry
public import JSON
internal import Wording

/// What the measurement of a detector of people found.
public struct DetectorBenchmark: Sendable {
  private let name: String
  private let size: ImageSize
  private let timing: Timing
  private let runs: Int
  private let objects: Int
  private let setting: BenchSetting

  /// - Parameters:
  ///   - size: Of the image.
  ///   - objects: How many were found in it, of all classes.
  public init(_ name: String, size: ImageSize, timing: Timing, runs: Int, objects: Int, setting: BenchSetting) {
    (self.name, self.size, self.timing, self.runs) = (name, size, timing, runs)
    (self.objects, self.setting) = (objects, setting)
  }

  public var json: JSONValue {
    [
      "detector": JSONValue(name), "image_seconds_best": JSONValue(timing.best),
      "image_seconds_median": JSONValue(timing.median), "image_seconds_first": JSONValue(timing.first),
      "runs": JSONValue(runs), "threads": JSONValue(setting.threads), "precision": JSONValue(setting.precision),
      "kernels": JSONValue(setting.kernels), "peak_rss_bytes": JSONValue(setting.peakMemory),
      "width": JSONValue(size.width), "height": JSONValue(size.height), "objects": JSONValue(objects),
    ]
  }

  public var text: String {
    """
    \(name), an image of \(size.width)x\(size.height), \(counted(setting.threads, "thread")), \(setting.kernels) kernels, \
    \(setting.precision), \(counted(runs, "run"))
      an image:    best \(fixed(timing.best * 1e3, 2)) ms, median \(fixed(timing.median * 1e3, 2)) ms
      first:       \(fixed(timing.first * 1e3, 2)) ms
      found:       \(counted(objects, "object"))
      peak memory: \(fixed(Double(setting.peakMemory) / 1e6, 1)) MB
    """
  }
}

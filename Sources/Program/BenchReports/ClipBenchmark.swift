public import Geometry
public import JSON
public import NN
internal import Wording

/// What the measurement of a clip found.
public struct ClipBenchmark: Sendable {
  private let timing: Timing
  private let runs: Int
  private let setting: BenchSetting
  private let macs: Int
  private let size: ImageSize
  private let batch: Int
  private let subject: ClipSubject
  /// What every layer costs, where that was measured.
  public var layers: [LayerReport]?
  /// What the vector units do at most, where that was measured.
  public var peak: PeakRate?
  /// Seconds from the start of the process until the weights were packed.
  public var ready: Double?

  /// - Parameters:
  ///   - timing: Of all clips of a batch together.
  ///   - macs: Multiply-adds of all clips of a batch.
  ///   - batch: How many clips were computed together.
  public init(
    timing: Timing, runs: Int, setting: BenchSetting, macs: Int, size: ImageSize, batch: Int = 1, subject: ClipSubject
  ) {
    self.timing = timing
    self.runs = runs
    self.setting = setting
    self.macs = macs
    self.size = size
    self.batch = batch
    self.subject = subject
  }

  /// What another measurement can be compared with.
  public var record: ClipRecord {
    ClipRecord(
      subject: subject, size: size, batch: batch, multiplyAdds: macs, precision: setting.precision,
      kernels: setting.kernels, threads: setting.threads, runs: runs, best: timing.best, median: timing.median,
      layers: layers?.map {
        ClipRecord.Layer(
          operation: $0.operation, output: $0.output, algorithm: $0.algorithm, seconds: $0.seconds)
      })
  }

  /// Seconds from the start of the process to the end of the first clip, without making up that clip.
  private var firstClip: Double? { ready.map { $0 + timing.first } }

  private var gmac: Double { Double(macs) / 1e9 }

  public var text: String {
    let clips = batch == 1 ? "clip" : "\(batch) clips together,"
    let each =
      batch == 1
      ? "" : " (a clip: \(fixed(timing.best / Double(batch), 3)) and \(fixed(timing.median / Double(batch), 3)) s)"
    var lines = [
      "\(clips) \(size.width)x\(size.height), \(setting.precision), \(counted(setting.threads, "thread")), kernels "
        + "\(setting.kernels), \(fixed(gmac, 1)) GMAC",
      "best \(fixed(timing.best, 3)) s, median \(fixed(timing.median, 3)) s of \(counted(runs, "run"))\(each); "
        + "\(fixed(2 * gmac / timing.best, 0)) GFLOP/s; peak memory \(setting.peakMemory >> 20) MB",
    ]
    if let ready, let firstClip {
      lines.append("ready \(fixed(ready, 2)) s after the start, first clip done after \(fixed(firstClip, 2)) s")
    }
    if let peak {
      lines.append(
        "vector units: \(fixed(2 * peak.rate / 1e9, 0)) GFLOP/s of \(setting.precision) at most\(peak.note); the "
          + "clip reaches \(fixed(100 * gmac * 1e9 / timing.best / peak.rate, 0)) %")
    }
    return lines.joined(separator: "\n")
  }

  /// What `ClipRecord` reads.
  public var json: JSONValue { .object(fields) }

  /// The same, and how it compares with an earlier measurement.
  public func json(_ comparison: ClipComparison) -> JSONValue { .object(fields + [("comparison", comparison.json)]) }

  private var fields: [(String, JSONValue)] {
    var fields: [(String, JSONValue)] = [
      ("clip_seconds_best", JSONValue(timing.best)), ("clip_seconds_median", JSONValue(timing.median)),
      ("runs", JSONValue(runs)),
      ("threads", JSONValue(setting.threads)), ("precision", JSONValue(setting.precision)),
      ("kernels", JSONValue(setting.kernels)),
      ("peak_rss_bytes", JSONValue(setting.peakMemory)),
      ("gmac", JSONValue(gmac)), ("height", JSONValue(size.height)), ("width", JSONValue(size.width)),
      ("batch", JSONValue(batch)), ("multiply_adds", JSONValue(macs)), ("program", JSONValue(subject.program)),
      ("network", JSONValue(subject.network)), ("processor", subject.processor.map { JSONValue($0) } ?? .null),
    ]
    if let ready, let firstClip {
      fields += [("ready_seconds", JSONValue(ready)), ("first_clip_seconds", JSONValue(firstClip))]
    }
    if let peak { fields.append(("peak_gflops", JSONValue(2 * peak.rate / 1e9))) }
    if let layers { fields.append(("layers", .array(layers.map(Self.row)))) }
    return fields
  }

  private static func row(_ layer: LayerReport) -> JSONValue {
    [
      "operation": JSONValue(layer.operation), "output": JSONValue(layer.output),
      "algorithm": JSONValue(layer.algorithm),
      "multiply_adds": JSONValue(layer.macs), "bytes": JSONValue(layer.bytes), "seconds": JSONValue(layer.seconds),
    ]
  }
}

/// The most multiply-adds a second that the vector units do.
public struct PeakRate: Sendable {
  /// What a loop without memory reached.
  private let measured: Double
  /// The fastest layer that computes every multiply-add it is charged with.
  private let fastestLayer: Double

  public init(measured: Double, layers: [LayerReport]) {
    self.measured = measured
    let rates = layers.filter { $0.doesEveryMultiplyAdd && $0.seconds > 0 }.map { Double($0.macs) / $0.seconds }
    fastestLayer = rates.max() ?? 0
  }

  /// What was reached is possible, whatever the loop says.
  public var rate: Double { max(measured, fastestLayer) }

  var note: String {
    fastestLayer <= measured ? "" : " (a layer's rate; measured alone \(fixed(2 * measured / 1e9, 0)))"
  }
}

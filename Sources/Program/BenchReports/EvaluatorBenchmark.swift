public import JSON
internal import Wording

/// What the measurement of the evaluator found.
public struct EvaluatorBenchmark: Sendable {
  /// The seconds of one run's steps.
  public struct Parts: Sendable {
    public var reading, auditing, matching: Double

    public init(reading: Double, auditing: Double, matching: Double) {
      self.reading = reading
      self.auditing = auditing
      self.matching = matching
    }

    public var sum: Double { reading + auditing + matching }
  }

  private let timing: Timing
  private let parts: Parts
  private let rows: Int
  private let runs: Int
  private let seed: UInt64
  private let setting: BenchSetting
  private let means: [JSONMember]

  /// - Parameters:
  ///   - parts: Of the best run.
  ///   - means: The mAP of each protocol, by name.
  public init(
    _ timing: Timing, _ parts: Parts, rows: Int, runs: Int, seed: UInt64, means: [(name: String, mAP: Double?)],
    setting: BenchSetting
  ) {
    self.timing = timing
    self.parts = parts
    self.rows = rows
    self.runs = runs
    self.seed = seed
    self.setting = setting
    self.means = means.map { JSONMember($0.name, JSONValue($0.mAP)) }
  }

  public var json: JSONValue {
    [
      "seconds_best": JSONValue(timing.best), "seconds_median": JSONValue(timing.median),
      "read_seconds": JSONValue(parts.reading), "audit_seconds": JSONValue(parts.auditing),
      "match_seconds": JSONValue(parts.matching),
      "rows": JSONValue(rows), "rows_per_second": JSONValue(Double(rows) / timing.best), "runs": JSONValue(runs),
      "threads": JSONValue(setting.threads), "peak_rss_bytes": JSONValue(setting.peakMemory), "seed": JSONValue(seed),
      "mAP": .object(means),
    ]
  }

  public var text: String {
    """
    evaluate: \(counted(rows, "row")), three protocols, \(counted(setting.threads, "thread")), \(counted(runs, "run"))
      best \(fixed(timing.best, 3)) s, median \(fixed(timing.median, 3)) s: \
    \(fixed(Double(rows) / timing.best / 1e6, 2)) million rows a second
      reading \(fixed(parts.reading, 3)) s, aligning and auditing \(fixed(parts.auditing, 3)) s, matching and scoring \
    \(fixed(parts.matching, 3)) s
      peak memory \(setting.peakMemory >> 20) MB
    """
  }
}

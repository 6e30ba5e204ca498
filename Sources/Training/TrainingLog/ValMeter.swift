/// What a validation has come to so far, and the smallest errors of those before it.
public struct ValMeter: Sendable {
  public let task: LoggedTask
  /// How many of all videos, or key frames, of this validation could not be read; nil for none. What is left has other errors than
  /// everything: they do not count among the smallest.
  public var lacking: (count: Int, of: Int)?
  /// The smallest errors of a validation of everything, in percent; 100 before the first.
  public private(set) var leastErrors = TopKErrors(top1: 100, top5: 100)

  private var hasLeast = false
  private var top1: ScalarMeter
  private var top5: ScalarMeter
  private var clock: IterationClock
  private var allTop1 = WeightedMean()
  private var allTop5 = WeightedMean()

  /// - Parameters:
  ///   - window: How many iterations medians are of (`LOG_PERIOD`).
  ///   - entries: What the log has of validations before, for the smallest errors.
  public init(_ task: LoggedTask, window: Int, after entries: [LogEntry] = []) {
    self.task = task
    top1 = ScalarMeter(size: window)
    top5 = ScalarMeter(size: window)
    clock = IterationClock(window: window)
    for entry in entries where entry.kind == .valEpoch && !entry.isPartial {
      keepLeast(entry[Metric.top1Error], entry[Metric.top5Error])
    }
  }

  /// Takes an iteration up.
  ///
  /// - Parameters:
  ///   - errors: nil where a clip has several classes.
  ///   - clips: How many the batch has.
  ///   - times: nil where nobody has measured: then the log says none.
  public mutating func add(errors: TopKErrors? = nil, clips: Int, times: IterationTimes? = nil) {
    if let errors {
      top1.add(errors.top1)
      top5.add(errors.top5)
      allTop1.add(errors.top1, count: clips)
      allTop5.add(errors.top5, count: clips)
    }
    if let times { clock.add(times, clips: clips) }
  }

  /// The errors of all clips so far, in percent; nil where there are none.
  public var errors: TopKErrors? {
    guard let first = allTop1.value, let fifth = allTop5.value else { return nil }
    return TopKErrors(top1: first, top5: fifth)
  }

  /// Ends a validation: its errors count among the smallest where nothing is lacking, and the next one begins.
  public mutating func reset() {
    if lacking == nil { keepLeast(errors?.top1, errors?.top5) }
    lacking = nil
    (allTop1, allTop5) = (WeightedMean(), WeightedMean())
    top1.reset()
    top5.reset()
    clock.beginEpoch()
  }

  private mutating func keepLeast(_ first: Double?, _ fifth: Double?) {
    // The smaller of a number and of what is none is the number.
    hasLeast = hasLeast || first != nil
    leastErrors.top1 = .minimum(leastErrors.top1, first ?? .nan)
    leastErrors.top5 = .minimum(leastErrors.top5, fifth ?? .nan)
  }

  /// What the log says of the last iteration.
  func iterationEntry(_ position: TrainingPosition) -> LogEntry {
    var entry = LogEntry(.valIteration, position)
    entry.set(Metric.top1Error, top1.median)
    entry.set(Metric.top5Error, top5.median)
    clock.last.map { entry.set($0) }
    entry.set(Metric.secondsLeft, clock.median.map { $0 * Double(position.leftInEpoch) })
    return entry
  }

  /// What the log says of the whole validation.
  ///
  /// - Parameter map: Mean average precision, 0 to 1.
  func epochEntry(_ position: TrainingPosition, map: Double?) -> LogEntry {
    var entry = LogEntry(.valEpoch, position)
    entry.set(Metric.map, map)
    if let errors {
      var least = self
      if lacking == nil { least.keepLeast(errors.top1, errors.top5) }
      entry.set(Metric.top1Error, errors.top1)
      entry.set(Metric.top5Error, errors.top5)
      entry.set(Metric.leastTop1Error, least.hasLeast ? least.leastErrors.top1 : nil)
      entry.set(Metric.leastTop5Error, least.hasLeast ? least.leastErrors.top5 : nil)
    }
    entry.set(Metric.judged, lacking.map { Double($0.of - $0.count) })
    entry.set(Metric.unreadable, lacking.map { Double($0.count) })
    clock.medians.map { entry.set($0) }
    return entry
  }
}

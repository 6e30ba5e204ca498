/// What an epoch of training has come to so far.
///
/// Numbers that jump from batch to batch are told as the median of the last iterations, `LOG_PERIOD` of them.
public struct TrainMeter: Sendable {
  public let task: LoggedTask
  /// One value an iteration.
  public private(set) var loss: ScalarMeter
  public private(set) var learningRate: Double?
  /// The L2 norm of all gradients.
  public private(set) var gradientNorm: Double?
  public private(set) var errors: TopKErrors?
  /// The parts that the loss of the last iteration consists of, where it has any.
  public private(set) var losses: [Double] = []

  private var top1: ScalarMeter
  private var top5: ScalarMeter
  // Those of the last epoch tell how long an iteration takes when the next begins.
  private var clock: IterationClock
  private var epochLoss = WeightedMean()
  private var epochTop1 = WeightedMean()
  private var epochTop5 = WeightedMean()
  private var epochLosses: [WeightedMean] = []

  /// - Parameter window: How many iterations medians are of (`LOG_PERIOD`).
  public init(_ task: LoggedTask, window: Int) {
    self.task = task
    loss = ScalarMeter(size: window)
    top1 = ScalarMeter(size: window)
    top5 = ScalarMeter(size: window)
    clock = IterationClock(window: window)
  }

  /// Takes an iteration up.
  ///
  /// - Parameters:
  ///   - losses: The parts of a loss that has several, always as many.
  ///   - gradientNorm: nil where it was not measured.
  ///   - errors: nil where a clip has several classes.
  ///   - clips: How many the batch has.
  public mutating func add(
    loss value: Double, losses: [Double] = [], learningRate: Double, gradientNorm: Double? = nil,
    errors: TopKErrors? = nil, clips: Int, times: IterationTimes
  ) {
    loss.add(value)
    self.losses = losses
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.errors = errors
    epochLoss.add(value, count: clips)
    if let errors {
      top1.add(errors.top1)
      top5.add(errors.top5)
      epochTop1.add(errors.top1, count: clips)
      epochTop5.add(errors.top5, count: clips)
    }
    for (part, value) in losses.enumerated() {
      if part == epochLosses.count { epochLosses.append(WeightedMean()) }
      epochLosses[part].add(value, count: 1)
    }
    clock.add(times, clips: clips)
  }

  /// Begins the next epoch.
  public mutating func reset() {
    loss.reset()
    top1.reset()
    top5.reset()
    (epochLoss, epochTop1, epochTop5) = (WeightedMean(), WeightedMean(), WeightedMean())
    epochLosses = []
    losses = []
    (learningRate, gradientNorm, errors) = (nil, nil, nil)
    clock.beginEpoch()
  }

  /// How many clips a second the last iterations had; nil for none.
  public var clipsPerSecond: Double? { clock.clipsPerSecond }

  /// The share of this epoch's time in which the network waited for data, 0 to 1; nil for none.
  public var dataShare: Double? { clock.dataShare }

  /// The seconds that the rest of the training will take, validation left out; nil before the first iteration.
  public func secondsLeft(_ position: TrainingPosition) -> Double? {
    clock.median.map { $0 * Double(position.left) }
  }

  /// Whether the loss is more than so many times the mean of the five before it
  /// (`TRAIN.KILL_LOSS_EXPLOSION_FACTOR`), of a window with seven or more.
  ///
  /// - Parameter factor: 0 for never.
  public func isExploding(factor: Double) -> Bool {
    let window = loss.window
    guard factor > 0, window.count > 6 else { return false }
    return window[window.count - 1] > factor * window.dropLast().suffix(5).reduce(0, +) / 5
  }

  /// What the log says of the last iteration.
  func iterationEntry(_ position: TrainingPosition) -> LogEntry {
    var entry = LogEntry(.trainIteration, position)
    entry.set(Metric.loss, loss.median)
    entry.set(Metric.top1Error, top1.median)
    entry.set(Metric.top5Error, top5.median)
    for (part, value) in losses.enumerated() { entry.set(Metric.loss(part), value) }
    clock.last.map { entry.set($0) }
    addRates(to: &entry, position)
    return entry
  }

  /// What the log says of the whole epoch, whose seconds are those of its median iteration.
  func epochEntry(_ position: TrainingPosition) -> LogEntry {
    var entry = LogEntry(.trainEpoch, position)
    entry.set(Metric.loss, epochLoss.value)
    entry.set(Metric.top1Error, epochTop1.value)
    entry.set(Metric.top5Error, epochTop5.value)
    for (part, mean) in epochLosses.enumerated() { entry.set(Metric.loss(part), mean.value) }
    clock.medians.map { entry.set($0) }
    addRates(to: &entry, position)
    return entry
  }

  private func addRates(to entry: inout LogEntry, _ position: TrainingPosition) {
    entry.set(Metric.learningRate, learningRate)
    entry.set(Metric.gradientNorm, gradientNorm)
    entry.set(Metric.secondsLeft, secondsLeft(position))
    entry.set(Metric.clipsPerSecond, clipsPerSecond)
    entry.set(Metric.dataShare, dataShare)
  }
}

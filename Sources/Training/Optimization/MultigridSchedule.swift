internal import Glibc
internal import Wording

/// What is trained on in one step of the optimizer.
public struct ClipShape: Sendable, Equatable {
  /// Clips, over all processes (`TRAIN.BATCH_SIZE`).
  public var batch: Int
  /// Frames of a clip (`DATA.NUM_FRAMES`).
  public var frames: Int
  /// Pixels of a side (`DATA.TRAIN_CROP_SIZE`).
  public var crop: Int

  public init(batch: Int, frames: Int, crop: Int) {
    self.batch = batch
    self.frames = frames
    self.crop = crop
  }
}

/// The settings of `MULTIGRID`, with PySlowFast's defaults.
public struct MultigridOptions: Sendable {
  /// Whether the shape changes every few epochs.
  public var hasLongCycle = false
  /// Whether the shape changes with every batch.
  public var hasShortCycle = false
  /// How many times as many epochs are trained.
  public var epochFactor = 1.5
  /// Crops of the first two batches of a short cycle, as shares of the full crop.
  public var shortCycleFactors = [0.5, 0.5.squareRoot()]
  /// Shapes of a long cycle, as shares of the full number of frames and of the full crop; the last is the full shape.
  public var longCycleFactors: [(frames: Double, crop: Double)] = [
    (0.25, 0.5.squareRoot()), (0.5, 0.5.squareRoot()), (0.5, 1), (1, 1),
  ]
  /// The clips whose statistics a batch norm takes together (`BN_BASE_SIZE`).
  public var batchNormClips = 8
  /// Evaluations and checkpoints of each shape (`EVAL_FREQ`).
  public var evaluationsPerShape = 3

  public init() {}
}

/// Multigrid's plan of a whole training: small and short clips in large batches first, full ones last.
///
/// Source: Wu et al., "A Multigrid Method for Efficiently Training Video Models", 2020; PySlowFast's MultigridSchedule.
public struct MultigridSchedule: Sendable {
  /// Epochs that are trained on one shape.
  public struct Phase: Sendable, Equatable {
    /// The step of the learning rate before multigrid that it belongs to, from 0.
    public var step: Int
    /// The batch as a multiple of the full shape's.
    public var batchFactor: Int
    public var frames: Int
    public var crop: Int
    /// The epoch that it ends before; it may have none.
    public var endEpoch: Int
  }

  public let options: MultigridOptions
  /// The shape of the configuration.
  public let fullShape: ClipShape
  /// The long cycle; nil without one.
  public let phases: [Phase]?
  /// What `SOLVER.STEPS`, `SOLVER.LRS` and `SOLVER.MAX_EPOCH` become.
  public let steps: [Double]
  public let factors: [Double]
  public let maxEpoch: Int

  /// Plans a training.
  ///
  /// - Parameters:
  ///   - fullShape: Of the configuration.
  ///   - steps: `SOLVER.STEPS`; a long cycle needs two of them at least.
  ///   - factors: `SOLVER.LRS`, which a short cycle keeps.
  ///   - gamma: What a step of the long cycle multiplies the rate by (`SOLVER.GAMMA`).
  ///   - maxEpoch: `SOLVER.MAX_EPOCH`.
  /// - Throws: `badSetting`.
  public init(
    _ options: MultigridOptions, fullShape: ClipShape, steps: [Double], factors: [Double], gamma: Double = 0.1,
    maxEpoch: Int
  ) throws(OptimizationError) {
    try check(options, fullShape, steps, maxEpoch)
    self.options = options
    self.fullShape = fullShape
    if options.hasLongCycle {
      let phases = longCycle(options, fullShape, steps, Double(maxEpoch))
      var ends = [0] + phases.map(\.endEpoch)
      // The last phase, of the full shape, has two steps: half of it at the rate of the phase before.
      ends[ends.count - 1] = (ends[ends.count - 2] + ends[ends.count - 1]) / 2
      let rates = phases.map { pow(gamma, Double($0.step)) * Double($0.batchFactor) }
      self.phases = phases
      self.steps = ends.map(Double.init)
      self.factors = rates.dropLast() + rates.suffix(2)
      self.maxEpoch = phases.last!.endEpoch
    } else {
      phases = nil
      let factor = options.hasShortCycle ? options.epochFactor : 1
      self.steps = steps.map { ($0 * factor).rounded(.towardZero) }
      self.factors = factors
      self.maxEpoch = Int(Double(maxEpoch) * factor)
    }
  }

  /// The phase of an epoch; nil without a long cycle. After the last one it goes on.
  public func phase(at epoch: Int) -> Phase? { phases.flatMap { $0.first { epoch < $0.endEpoch } ?? $0.last } }

  /// The shape of an epoch.
  public func shape(at epoch: Int) -> ClipShape {
    guard let phase = phase(at: epoch) else { return fullShape }
    return ClipShape(batch: phase.batchFactor * fullShape.batch, frames: phase.frames, crop: phase.crop)
  }

  /// Whether an epoch has another shape than the one before it, so that network and batches must be made anew.
  public func changes(at epoch: Int) -> Bool {
    epoch > 0 && shape(at: epoch) != shape(at: epoch - 1)
  }

  /// The slowest sampling rate of an epoch: clips of fewer frames are drawn between the configuration's
  /// (`DATA.SAMPLING_RATE`) and this one, which covers the full clip's time. Nil without a long cycle.
  public func slowestSamplingRate(at epoch: Int, samplingRate: Int) -> Int? {
    phase(at: epoch).map { samplingRate * (fullShape.frames / $0.frames) }
  }

  /// Whether a checkpoint is saved, or the network evaluated, after an epoch: a few times in each phase of the long cycle
  /// and at its end; without one every so many epochs (`TRAIN.CHECKPOINT_PERIOD`, `TRAIN.EVAL_PERIOD`). After the last
  /// epoch always; a period of 0 is none.
  public func isMilestone(_ epoch: Int, period: Int) -> Bool {
    if epoch + 1 == maxEpoch { return true }
    guard let phases, let index = phases.firstIndex(where: { epoch < $0.endEpoch }) else {
      return period > 0 && (epoch + 1) % period == 0
    }
    let (start, end) = (index == 0 ? 0 : phases[index - 1].endEpoch, phases[index].endEpoch)
    return (end - 1 - epoch) % ((end - start) / options.evaluationsPerShape + 1) == 0
  }
}

private func check(
  _ options: MultigridOptions, _ shape: ClipShape, _ steps: [Double], _ maxEpoch: Int
) throws(OptimizationError) {
  func bad(_ key: String, _ found: String, _ expected: String, _ advice: String) -> OptimizationError {
    .badSetting(key: key, found: found, expected: expected, advice: advice)
  }
  for (key, value) in [
    ("TRAIN.BATCH_SIZE", shape.batch), ("DATA.NUM_FRAMES", shape.frames), ("DATA.TRAIN_CROP_SIZE", shape.crop),
    ("SOLVER.MAX_EPOCH", maxEpoch), ("MULTIGRID.BN_BASE_SIZE", options.batchNormClips),
    ("MULTIGRID.EVAL_FREQ", options.evaluationsPerShape),
  ] where value < 1 { throw bad(key, "\(value)", "1 or more", "set a number of 1 or more") }
  guard options.epochFactor > 0, options.epochFactor.isFinite else {
    throw bad("MULTIGRID.EPOCH_FACTOR", "\(options.epochFactor)", "a number above 0", "set 1.5")
  }
  guard options.shortCycleFactors.count == 2, options.shortCycleFactors.allSatisfy({ $0 > 0 && $0 <= 1 }) else {
    throw bad(
      "MULTIGRID.SHORT_CYCLE_FACTORS", "\(options.shortCycleFactors)", "two numbers above 0 and up to 1",
      "set [0.5, 0.7071]")
  }
  if !options.hasLongCycle { return }
  guard steps.count >= 2, steps.first == 0, zip(steps, steps.dropFirst()).allSatisfy(<), steps.last! <= Double(maxEpoch)
  else {
    throw bad(
      "SOLVER.STEPS", "\(steps)",
      "two or more rising epochs from 0 up to SOLVER.MAX_EPOCH, as MULTIGRID.LONG_CYCLE has",
      "set SOLVER.LR_POLICY steps_with_relative_lrs and its steps, or MULTIGRID.LONG_CYCLE False")
  }
  let factors = options.longCycleFactors
  guard !factors.isEmpty,
    factors.allSatisfy({
      (Double(shape.frames) * $0.frames).rounded(.toNearestOrEven) >= 1
        && (Double(shape.crop) * $0.crop).rounded(.toNearestOrEven) >= 1 && $0.frames <= 1 && $0.crop <= 1
    })
  else {
    throw bad(
      "MULTIGRID.LONG_CYCLE_FACTORS", "\(factors.map { "(\($0.frames), \($0.crop))" }.joined(separator: ", "))",
      "pairs up to 1 that leave a clip of \(counted(shape.frames, "frame")) one at least",
      "set larger factors or DATA.NUM_FRAMES")
  }
}

/// Shares the epochs out, so that each shape of a step of the learning rate is trained for as many iterations as another.
private func longCycle(
  _ options: MultigridOptions, _ full: ClipShape, _ steps: [Double], _ maxEpoch: Double
) -> [MultigridSchedule.Phase] {
  func whole(_ value: Double) -> Int { Int(value.rounded(.toNearestOrEven)) }
  let size = Double(full.frames * full.crop * full.crop)
  let shapes = options.longCycleFactors.map { factors in
    let frames = whole(Double(full.frames) * factors.frames)
    let crop = whole(Double(full.crop) * factors.crop)
    // The short cycle's crops are not rounded here.
    let crops =
      (options.hasShortCycle ? options.shortCycleFactors.map { Double(full.crop) * $0 } : []) + [Double(crop)]
    let batches = crops.map { (size / (Double(frames) * $0 * $0)).rounded(.toNearestOrEven) }
    return (
      batch: Int(batches.last!), frames: frames, crop: crop, meanBatch: batches.reduce(0, +) / Double(batches.count)
    )
  }
  let sumOfMeans = shapes.reduce(0) { $0 + $1.meanBatch }

  var (iterations, plan) = (0.0, [(step: Int, shape: Int, epochs: Double)]())
  for step in 0..<steps.count - 1 {
    for (index, shape) in shapes.enumerated() {
      let epochs = (steps[step + 1] - steps[step]) * shape.meanBatch / sumOfMeans
      iterations += epochs / shape.meanBatch
      plan.append((step, index, epochs))
    }
  }
  // The last phase saves the same share of iterations as what was before it.
  let saving = steps.last! / iterations
  plan.append(
    (steps.count - 1, shapes.count - 1, (maxEpoch - steps.last!) / saving * shapes.last!.meanBatch))

  let factor = maxEpoch * options.epochFactor / plan.reduce(0) { $0 + $1.epochs }
  var epochs = 0.0
  return plan.map { part in
    epochs += part.epochs * factor
    let shape = shapes[part.shape]
    return MultigridSchedule.Phase(
      step: part.step, batchFactor: shape.batch, frames: shape.frames, crop: shape.crop, endEpoch: whole(epochs))
  }
}

internal import Configuration
internal import ModelZoo
internal import Optimization
internal import TrainingData
internal import VideoModels
internal import Wording

/// What multigrid's cycles make of a training (`MULTIGRID`): which shapes the batches of an epoch have, and which network takes
/// them. All phases learn the same weights.
///
/// A process of this program is what a machine is to PySlowFast, whose batch norms see `MULTIGRID.BN_BASE_SIZE` clips of a
/// device: here those of a process's batch are parted so, as by sub-batch norm.
struct MultigridPhases {
  /// The configuration with the schedule's `SOLVER.STEPS`, `LRS` and `MAX_EPOCH`.
  let config: Configuration
  let schedule: MultigridSchedule
  private let full: SampleShape

  /// - Returns: Nil without cycles.
  /// - Throws: `OptimizationError`, `TrainingDataError`, `TrainingError`; what a network says of the clips of a phase.
  init?(_ config: Configuration) throws {
    guard config[.multigridLongCycle] || config[.multigridShortCycle] else { return nil }
    var options = MultigridOptions()
    options.hasLongCycle = config[.multigridLongCycle]
    options.hasShortCycle = config[.multigridShortCycle]
    options.epochFactor = config[.multigridEpochFactor]
    options.shortCycleFactors = config[.multigridShortCycleFactors]
    options.longCycleFactors = try config[.multigridLongCycleFactors].map { pair in
      guard pair.count == 2 else {
        throw OptimizationError.badSetting(
          key: Key.multigridLongCycleFactors.name, found: "\(pair)", expected: "pairs of frames and crop",
          advice: "set \"[[0.25, 0.7071], [0.5, 0.7071], [0.5, 1], [1, 1]]\"")
      }
      return (pair[0], pair[1])
    }
    options.batchNormClips = config[.multigridBnBaseSize]
    options.evaluationsPerShape = config[.multigridEvalFreq]
    full = try SampleShape(config)
    schedule = try MultigridSchedule(
      options,
      fullShape: ClipShape(batch: config[.trainBatchSize], frames: config[.dataNumFrames], crop: full.crop),
      steps: config[.solverSteps], factors: config[.solverLrs], gamma: config[.solverGamma],
      maxEpoch: config[.solverMaxEpoch])
    if options.hasLongCycle, config[.solverLrPolicy] != "steps_with_relative_lrs" {
      throw OptimizationError.badSetting(
        key: Key.solverLrPolicy.name, found: "'\(config[.solverLrPolicy])'",
        expected: "steps_with_relative_lrs, which MULTIGRID.LONG_CYCLE changes with the batch",
        advice: "set it, or MULTIGRID.LONG_CYCLE False")
    }
    var own = config
    func list(_ numbers: [Double]) -> String { "[\(numbers.map { "\($0)" }.joined(separator: ", "))]" }
    try own.apply(overrides: [
      Key.solverSteps.name, list(schedule.steps), Key.solverLrs.name, list(schedule.factors), Key.solverMaxEpoch.name,
      "\(schedule.maxEpoch)",
    ])
    self.config = own
    for phase in epochs { try check(phase.lowerBound) }
  }

  /// The epochs of each phase that has any.
  private var epochs: [Range<Int>] {
    let starts = [0] + (schedule.phases ?? []).dropLast().map(\.endEpoch)
    return zip(starts, starts.dropFirst() + [schedule.maxEpoch]).filter { $0 < $1 }.map { $0..<$1 }
  }

  /// What the batches of an epoch look like, in turn.
  func forms(at epoch: Int) -> [BatchForm] { schedule.batchForms(at: epoch, full) }

  /// The network of an epoch, and how its batch norms part the batch.
  func network(at epoch: Int) throws -> (architecture: Architecture, options: TrainingOptions) {
    var own = config
    try own.apply(overrides: [Key.dataNumFrames.name, "\(schedule.shape(at: epoch).frames)"])
    var options = try TrainingOptions(own)
    switch schedule.batchNormScope(at: epoch, processes: 1) {
    case .split(let parts): (options.splits, options.isSubBatchNorm) = (parts, true)
    case .batch, .processes: (options.splits, options.isSubBatchNorm) = (1, false)
    case nil: break
    }
    return (try Architecture(training: own), options)
  }

  /// Refuses what would end the training when a phase begins.
  private func check(_ epoch: Int) throws {
    let (architecture, options) = try network(at: epoch)
    for form in forms(at: epoch) {
      do { try architecture.backbone.checkSize(height: form.shape.crop, width: form.shape.crop) } catch {
        throw TrainingError.unsupported(
          place:
            "\(config.cite(.modelArch)), multigrid's clips of \(form.shape.frames) frames of \(form.shape.crop) pixels",
          why: "this network takes clips of one size alone",
          advice: "set MULTIGRID.LONG_CYCLE False MULTIGRID.SHORT_CYCLE False")
      }
      guard form.samples % options.splits == 0 else {
        throw OptimizationError.badSetting(
          key: Key.multigridBnBaseSize.name, found: "\(config[.multigridBnBaseSize])",
          expected: "a number that divides multigrid's batches, such as that of \(form.samples) clips",
          advice: "set a divisor of TRAIN.BATCH_SIZE, \(config[.trainBatchSize])")
      }
    }
  }

  /// A line for each phase.
  var notices: [String] {
    epochs.map { phase in
      let shapes = forms(at: phase.lowerBound).map { form in
        "\(counted(form.samples, "clip")) of \(form.shape.frames) frames, \(form.shape.crop) x \(form.shape.crop)"
      }
      let place =
        phase.count == 1 ? "epoch \(phase.upperBound)" : "epochs \(phase.lowerBound + 1) to \(phase.upperBound)"
      return "multigrid, \(place): "
        + shapes.joined(separator: "; then ")
    }
  }
}

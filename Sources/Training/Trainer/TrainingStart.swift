internal import Checkpoint
public import Configuration
internal import Files
internal import Kernels
internal import ModelZoo
internal import NN
public import VideoModels
internal import Wording

/// What a training begins or goes on with: a network with its weights.
///
/// Source: PySlowFast's load_train_checkpoint.
public struct TrainingStart {
  public let model: TrainableModel
  /// The epoch to train next, from 0.
  public let epoch: Int
  /// Whether the epochs before were done in this folder (`TRAIN.AUTO_RESUME`).
  let isOwn: Bool
  /// Where the optimizer's state is; nil to begin without.
  let resumed: Checkpoint?
  /// What was loaded and what was not, for the user.
  public let notices: [String]

  /// Takes the last checkpoint of `OUTPUT_DIR` where `TRAIN.AUTO_RESUME` is set, else `TRAIN.CHECKPOINT_FILE_PATH`, else
  /// weights drawn from `RNG_SEED`.
  ///
  /// - Parameters:
  ///   - phases: Of multigrid: the network is that of the last epoch done.
  ///   - videos: What is read beside what the configuration names.
  ///   - overwrites: Whether what an earlier training has left in the folder is to go, and nothing of it is gone on with.
  /// - Throws: `ModelConfigurationError`, `FileError`, `CheckpointError`; `TrainingError.earlierRun`.
  init(
    _ config: Configuration, _ settings: TrainingSettings, engine: Engine, phases: MultigridPhases? = nil,
    videos: [String] = [], overwrites: Bool = false
  ) throws {
    func network(_ epoch: Int) throws -> (architecture: Architecture, options: TrainingOptions) {
      try phases?.network(at: max(0, epoch)) ?? (Architecture(training: config), settings.network)
    }
    var (architecture, options) = try network(0)
    let drawn = Self.drawnWeights(config, architecture)
    let last = config[.trainAutoResume] && !overwrites ? try lastCheckpoint(config) : nil
    let given = config[.trainCheckpointFilePath]
    let earlier = try EarlierTraining(config)
    if last == nil, !overwrites { try earlier.refuse(config) }
    try earlier.spare([config.path ?? ""] + videos + namedLists(config), weights: given, isRemoved: overwrites)
    let beside = try Self.strangers(last, config)
    guard let path = last ?? (given.isEmpty ? nil : given) else {
      model = try TrainableModel(architecture, weights: WeightReader(drawn), engine: engine, options)
      (epoch, isOwn, resumed) = (0, false, nil)
      notices = ["no weights are given: training begins with random ones (RNG_SEED \(config[.rngSeed]))"] + beside
      return
    }
    isOwn = last != nil
    let goesOn = isOwn || !config[.trainCheckpointEpochReset]
    let file = try Self.withDamage(of: last, config) {
      try Checkpoint(
        path: path,
        naming: PySlowFastNames(clearing: last != nil ? [] : config[.trainCheckpointClearNamePattern]),
        pool: engine.pool,
        withOptimizer: goesOn)
    }
    if !isOwn, goesOn, let epoch = file.epoch, epoch + 1 >= config[.solverMaxEpoch] {
      throw TrainingError.nothingLeft(path: path, done: epoch + 1, epochs: config.cite(.solverMaxEpoch))
    }
    if goesOn { (architecture, options) = try network(file.epoch ?? 0) }
    let taken = isOwn ? [] : try PeerNetwork(file)?.adapt(&architecture, config) ?? []
    let weights = WeightReader(file, orElse: drawn, inflates: !isOwn && config[.trainCheckpointInflate])
    model = try TrainableModel(architecture, weights: weights, engine: engine, options)
    let report = weights.report
    // A training that goes on needs all that it had; one that begins on other weights may have a head of its own.
    if isOwn {
      if !report.isComplete {
        throw TrainingError.otherNetwork(path: path, differences: Self.differences(report, config))
      }
      try Self.withDamage(of: path, config) { try report.check(allowPartial: false) }
      if let found = model.firstUnsoundWeight {
        throw TrainingError.damagedCheckpoint(
          path: path, reason: "'\(path)': '\(found)' has values that are no numbers",
          previous: try epochCheckpoints(config).last { $0 < path })
      }
    }
    if report.found == 0 { try report.check(allowPartial: false) }
    epoch = goesOn ? (file.epoch ?? -1) + 1 : 0
    resumed = goesOn ? file : nil
    var lines = [isOwn ? "training goes on from '\(path)'" : "training begins with the weights of '\(path)'"]
    if !isOwn, goesOn, let done = file.epoch {
      lines.append(
        "'\(path)' says that epoch \(done + 1) is done: training goes on with the next one -> to begin with the first, set "
          + "TRAIN.CHECKPOINT_EPOCH_RESET True")
    }
    if goesOn, let change = Self.changedPrecision(file, config) { lines.append(change) }
    notices = lines + beside + taken + Self.lines(report)
  }

  /// Says which file PySlowFast would go on from, and this training does not: a copy of a checkpoint, by its name.
  private static func strangers(_ last: String?, _ config: Configuration) throws -> [String] {
    let own = Set(try epochCheckpoints(config))
    let others = try outputCheckpoints(config).filter {
      $0 > last ?? "" && !own.contains($0) && splitPath($0).name.contains("checkpoint_epoch_")
    }
    guard let other = others.last else { return [] }
    return [
      "'\(other)' is not called as checkpoints of epochs are: nothing of it is read, and it stays where it is"
    ]
  }

  /// Reads the training's own last checkpoint, and says of one that is damaged with which one to go on.
  ///
  /// - Parameter path: nil for a file of others', whose errors say what to do.
  private static func withDamage<Value>(of path: String?, _ config: Configuration, _ read: () throws -> Value) throws
    -> Value
  {
    do { return try read() } catch let error as CheckpointError {
      guard let path else { throw error }
      throw TrainingError.damagedCheckpoint(
        path: path, reason: withoutAdvice(error),
        previous: try epochCheckpoints(config).last { $0 < path })
    }
  }

  /// Says that the epochs before were trained in another precision: what a checkpoint holds is float32 in either.
  private static func changedPrecision(_ file: Checkpoint, _ config: Configuration) -> String? {
    guard let text = file.configText,
      let own = Configuration(checkpointText: text, path: file.path, rules: ModelRules()),
      own[.trainMixedPrecision] != config[.trainMixedPrecision]
    else { return nil }
    func cited(_ config: Configuration) -> String {
      "\(Key.trainMixedPrecision.name) \(config[.trainMixedPrecision] ? "True" : "False")"
    }
    return
      "'\(file.path)' was trained with \(cited(own)), and training goes on with \(cited(config)): what it holds is "
      + "float32 in both"
  }

  /// What PySlowFast's networks begin with.
  private static func drawnWeights(_ config: Configuration, _ architecture: Architecture) -> RandomWeights {
    var weights = RandomWeights(seed: UInt64(bitPattern: Int64(config[.rngSeed])))
    if config[.modelArch] == "mvit" {
      weights.linearStd = 0.02
      weights.hasNormalTokens = true
    } else {
      weights.linearStd = config[.modelFcInitStd]
      weights.branchGain = config[.resnetZeroInitFinalBn] ? 0 : 1
    }
    // A contrastive head's layers (c2_xavier_fill); under others no name begins so.
    weights.scaledModule = MLPHead.scope
    return weights
  }

  /// Where the network of a training's own checkpoint is another one, with the keys that say so.
  private static func differences(_ report: LoadReport, _ config: Configuration) -> [String] {
    func keys(_ item: LoadReport.Mismatched) -> [String] {
      let isOfClasses = item.name.hasPrefix("head.") && item.modelShape.first == config[.modelNumClasses]
      return item.hints.isEmpty && isOfClasses ? [config.cite(.modelNumClasses)] : item.hints
    }
    var lines = report.mismatched.prefix(4).map { item in
      "'\(item.name)' is \(shape(item.fileShape)) there, \(shape(item.modelShape)) here"
        + (keys(item).isEmpty ? "" : " (\(keys(item).joined(separator: ", ")))")
    }
    let more = report.mismatched.count - lines.count
    if more > 0 { lines.append("\(counted(more, "more tensor has", plural: "more tensors have")) another shape") }
    if !report.missing.isEmpty {
      lines.append("not in it: \(listed(report.missing.map { "'\($0.name)'" }, limit: 4))")
    }
    return lines
  }

  private static func lines(_ report: LoadReport) -> [String] {
    var lines: [String] = []
    if !report.mismatched.isEmpty {
      let names = report.mismatched.map {
        "'\($0.name)' (\(shape($0.fileShape)) there, \(shape($0.modelShape)) here)"
      }
      lines.append("of another shape, and begun anew: \(listed(names, limit: 4))")
    }
    if !report.missing.isEmpty {
      lines.append("not in the file, and begun anew: \(listed(report.missing.map { "'\($0.name)'" }, limit: 4))")
    }
    if !report.unused.isEmpty {
      lines.append("of no use here: \(listed(report.unused.map { "'\($0)'" }, limit: 4))")
    }
    return lines
  }

  private static func shape(_ shape: [Int]) -> String { shape.map { "\($0)" }.joined(separator: "x") }
}

/// Where the checkpoint of an epoch goes, as PySlowFast calls it.
///
/// - Parameter epoch: From 0.
public func checkpointPath(_ config: Configuration, epoch: Int) -> String {
  let task = config[.task]
  let number = String(epoch + 1)
  let digits = String(repeating: "0", count: max(0, 5 - number.count)) + number
  return joinPath(
    checkpointFolder(config), (task.isEmpty ? "" : "\(task)_") + "checkpoint_epoch_\(digits).pyth")
}

/// The last checkpoint of an output folder; nil where there is none.
///
/// - Throws: `FileError` for a folder that cannot be read.
func lastCheckpoint(_ config: Configuration) throws -> String? { try epochCheckpoints(config).last }

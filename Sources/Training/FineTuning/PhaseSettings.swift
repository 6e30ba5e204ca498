internal import Checkpoint
internal import Configuration
internal import Kernels
internal import ModelZoo
internal import Optimization
internal import TrainingData
internal import Trainer
internal import VideoModels

/// What trains the parts of a fine-tuning. All of it is made here, and asked what its first step and its last would ask, before anything
/// is looked for, replaced or written: a part may begin hours after the one before it.
struct PhaseSettings {
  /// Of a head on a frozen backbone's features; nil where there is no such part.
  let head: TrainingSettings?
  /// Of the whole network: it trains stages, and a head's checkpoint has its groups.
  let network: TrainingSettings
  /// How stages' clips are read, and what a batch of them is.
  let loading: LoaderOptions
  let form: BatchForm

  /// - Throws: `OptimizationError`, `LossError`, `TrainingError`, `TrainingDataError`, each with the key to change;
  ///   `FineTuningError.noSuchStages`, `.unknownStages`; `CheckpointError`, `FileError` for weights that cannot be read.
  init(_ config: Configuration, classes: Int, _ options: FineTuningOptions, _ engine: Engine) throws {
    try TrainingSettings.check(config)
    if config[.task] == "ssl" { throw Self.unfit(config.cite(.task), "classes are learned here", "leave TASK empty") }
    for key in [Key.multigridLongCycle, .multigridShortCycle] where config[key] {
      throw Self.unfit(config.cite(key), "clips have one size here", "set \(key.name) False, or use slowfast train")
    }
    let collation = try Collation(config)
    func check(_ settings: TrainingSettings) throws {
      try settings.check(config, collation, targets: .soft, clips: 1)
    }
    network = try TrainingSettings(config)
    try check(network)
    loading = try LoaderOptions(config, workers: options.workers)
    form = BatchForm(samples: network.batchSize, shape: try SampleShape(config))
    let file = try Checkpoint(
      path: config[.trainCheckpointFilePath],
      naming: PySlowFastNames(clearing: config[.trainCheckpointClearNamePattern]), pool: engine.pool)
    // Its names are all that is asked for: no number is read or drawn.
    let model = try TrainableModel(
      Architecture(training: config), weights: WeightReader(shapesOf: file), engine: engine, network.network)
    if options.freezing == .backbone {
      // A head's weights are written with the whole network's groups.
      try network.check(model)
      let settings = try TrainingSettings(Self.ofHead(config, options))
      try check(settings)
      try settings.check(
        Self.headModel(
          model.architecture.backbone.featureChannels.reduce(0, +), config, classes: classes,
          WeightReader(RandomWeights(seed: 0)), settings, engine))
      head = settings
    } else {
      head = nil
    }
    var wanted = options.thenStages.map { Freezing.stages($0) }
    if case .stages = options.freezing { wanted = options.freezing }
    if let wanted {
      try wanted.apply(to: model)
      try network.check(model)
    }
  }

  private static func unfit(_ place: String, _ why: String, _ advice: String) -> TrainingError {
    .unsupported(place: place, why: why, advice: advice)
  }

  /// How a head learns on features: AdamW without what belongs to a backbone.
  private static func ofHead(_ config: Configuration, _ options: FineTuningOptions) throws -> Configuration {
    var own = config
    try own.apply(overrides: [
      Key.solverOptimizingMethod.name, "adamw", Key.solverBaseLr.name, "\(options.learningRate)",
      Key.solverLrPolicy.name, "cosine", Key.solverCosineEndLr.name, "0.0", Key.solverWarmupEpochs.name, "0.0",
      Key.solverMaxEpoch.name, "\(options.epochs)", Key.solverZeroWd1dParam.name, "True",
      Key.solverLayerDecay.name, "1.0", Key.solverLarsOn.name, "False",
      Key.solverBaseLrScaleNumShards.name, "False", Key.bnNormType.name, "batchnorm",
      Key.trainBatchSize.name, "\(options.batchSize)",
    ])
    return own
  }

  /// A head of its own, on features.
  static func headModel(
    _ width: Int, _ config: Configuration, classes: Int, _ weights: WeightReader, _ settings: TrainingSettings,
    _ engine: Engine
  ) throws -> TrainableModel {
    let head = FeatureHead(classes: classes, activation: try Architecture(config).head.activation)
    let model = try TrainableModel(
      Architecture(backbone: FeatureRows(width: width), head: head), weights: weights, engine: engine, settings.network)
    try weights.report.check(allowPartial: false)
    return model
  }
}

internal import ModelZoo
public import Configuration
public import Optimization
public import VideoModels

/// How a configuration has a network trained: what its keys of SOLVER, BN, MODEL and TRAIN say to the optimizer.
public struct TrainingSettings: Sendable {
  /// Of `MODEL.LOSS_FUNC`, or one of a program's own.
  public var loss: any Loss
  public let method: any OptimizerMethod
  public let lars: LARS?
  public let clipping: GradientClipping
  public let schedule: LearningRateSchedule
  public let grouping: GroupingOptions
  public let network: TrainingOptions
  /// Whether processes that train together share the statistics of batch norms (`BN.NORM_TYPE sync_batchnorm`).
  public let synchronizesBatchNorm: Bool
  /// Whether only the head's layers are trained (`MODEL.DETACH_FINAL_FC`); batch norms before them go on to take statistics.
  public let detachesFinalLayer: Bool
  /// What stands before the names of the network's tensors in checkpoints: `backbone.` in contrastive training.
  public let namePrefix: String
  /// `TRAIN.BATCH_SIZE`, of each process.
  public let batchSize: Int

  /// - Parameter shards: The processes that train together; nil for what the configuration says of machines (`NUM_SHARDS`).
  /// - Throws: `OptimizationError`, `LossError`, `TrainingError`, each with the key to change.
  public init(_ config: Configuration, shards: Int? = nil) throws {
    guard config[.contrastiveT] > 0 else {
      throw OptimizationError.badSetting(
        key: Key.contrastiveT.name, found: "\(config[.contrastiveT])", expected: "a number above 0", advice: "set 0.1")
    }
    loss = try Optimization.loss(
      named: config[.modelLossFunc], among: losses + [ContrastiveLoss(temperature: config[.contrastiveT])])
    detachesFinalLayer = config[.modelDetachFinalFc]
    namePrefix = ContrastivePretraining.isNamed(by: config) ? "\(ContrastivePretraining.scope)." : ""
    var options = MethodOptions()
    options.momentum = config[.solverMomentum]
    options.dampening = config[.solverDampening]
    options.isNesterov = config[.solverNesterov]
    let betas = config[.solverBetas]
    guard betas.count == 2 else {
      throw OptimizationError.badSetting(
        key: Key.solverBetas.name, found: "\(betas)", expected: "two numbers", advice: "set [0.9, 0.999]")
    }
    options.betas = (betas[0], betas[1])
    method = try optimizerMethod(named: config[.solverOptimizingMethod], options)
    lars = config[.solverLarsOn] ? LARS() : nil
    clipping = try GradientClipping(value: config[.solverClipGradVal], norm: config[.solverClipGradL2norm])
    guard config[.solverMaxEpoch] > 0 else {
      throw OptimizationError.badSetting(
        key: Key.solverMaxEpoch.name, found: "\(config[.solverMaxEpoch])", expected: "1 or more",
        advice: "set how many epochs are trained; slowfast test tests without training")
    }
    schedule = try LearningRateSchedule(config, shards: shards)
    var grouping = GroupingOptions()
    grouping.weightDecay = config[.solverWeightDecay]
    grouping.batchNormWeightDecay = config[.bnWeightDecay]
    grouping.hasZeroDecayFor1D = config[.solverZeroWd1dParam]
    grouping.layerDecay = config[.solverLayerDecay]
    grouping.depth = config[.mvitDepth]
    grouping.isLARSOn = config[.solverLarsOn]
    self.grouping = grouping
    network = try TrainingOptions(config)
    synchronizesBatchNorm = config[.bnNormType].hasPrefix("sync_batchnorm")
    batchSize = config[.trainBatchSize]
    guard batchSize > 0 else {
      throw OptimizationError.badSetting(
        key: Key.trainBatchSize.name, found: "\(batchSize)", expected: "1 or more", advice: "set the clips of a step")
    }
  }
}

extension LearningRateSchedule {
  /// The schedule of a configuration's SOLVER keys.
  public init(_ config: Configuration, shards: Int? = nil) throws {
    let policy: Policy
    switch config[.solverLrPolicy] {
    case "cosine":
      policy = .cosine(
        endRate: config[.solverCosineEndLr], startsAfterWarmUp: config[.solverCosineAfterWarmup])
    case "steps_with_relative_lrs": policy = .steps(config[.solverSteps], factors: config[.solverLrs])
    case let name:
      throw OptimizationError.badSetting(
        key: Key.solverLrPolicy.name, found: "'\(name)'", expected: "cosine or steps_with_relative_lrs",
        advice: "set one of them")
    }
    let schedule = try LearningRateSchedule(
      policy, baseRate: config[.solverBaseLr], maxEpoch: Double(config[.solverMaxEpoch]),
      warmUpEpochs: config[.solverWarmupEpochs], warmUpStartRate: config[.solverWarmupStartLr])
    self = config[.solverBaseLrScaleNumShards] ? schedule.scaled(shards: shards ?? config[.numShards]) : schedule
  }
}

extension TrainingOptions {
  /// How batch norms and dropouts of a configuration's network train.
  init(_ config: Configuration) throws {
    self.init()
    dropout = config[.modelDropoutRate]
    guard 0..<1 ~= dropout else {
      throw OptimizationError.badSetting(
        key: Key.modelDropoutRate.name, found: "\(dropout)", expected: "0 to below 1", advice: "set 0 for none")
    }
    freezesBatchNorm = config[.modelFrozenBn]
    keepsCheckpoints = config[.modelActCheckpoint]
    keepsBFloat16 = config[.trainMixedPrecision]
    switch config[.bnNormType] {
    case "sub_batchnorm":
      splits = config[.bnNumSplits]
      isSubBatchNorm = true
      guard splits > 0, config[.trainBatchSize] % splits == 0 else {
        throw OptimizationError.badSetting(
          key: Key.bnNumSplits.name, found: "\(splits)",
          expected: "a number that divides TRAIN.BATCH_SIZE, \(config[.trainBatchSize])",
          advice: "change one of the two")
      }
    // In one process all of a batch is there: what is synchronised is the batch.
    case "batchnorm", "sync_batchnorm", "sync_batchnorm_apex": break
    case let name:
      throw OptimizationError.badSetting(
        key: Key.bnNormType.name, found: "'\(name)'", expected: "batchnorm, sub_batchnorm or sync_batchnorm",
        advice: "set one of them")
    }
  }
}

// The keys that training reads: those of `Schema+Training.swift`, and of others that tests have no use for, that have a type. A
// test run passes them over, as the reference's does.

extension Key<Bool> {
  public static let trainEnable = Key("TRAIN.ENABLE", true, .idle)
  public static let testEnable = Key("TEST.ENABLE", true, .idle)
  public static let trainAutoResume = Key("TRAIN.AUTO_RESUME", true, .training)
  public static let trainCheckpointEpochReset = Key("TRAIN.CHECKPOINT_EPOCH_RESET", false, .training)
  public static let bnUsePreciseStats = Key("BN.USE_PRECISE_STATS", false, .training)
  public static let resnetZeroInitFinalBn = Key("RESNET.ZERO_INIT_FINAL_BN", false, .training)
  public static let tensorboardEnable = Key("TENSORBOARD.ENABLE", false, .display)
  public static let multigridLongCycle = Key("MULTIGRID.LONG_CYCLE", false, .training)
  public static let multigridShortCycle = Key("MULTIGRID.SHORT_CYCLE", false)
  public static let modelFrozenBn = Key("MODEL.FROZEN_BN", false, .training)
  public static let solverNesterov = Key("SOLVER.NESTEROV", true, .training)
  public static let solverBaseLrScaleNumShards = Key("SOLVER.BASE_LR_SCALE_NUM_SHARDS", false, .training)
  public static let solverCosineAfterWarmup = Key("SOLVER.COSINE_AFTER_WARMUP", false, .training)
  public static let solverZeroWd1dParam = Key("SOLVER.ZERO_WD_1D_PARAM", false, .training)
  public static let solverLarsOn = Key("SOLVER.LARS_ON", false, .training)
}

extension Key<Int> {
  public static let trainEvalPeriod = Key("TRAIN.EVAL_PERIOD", 10, .training)
  public static let trainCheckpointPeriod = Key("TRAIN.CHECKPOINT_PERIOD", 10, .training)
  public static let logPeriod = Key("LOG_PERIOD", 10, .idle)
  public static let bnNumBatchesPrecise = Key("BN.NUM_BATCHES_PRECISE", 200, .training)
  public static let numShards = Key("NUM_SHARDS", 1, .idle)
  public static let trainBatchSize = Key("TRAIN.BATCH_SIZE", 64, .training)
  public static let bnNumSplits = Key("BN.NUM_SPLITS", 1, .idle)
  public static let solverMaxEpoch = Key("SOLVER.MAX_EPOCH", 300, .training)
}

extension Key<Double> {
  public static let trainKillLossExplosionFactor = Key("TRAIN.KILL_LOSS_EXPLOSION_FACTOR", 0.0, .training)
  public static let modelFcInitStd = Key("MODEL.FC_INIT_STD", 0.01, .training)
  public static let modelDropoutRate = Key("MODEL.DROPOUT_RATE", 0.5, .training)
  public static let bnWeightDecay = Key("BN.WEIGHT_DECAY", 0.0, .training)
  public static let solverBaseLr = Key("SOLVER.BASE_LR", 0.1, .training)
  public static let solverCosineEndLr = Key("SOLVER.COSINE_END_LR", 0.0, .training)
  public static let solverMomentum = Key("SOLVER.MOMENTUM", 0.9, .training)
  public static let solverDampening = Key("SOLVER.DAMPENING", 0.0, .training)
  public static let solverWeightDecay = Key("SOLVER.WEIGHT_DECAY", 0.0001, .training)
  public static let solverWarmupEpochs = Key("SOLVER.WARMUP_EPOCHS", 0.0, .training)
  public static let solverWarmupStartLr = Key("SOLVER.WARMUP_START_LR", 0.01, .training)
  public static let solverLayerDecay = Key("SOLVER.LAYER_DECAY", 1.0, .training)
}

extension Key<String> {
  public static let tensorboardLogDir = Key("TENSORBOARD.LOG_DIR", "", .display)
  public static let modelLossFunc = Key("MODEL.LOSS_FUNC", "cross_entropy", .training)
  public static let solverLrPolicy = Key("SOLVER.LR_POLICY", "cosine", .training)
  public static let solverOptimizingMethod = Key("SOLVER.OPTIMIZING_METHOD", "sgd", .training)
}

extension Key<[Double]> {
  public static let solverSteps = Key("SOLVER.STEPS", [], .training)
  public static let solverLrs = Key("SOLVER.LRS", [], .training)
  public static let solverBetas = Key("SOLVER.BETAS", [0.9, 0.999], .training)
}

extension Key<Double?> {
  public static let solverClipGradVal = Key("SOLVER.CLIP_GRAD_VAL", nil, .training)
  public static let solverClipGradL2norm = Key("SOLVER.CLIP_GRAD_L2NORM", nil, .training)
}

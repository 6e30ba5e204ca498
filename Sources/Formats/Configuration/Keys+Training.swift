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
  public static let trainMixedPrecision = Key("TRAIN.MIXED_PRECISION", false, .training)
  public static let modelActCheckpoint = Key("MODEL.ACT_CHECKPOINT", false, .training)
  public static let modelFrozenBn = Key("MODEL.FROZEN_BN", false, .training)
  public static let solverNesterov = Key("SOLVER.NESTEROV", true, .training)
  public static let solverBaseLrScaleNumShards = Key("SOLVER.BASE_LR_SCALE_NUM_SHARDS", false, .training)
  public static let solverCosineAfterWarmup = Key("SOLVER.COSINE_AFTER_WARMUP", false, .training)
  public static let solverZeroWd1dParam = Key("SOLVER.ZERO_WD_1D_PARAM", false, .training)
  public static let solverLarsOn = Key("SOLVER.LARS_ON", false, .training)
  public static let dataRandomFlip = Key("DATA.RANDOM_FLIP", true, .training)
  public static let dataInvUniformSample = Key("DATA.INV_UNIFORM_SAMPLE", false, .training)
  public static let dataTrainJitterMotionShift = Key("DATA.TRAIN_JITTER_MOTION_SHIFT", false, .training)
  public static let avaTrainUseColorAugmentation = Key("AVA.TRAIN_USE_COLOR_AUGMENTATION", false, .training)
  public static let avaTrainPcaJitterOnly = Key("AVA.TRAIN_PCA_JITTER_ONLY", true, .training)
  public static let mixupEnable = Key("MIXUP.ENABLE", false, .training)
}

extension Key<Int> {
  public static let multigridBnBaseSize = Key("MULTIGRID.BN_BASE_SIZE", 8, .training)
  public static let multigridEvalFreq = Key("MULTIGRID.EVAL_FREQ", 3, .training)
  public static let trainEvalPeriod = Key("TRAIN.EVAL_PERIOD", 10, .training)
  public static let trainCheckpointPeriod = Key("TRAIN.CHECKPOINT_PERIOD", 10, .training)
  public static let logPeriod = Key("LOG_PERIOD", 10, .idle)
  public static let bnNumBatchesPrecise = Key("BN.NUM_BATCHES_PRECISE", 200, .training)
  public static let numShards = Key("NUM_SHARDS", 1, .idle)
  public static let trainBatchSize = Key("TRAIN.BATCH_SIZE", 64, .training)
  public static let bnNumSplits = Key("BN.NUM_SPLITS", 1, .idle)
  public static let solverMaxEpoch = Key("SOLVER.MAX_EPOCH", 300, .training)
  public static let rngSeed = Key("RNG_SEED", 1, .training)
  public static let dataLoaderNumWorkers = Key("DATA_LOADER.NUM_WORKERS", 8, .idle)
  public static let dataTrainCropNumTemporal = Key("DATA.TRAIN_CROP_NUM_TEMPORAL", 1, .selfSupervised)
  public static let dataTrainCropNumSpatial = Key("DATA.TRAIN_CROP_NUM_SPATIAL", 1, .selfSupervised)
  public static let augNumSample = Key("AUG.NUM_SAMPLE", 1, .training)
  public static let augReCount = Key("AUG.RE_COUNT", 1, .training)
}

extension Key<Double> {
  public static let multigridEpochFactor = Key("MULTIGRID.EPOCH_FACTOR", 1.5, .training)
  public static let solverGamma = Key("SOLVER.GAMMA", 0.1, .training)
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
  public static let dataTrainJitterFps = Key("DATA.TRAIN_JITTER_FPS", 0.0, .training)
  public static let augReProb = Key("AUG.RE_PROB", 0.25, .training)
  public static let mixupAlpha = Key("MIXUP.ALPHA", 0.8, .training)
  public static let mixupCutmixAlpha = Key("MIXUP.CUTMIX_ALPHA", 1.0, .training)
  public static let mixupProb = Key("MIXUP.PROB", 1.0, .training)
  public static let mixupSwitchProb = Key("MIXUP.SWITCH_PROB", 0.5, .training)
  public static let mixupLabelSmoothValue = Key("MIXUP.LABEL_SMOOTH_VALUE", 0.1, .training)
  /// This program's own, PySlowFast does not have it: the share of an epoch's samples that may be unreadable, others being
  /// taken for them.
  public static let dataLoaderMaxUnreadable = Key("DATA_LOADER.MAX_UNREADABLE", 0.01, .training)
}

extension Key<String> {
  public static let tensorboardLogDir = Key("TENSORBOARD.LOG_DIR", "", .display)
  public static let modelLossFunc = Key("MODEL.LOSS_FUNC", "cross_entropy", .training)
  public static let solverLrPolicy = Key("SOLVER.LR_POLICY", "cosine", .training)
  public static let solverOptimizingMethod = Key("SOLVER.OPTIMIZING_METHOD", "sgd", .training)
  public static let trainDataset = Key("TRAIN.DATASET", "kinetics", .training)
  public static let augAaType = Key("AUG.AA_TYPE", "rand-m9-mstd0.5-inc1", .training)
  public static let augInterpolation = Key("AUG.INTERPOLATION", "bicubic", .training)
  public static let augReMode = Key("AUG.RE_MODE", "pixel", .training)
}

extension Key<[Double]> {
  public static let multigridShortCycleFactors = Key(
    "MULTIGRID.SHORT_CYCLE_FACTORS", [0.5, 0.7071067811865476], .training)
  public static let solverSteps = Key("SOLVER.STEPS", [], .training)
  public static let solverLrs = Key("SOLVER.LRS", [], .training)
  public static let solverBetas = Key("SOLVER.BETAS", [0.9, 0.999], .training)
  public static let dataTrainPcaEigval = Key("DATA.TRAIN_PCA_EIGVAL", [0.225, 0.224, 0.229], .training)
  public static let dataTrainJitterScalesRelative = Key("DATA.TRAIN_JITTER_SCALES_RELATIVE", [], .training)
  public static let dataTrainJitterAspectRelative = Key("DATA.TRAIN_JITTER_ASPECT_RELATIVE", [], .training)
}

extension Key<[[Double]]> {
  public static let multigridLongCycleFactors = Key(
    "MULTIGRID.LONG_CYCLE_FACTORS", [[0.25, 0.7071067811865476], [0.5, 0.7071067811865476], [0.5, 1], [1, 1]],
    .training)
  public static let dataTrainPcaEigvec = Key(
    "DATA.TRAIN_PCA_EIGVEC", [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.814], [-0.5836, -0.6948, 0.4203]],
    .training)
}

extension Key<[String]> {
  public static let avaTrainLists = Key("AVA.TRAIN_LISTS", ["train.csv"], .training)
  public static let avaTrainGtBoxLists = Key("AVA.TRAIN_GT_BOX_LISTS", ["ava_train_v2.2.csv"], .training)
  public static let avaTrainPredictBoxLists = Key("AVA.TRAIN_PREDICT_BOX_LISTS", [], .training)
}

extension Key<Double?> {
  public static let solverClipGradVal = Key("SOLVER.CLIP_GRAD_VAL", nil, .training)
  public static let solverClipGradL2norm = Key("SOLVER.CLIP_GRAD_L2NORM", nil, .training)
}

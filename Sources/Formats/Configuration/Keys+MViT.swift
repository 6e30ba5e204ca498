// The keys that shape MViT and ViT, those of `Schema+Transformer.swift` that have a type.

extension Key<Bool> {
  public static let mvitPoolFirst = Key("MVIT.POOL_FIRST", false)
  public static let mvitClsEmbedOn = Key("MVIT.CLS_EMBED_ON", true)
  public static let mvitPatch2d = Key("MVIT.PATCH_2D", false)
  public static let mvitQkvBias = Key("MVIT.QKV_BIAS", true)
  public static let mvitNormStem = Key("MVIT.NORM_STEM", false)
  public static let mvitSepPosEmbed = Key("MVIT.SEP_POS_EMBED", false)
  public static let mvitUseAbsPos = Key("MVIT.USE_ABS_POS", true)
  public static let mvitRelPosSpatial = Key("MVIT.REL_POS_SPATIAL", false)
  public static let mvitRelPosTemporal = Key("MVIT.REL_POS_TEMPORAL", false)
  public static let mvitResidualPooling = Key("MVIT.RESIDUAL_POOLING", false)
  public static let mvitDimMulInAtt = Key("MVIT.DIM_MUL_IN_ATT", false)
  public static let mvitSeparateQkv = Key("MVIT.SEPARATE_QKV", false)
  public static let mvitUseMeanPooling = Key("MVIT.USE_MEAN_POOLING", false)
  public static let mvitUseFixedSincosPos = Key("MVIT.USE_FIXED_SINCOS_POS", false)
  public static let mvitZeroDecayPosCls = Key("MVIT.ZERO_DECAY_POS_CLS", true, .training)
  public static let mvitRevEnable = Key("MVIT.REV.ENABLE", false)
  /// Weights of pictures for a network of clips, or the other way round.
  public static let trainCheckpointInInit = Key("TRAIN.CHECKPOINT_IN_INIT", false)
}

extension Key<Int> {
  public static let mvitEmbedDim = Key("MVIT.EMBED_DIM", 96)
  public static let mvitNumHeads = Key("MVIT.NUM_HEADS", 1)
  public static let mvitDepth = Key("MVIT.DEPTH", 16)
}

extension Key<Double> {
  public static let mvitMlpRatio = Key("MVIT.MLP_RATIO", 4.0)
  public static let mvitDroppathRate = Key("MVIT.DROPPATH_RATE", 0.1, .training)
  public static let mvitDropoutRate = Key("MVIT.DROPOUT_RATE", 0.0, .training)
}

extension Key<String> {
  public static let mvitMode = Key("MVIT.MODE", "conv")
  public static let mvitRevRespathFuse = Key("MVIT.REV.RESPATH_FUSE", "concat")
  public static let mvitRevPreQFusion = Key("MVIT.REV.PRE_Q_FUSION", "avg")
}

extension Key<[Int]> {
  public static let mvitPatchKernel = Key("MVIT.PATCH_KERNEL", [3, 7, 7])
  public static let mvitPatchStride = Key("MVIT.PATCH_STRIDE", [2, 4, 4])
  public static let mvitRevBufferLayers = Key("MVIT.REV.BUFFER_LAYERS", [])
  public static let mvitPatchPadding = Key("MVIT.PATCH_PADDING", [2, 4, 4])
}

extension Key<[[Int]]> {
  /// A block, then its stride in time, height and width.
  public static let mvitPoolKvStride = Key("MVIT.POOL_KV_STRIDE", [])
  public static let mvitPoolQStride = Key("MVIT.POOL_Q_STRIDE", [])
}

extension Key<[[Double]]> {
  /// A block, then its factor.
  public static let mvitDimMul = Key("MVIT.DIM_MUL", [])
  public static let mvitHeadMul = Key("MVIT.HEAD_MUL", [])
}

extension Key<[Int]?> {
  public static let mvitPoolKvStrideAdaptive = Key("MVIT.POOL_KV_STRIDE_ADAPTIVE", nil)
  public static let mvitPoolKvqKernel = Key("MVIT.POOL_KVQ_KERNEL", nil)
}

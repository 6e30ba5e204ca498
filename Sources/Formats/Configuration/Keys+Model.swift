// The keys of the shape of ResNets and X3D that this program reads: those of `Schema+Model.swift` that have a type.

extension Key<Bool> {
  public static let resnetStride1x1 = Key("RESNET.STRIDE_1X1", false)
  public static let detectionEnable = Key("DETECTION.ENABLE", false)
  public static let detectionAligned = Key("DETECTION.ALIGNED", true)
  public static let x3dScaleRes2 = Key("X3D.SCALE_RES2", false)
  public static let x3dBnLin5 = Key("X3D.BN_LIN5", false)
  public static let x3dChannelwise3x3x3 = Key("X3D.CHANNELWISE_3x3x3", true)
}

extension Key<Int> {
  public static let modelNumClasses = Key("MODEL.NUM_CLASSES", 400)
  public static let resnetNumGroups = Key("RESNET.NUM_GROUPS", 1)
  public static let resnetWidthPerGroup = Key("RESNET.WIDTH_PER_GROUP", 64)
  public static let resnetDepth = Key("RESNET.DEPTH", 50)
  public static let slowfastBetaInv = Key("SLOWFAST.BETA_INV", 8)
  public static let slowfastAlpha = Key("SLOWFAST.ALPHA", 8)
  public static let slowfastFusionConvChannelRatio = Key("SLOWFAST.FUSION_CONV_CHANNEL_RATIO", 2)
  public static let slowfastFusionKernelSz = Key("SLOWFAST.FUSION_KERNEL_SZ", 5)
  public static let detectionSpatialScaleFactor = Key("DETECTION.SPATIAL_SCALE_FACTOR", 16)
  public static let detectionRoiXformResolution = Key("DETECTION.ROI_XFORM_RESOLUTION", 7)
  public static let x3dDimC5 = Key("X3D.DIM_C5", 2048)
  public static let x3dDimC1 = Key("X3D.DIM_C1", 12)
}

extension Key<Double> {
  public static let x3dWidthFactor = Key("X3D.WIDTH_FACTOR", 1.0)
  public static let x3dDepthFactor = Key("X3D.DEPTH_FACTOR", 1.0)
  public static let x3dBottleneckFactor = Key("X3D.BOTTLENECK_FACTOR", 1.0)
}

extension Key<String> {
  public static let modelArch = Key("MODEL.ARCH", "slowfast")
  public static let modelModelName = Key("MODEL.MODEL_NAME", "SlowFast")
  public static let modelHeadAct = Key("MODEL.HEAD_ACT", "softmax")
  public static let resnetTransFunc = Key("RESNET.TRANS_FUNC", "bottleneck_transform")
  public static let nonlocalInstantiation = Key("NONLOCAL.INSTANTIATION", "dot_product")
}

extension Key<[[Int]]> {
  public static let resnetNumBlockTempKernel = Key("RESNET.NUM_BLOCK_TEMP_KERNEL", [[3], [4], [6], [3]])
  public static let resnetSpatialStrides = Key("RESNET.SPATIAL_STRIDES", [[1], [2], [2], [2]])
  public static let resnetSpatialDilations = Key("RESNET.SPATIAL_DILATIONS", [[1], [1], [1], [1]])
  public static let nonlocalGroup = Key("NONLOCAL.GROUP", [[1], [1], [1], [1]])
}

extension Key<[[[Int]]]> {
  public static let nonlocalLocation = Key("NONLOCAL.LOCATION", [[[]], [[]], [[]], [[]]])
  public static let nonlocalPool = Key(
    "NONLOCAL.POOL",
    [[[1, 2, 2], [1, 2, 2]], [[1, 2, 2], [1, 2, 2]], [[1, 2, 2], [1, 2, 2]], [[1, 2, 2], [1, 2, 2]]])
}

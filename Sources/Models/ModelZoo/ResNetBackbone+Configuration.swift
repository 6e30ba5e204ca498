internal import Configuration
internal import NN
internal import Tensors

extension ResNetBackbone {
  /// Reads the stage tables off a PySlowFast configuration that names a ResNet.
  ///
  /// - Throws: `ModelConfigurationError`, `ConfigurationError`.
  init(_ config: Configuration) throws {
    let shape = try config.resNetShape()
    let kernels = shape.arch.kernels
    let pathways = kernels.count
    let widths = try Widths(config, pathways: pathways)
    let pool = Extent3(config.poolsTimeAfterStage2 ? 2 : 1, 1, 1)
    self.init(
      stems: try (0..<pathways).map { p in
        Stem(
          inChannels: try config.ints("DATA.INPUT_CHANNEL_NUM").entry(p, of: "DATA.INPUT_CHANNEL_NUM"),
          width: widths.base / widths.divisor(p), temporalKernel: kernels[p].stem)
      },
      stages: try (0..<4).map { stage in
        try (0..<pathways).map {
          try Stage(config, widths, kernels[$0], depth: shape.blocks[stage], stage: stage, pathway: $0)
        }
      },
      transform: try ResNetBackbone.transform(config, pathways: pathways), fusion: widths.fusion,
      pathwayPools: [Extent3](repeating: pool, count: pathways), frames: config.int("DATA.NUM_FRAMES"))
  }

  private static func transform(_ config: Configuration, pathways: Int) throws -> Transform {
    switch config.string("RESNET.TRANS_FUNC") {
    case "basic_transform": return .basic
    case "bottleneck_transform":
      // The reference's SlowFast builder does not look at STRIDE_1X1.
      return .bottleneck(
        groups: config.int("RESNET.NUM_GROUPS"), strideOn1x1: pathways == 1 && config.bool("RESNET.STRIDE_1X1"))
    case let other:
      throw ModelConfigurationError.notYet(key: "RESNET.TRANS_FUNC", value: other, what: "blocks of this kind")
    }
  }
}

/// The channel widths that follow from a config, and the fusion that joins them.
private struct Widths {
  let base: Int
  let inner: Int
  let betaInverse: Int
  let fusion: ResNetBackbone.Fusion?

  init(_ config: Configuration, pathways: Int) throws {
    base = config.int("RESNET.WIDTH_PER_GROUP")
    inner = base * config.int("RESNET.NUM_GROUPS")
    betaInverse = config.int("SLOWFAST.BETA_INV")
    guard pathways == 2 else {
      fusion = nil
      return
    }
    fusion = ResNetBackbone.Fusion(
      alpha: config.int("SLOWFAST.ALPHA"), kernel: config.int("SLOWFAST.FUSION_KERNEL_SZ"),
      channelRatio: config.int("SLOWFAST.FUSION_CONV_CHANNEL_RATIO"))
    guard betaInverse > 0, base >= betaInverse, base % betaInverse == 0 else {
      throw ModelConfigurationError.impossible(
        key: "SLOWFAST.BETA_INV", found: "\(betaInverse)", expected: "a divisor of RESNET.WIDTH_PER_GROUP (\(base))",
        todo: "set SLOWFAST.BETA_INV or RESNET.WIDTH_PER_GROUP")
    }
  }

  /// What a pathway's widths are divided by: the fast one is thinner.
  func divisor(_ pathway: Int) -> Int { pathway == 1 ? betaInverse : 1 }
}

extension ResNetBackbone.Stage {
  fileprivate init(
    _ config: Configuration, _ widths: Widths, _ kernels: ResNetBackbone.TemporalKernels, depth: Int, stage: Int,
    pathway: Int
  ) throws {
    func entry(_ key: String) throws -> Int {
      try config.intLists(key).entry(stage, of: key).entry(pathway, of: key)
    }
    let divisor = widths.divisor(pathway)
    self.init(
      temporalKernels: kernels.blocks(
        stage: stage, depth: depth, count: try entry("RESNET.NUM_BLOCK_TEMP_KERNEL")),
      inner: (widths.inner << stage) / divisor, width: ((4 * widths.base) << stage) / divisor,
      stride: try entry("RESNET.SPATIAL_STRIDES"), dilation: try entry("RESNET.SPATIAL_DILATIONS"),
      nonLocal: try ResNetBackbone.NonLocal(config, stage: stage, pathway: pathway))
  }
}

extension ResNetBackbone.NonLocal {
  /// nil where the config puts no non-local block.
  fileprivate init?(_ config: Configuration, stage: Int, pathway: Int) throws {
    func entry<Element>(_ key: String, _ table: [[Element]]) throws -> Element {
      try table.entry(stage, of: key).entry(pathway, of: key)
    }
    let after = try entry("NONLOCAL.LOCATION", config.intListLists("NONLOCAL.LOCATION"))
    if after.isEmpty { return nil }
    let pool = try entry("NONLOCAL.POOL", config.intListLists("NONLOCAL.POOL"))
    let attention: Attention
    switch config.string("NONLOCAL.INSTANTIATION") {
    case "dot_product": attention = .dotProduct
    case "softmax": attention = .softmax
    case let other:
      throw ModelConfigurationError.impossible(
        key: "NONLOCAL.INSTANTIATION", found: other, expected: "dot_product or softmax",
        todo: "set NONLOCAL.INSTANTIATION softmax or dot_product")
    }
    self.init(
      after: after, groups: try entry("NONLOCAL.GROUP", config.intLists("NONLOCAL.GROUP")),
      pool: Extent3(
        try pool.entry(0, of: "NONLOCAL.POOL"), try pool.entry(1, of: "NONLOCAL.POOL"),
        try pool.entry(2, of: "NONLOCAL.POOL")), attention: attention)
  }
}

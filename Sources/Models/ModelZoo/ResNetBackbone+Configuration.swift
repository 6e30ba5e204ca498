internal import Configuration
internal import NN
internal import Tensors
internal import Wording

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
          inChannels: try config[.dataInputChannelNum].entry(p, of: .dataInputChannelNum),
          width: widths.base / widths.divisor(p), temporalKernel: kernels[p].stem)
      },
      stages: try (0..<4).map { stage in
        try (0..<pathways).map {
          try Stage(config, widths, kernels[$0], depth: shape.blocks[stage], stage: stage, pathway: $0)
        }
      },
      transform: try ResNetBackbone.transform(config, pathways: pathways), fusion: widths.fusion,
      pathwayPools: [Extent3](repeating: pool, count: pathways), frames: config[.dataNumFrames])
  }

  private static func transform(_ config: Configuration, pathways: Int) throws -> Transform {
    switch TransFunc(rawValue: config[.resnetTransFunc]) {
    case .basic: return .basic
    case .bottleneck:
      // The reference's SlowFast builder does not look at STRIDE_1X1.
      return .bottleneck(
        groups: config[.resnetNumGroups], strideOn1x1: pathways == 1 && config[.resnetStride1x1])
    case nil:
      let (key, names) = (Key.resnetTransFunc, TransFunc.allCases.map(\.rawValue))
      throw ModelConfigurationError.impossible(
        key: key.name, found: config[key], expected: series(names, "or"), todo: "set \(key.name) to one of them")
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
    base = config[.resnetWidthPerGroup]
    inner = base * config[.resnetNumGroups]
    guard pathways == 2 else {
      (betaInverse, fusion) = (1, nil)
      return
    }
    betaInverse = config[.slowfastBetaInv]
    fusion = ResNetBackbone.Fusion(
      alpha: config[.slowfastAlpha], kernel: config[.slowfastFusionKernelSz],
      channelRatio: config[.slowfastFusionConvChannelRatio])
    guard betaInverse > 0, base >= betaInverse, base % betaInverse == 0 else {
      throw ModelConfigurationError.impossible(
        key: Key.slowfastBetaInv.name, found: "\(betaInverse)",
        expected: "a divisor of RESNET.WIDTH_PER_GROUP (\(base))",
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
    func entry(_ key: Key<[[Int]]>) throws -> Int {
      try config[key].entry(stage, of: key).entry(pathway, of: key)
    }
    let divisor = widths.divisor(pathway)
    self.init(
      temporalKernels: kernels.blocks(
        stage: stage, depth: depth, count: try entry(.resnetNumBlockTempKernel)),
      inner: (widths.inner << stage) / divisor, width: ((4 * widths.base) << stage) / divisor,
      stride: try entry(.resnetSpatialStrides),
      dilation: try config[.resnetSpatialDilations].entry(
        config.stageOfDilation(stage, pathway: pathway), of: .resnetSpatialDilations
      ).entry(pathway, of: .resnetSpatialDilations),
      nonLocal: try ResNetBackbone.NonLocal(config, stage: stage, pathway: pathway))
  }
}

extension ResNetBackbone.NonLocal {
  /// nil where the config puts no non-local block.
  fileprivate init?(_ config: Configuration, stage: Int, pathway: Int) throws {
    func entry<Element: Sendable>(_ key: Key<[[Element]]>, _ table: [[Element]]) throws -> Element {
      try table.entry(stage, of: key).entry(pathway, of: key)
    }
    let after = try entry(.nonlocalLocation, config[.nonlocalLocation])
    if after.isEmpty { return nil }
    let pool = try entry(.nonlocalPool, config[.nonlocalPool])
    let name = config[.nonlocalInstantiation]
    guard let attention = ResNetBackbone.instantiations.first(where: { $0.name == name })?.attention else {
      let names = ResNetBackbone.instantiations.map(\.name)
      throw ModelConfigurationError.impossible(
        key: Key.nonlocalInstantiation.name, found: name, expected: series(names, "or"),
        todo: "set \(Key.nonlocalInstantiation.name) \(series(names.reversed(), "or"))")
    }
    self.init(
      after: after, groups: try entry(.nonlocalGroup, config[.nonlocalGroup]),
      pool: Extent3(
        try pool.entry(0, of: .nonlocalPool), try pool.entry(1, of: .nonlocalPool),
        try pool.entry(2, of: .nonlocalPool)), attention: attention)
  }
}

public import Configuration
internal import NN
internal import Tensors
internal import Wording
public import VideoModels

/// Why a config does not describe a model that can be built.
public enum ModelConfigurationError: Error, Equatable, CustomStringConvertible {
  case notYet(key: String, value: String, what: String)
  case impossible(key: String, found: String, expected: String, todo: String)

  public var description: String {
    switch self {
    case .notYet(let key, let value, let what):
      return "building the model: \(key) is \(value): \(what) come with a later version of this program"
        + " -> use a slowfast, slow, c2d or i3d config"
    case .impossible(let key, let found, let expected, let todo):
      return "building the model: \(key) is \(found), expected \(expected) -> \(todo)"
    }
  }
}

extension Architecture {
  /// Reads the stage tables off a PySlowFast configuration.
  ///
  /// - Throws: `ModelConfigurationError`.
  public init(_ config: Configuration) throws {
    let arch = config.string("MODEL.ARCH")
    guard let kernels = Architecture.temporalKernels[arch],
      ["SlowFast", "ResNet", "ResNet_nopool"].contains(config.string("MODEL.MODEL_NAME"))
    else {
      throw ModelConfigurationError.notYet(
        key: "MODEL.MODEL_NAME / MODEL.ARCH", value: "\(config.string("MODEL.MODEL_NAME")) / \(arch)",
        what: "networks of this kind")
    }
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
        try (0..<pathways).map { try Stage(config, widths, kernels[$0], stage: stage, pathway: $0) }
      },
      transform: try Architecture.transform(config, pathways: pathways), fusion: widths.fusion,
      pathwayPools: [Extent3](repeating: pool, count: pathways), frames: config.int("DATA.NUM_FRAMES"),
      head: Architecture.head(config), classes: config.int("MODEL.NUM_CLASSES"),
      activation: try Architecture.activation(config))
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

  private static func head(_ config: Configuration) -> Head {
    if config.bool("DETECTION.ENABLE") {
      return .roi(
        resolution: config.int("DETECTION.ROI_XFORM_RESOLUTION"),
        strideOfFeatures: config.int("DETECTION.SPATIAL_SCALE_FACTOR"), aligned: config.bool("DETECTION.ALIGNED"))
    }
    // The last map's stride, whatever RESNET.SPATIAL_STRIDES says: a constant of the reference.
    let window = config.int("DATA.TRAIN_CROP_SIZE") / 32
    return .classification(window: config.bool("MULTIGRID.SHORT_CYCLE") ? nil : window)
  }

  private static func activation(_ config: Configuration) throws -> Activation {
    let name = config.string("MODEL.HEAD_ACT")
    guard let activation = Activation(rawValue: name), !(activation == .none && config.bool("DETECTION.ENABLE")) else {
      throw ModelConfigurationError.impossible(
        key: "MODEL.HEAD_ACT", found: name,
        expected: config.bool("DETECTION.ENABLE") ? "sigmoid or softmax" : "sigmoid, softmax or none",
        todo: "set MODEL.HEAD_ACT sigmoid for AVA, softmax for Kinetics")
    }
    return activation
  }
}

/// The channel widths that follow from a config, and the fusion that joins them.
private struct Widths {
  let base: Int
  let inner: Int
  let betaInverse: Int
  let fusion: Architecture.Fusion?

  init(_ config: Configuration, pathways: Int) throws {
    base = config.int("RESNET.WIDTH_PER_GROUP")
    inner = base * config.int("RESNET.NUM_GROUPS")
    betaInverse = config.int("SLOWFAST.BETA_INV")
    guard pathways == 2 else {
      fusion = nil
      return
    }
    fusion = Architecture.Fusion(
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

extension Architecture.Stage {
  fileprivate init(
    _ config: Configuration, _ widths: Widths, _ kernels: Architecture.TemporalKernels, stage: Int, pathway: Int
  ) throws {
    func entry(_ key: String) throws -> Int {
      try config.intLists(key).entry(stage, of: key).entry(pathway, of: key)
    }
    guard let depths = Architecture.depths[config.int("RESNET.DEPTH")] else {
      throw ModelConfigurationError.impossible(
        key: "RESNET.DEPTH", found: "\(config.int("RESNET.DEPTH"))", expected: "18, 50 or 101",
        todo: "choose one of them")
    }
    let divisor = widths.divisor(pathway)
    self.init(
      temporalKernels: kernels.blocks(
        stage: stage, depth: depths[stage], count: try entry("RESNET.NUM_BLOCK_TEMP_KERNEL")),
      inner: (widths.inner << stage) / divisor, width: ((4 * widths.base) << stage) / divisor,
      stride: try entry("RESNET.SPATIAL_STRIDES"), dilation: try entry("RESNET.SPATIAL_DILATIONS"),
      nonLocal: try Architecture.NonLocal(config, stage: stage, pathway: pathway))
  }
}

extension Architecture.NonLocal {
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

extension Array {
  /// The entry of a configuration's list; PySlowFast's own defaults list one pathway where SlowFast has two.
  fileprivate func entry(_ index: Int, of key: String) throws -> Element {
    if indices.contains(index) { return self[index] }
    throw ModelConfigurationError.impossible(
      key: key, found: "a list of \(count)", expected: "an entry [\(index)]",
      todo: "list four stages, in each one entry per pathway")
  }
}

public import Configuration
internal import NN
public import VideoModels

/// What `MODEL.MODEL_NAME ContrastiveModel` says of a network: a backbone of `MODEL.ARCH`, and a head that makes what is
/// compared. Only SimCLR is there (`CONTRASTIVE.TYPE simclr`).
public enum ContrastivePretraining {
  public static let modelName = "ContrastiveModel"
  /// The module of the network in the checkpoints.
  public static let scope = "backbone"
  static let types = ["simclr"]

  /// Whether a configuration is of contrastive training.
  public static func isNamed(by config: Configuration) -> Bool { config[.modelModelName] == modelName }

  /// The network that is trained.
  ///
  /// - Throws: `ModelConfigurationError`, `ConfigurationError`, for other types and architectures too.
  static func architecture(_ config: Configuration) throws -> Architecture {
    func check(
      _ isRight: Bool, _ key: String, _ found: Any, _ expected: String, _ todo: String
    ) throws(ModelConfigurationError) {
      if !isRight { throw .impossible(key: key, found: "\(found)", expected: expected, todo: todo) }
    }
    let (type, loss) = (config[.contrastiveType], config[.modelLossFunc])
    try check(
      types.contains(type), Key.contrastiveType.name, "'\(type)'", "simclr, which alone is trained here",
      "set CONTRASTIVE.TYPE simclr")
    try check(
      loss == "contrastive_loss", Key.modelLossFunc.name, "'\(loss)'", "contrastive_loss",
      "set MODEL.LOSS_FUNC contrastive_loss")
    try check(
      !config[.detectionEnable], Key.detectionEnable.name, "True", "False",
      "set DETECTION.ENABLE False: clips are compared, not boxes")
    let (depth, width, dim) = (
      config[.contrastiveNumMlpLayers], config[.contrastiveMlpDim], config[.contrastiveDim]
    )
    try check(
      depth > 0, Key.contrastiveNumMlpLayers.name, depth, "1 or more",
      "set CONTRASTIVE.NUM_MLP_LAYERS 3, as PySlowFast's SimCLR has")
    try check(width > 0, Key.contrastiveMlpDim.name, width, "1 or more", "set CONTRASTIVE.MLP_DIM 2048")
    let classes = config[.modelNumClasses]
    try check(
      classes == dim, Key.modelNumClasses.name, classes, "CONTRASTIVE.DIM, \(dim)", "set MODEL.NUM_CLASSES \(dim)")
    guard let arch = config.resNetArch,
      let name = ResNetBackbone.modelNames.first(where: { $0.pathways == arch.pathways })?.name
    else {
      throw ModelConfigurationError.impossible(
        key: Key.modelArch.name, found: config[.modelArch],
        expected: "one of \(ResNetBackbone.archs.map(\.name).joined(separator: ", "))", todo: "set MODEL.ARCH slow")
    }
    var own = config
    try own.apply(overrides: [Key.modelModelName.name, name])
    var architecture = try Architecture(own)
    if depth > 1 {
      architecture.head = MLPHead(classes: dim, width: width, depth: depth, hasBatchNorm: config[.contrastiveBnMlp])
    }
    return architecture
  }
}

extension Architecture {
  /// The network that a configuration trains: that of its tests, or one of contrastive training, which no test has.
  ///
  /// - Throws: As `init(_:families:)`.
  public init(training config: Configuration) throws {
    self =
      try ContrastivePretraining.isNamed(by: config)
      ? ContrastivePretraining.architecture(config) : Architecture(config)
  }
}

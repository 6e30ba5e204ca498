internal import Configuration
internal import NN
internal import VideoModels

/// C2D, I3D, Slow and SlowFast.
struct ResNetFamily: ModelFamily {
  var modelNames: [String] { ResNetBackbone.modelNames.map(\.name) }
  var archs: [String] { ResNetBackbone.archs.map(\.name) }
  func archs(of modelName: String) -> [String] {
    let pathways = ResNetBackbone.modelNames.first { $0.name == modelName }?.pathways
    return ResNetBackbone.archs.filter { $0.pathways == pathways }.map(\.name)
  }

  var networks: [String] { ["SlowFast", "Slow", "C2D", "I3D"] }
  /// A short cycle of training changes what its head for clips averages over.
  var keys: [String] { ["RESNET.*", "SLOWFAST.*", "NONLOCAL.*", Key.multigridShortCycle.name] }

  /// Fusion needs two pathways, and what shapes non-local blocks such blocks.
  func isIdle(_ key: String, in config: Configuration) -> Bool {
    if key.hasPrefix("SLOWFAST.") { return config.resNetArch?.pathways == 1 }
    return key.hasPrefix("NONLOCAL.") && config[.nonlocalLocation].joined().allSatisfy(\.isEmpty)
  }

  var widthKeys: [String] { [Key.resnetWidthPerGroup.name, Key.resnetNumGroups.name] }
  var valueRules: [String: ValueRule] { ResNetBackbone.valueRules }
  var hasReferenceHead: Bool { true }

  func check(_ config: Configuration) throws(ConfigurationError) -> [String] { try config.checkResNet() }

  func backbone(_ config: Configuration) throws -> ResNetBackbone { try ResNetBackbone(config) }

  func classificationHead(
    _ config: Configuration, _ activation: Activation, on backbone: ResNetBackbone
  ) throws -> any Head {
    ClassificationHead(
      classes: config[.modelNumClasses], activation: activation,
      window: config[.multigridShortCycle] ? nil : config.headWindow)
  }

  func recognise(_ tensors: TensorIndex) -> Recognition? { ResNetRecognition(tensors)?.network }

  func keys(deciding name: String) -> Set<String> {
    if name.contains(StageNames.nonLocal) { return [Key.nonlocalLocation.name] }
    let tellsArch = name.contains(StageNames.fastPathway) || name.contains(StageNames.fusion)
    let keys: Set<String> = tellsArch ? [Key.modelArch.name, Key.modelModelName.name] : []
    return name.contains(StageNames.residual) ? keys.union([Key.resnetDepth.name]) : keys
  }

  func keys(changingWith keys: Set<String>, isNews: (String) -> Bool) -> Set<String> {
    var others: Set<String> = []
    // What one width or one lateral connection shows, the others show too.
    if keys.contains(where: { $0.hasPrefix("SLOWFAST.") || $0 == Key.resnetWidthPerGroup.name }) {
      others.formUnion(Configuration.keys.filter { $0.hasPrefix("SLOWFAST.") })
      others.insert(Key.resnetNumGroups.name)
    }
    // Networks of other depths and widths may have other blocks.
    if !keys.isEmpty { others.insert(Key.resnetTransFunc.name) }
    // In a deeper network more blocks may have temporal kernels.
    if keys.contains(Key.resnetDepth.name), isNews(Key.resnetDepth.name) {
      others.insert(Key.resnetNumBlockTempKernel.name)
    }
    // Which blocks have temporal kernels, the architecture says first.
    if keys.contains(Key.resnetNumBlockTempKernel.name), isNews(Key.modelArch.name) {
      others.formUnion([Key.modelArch.name, Key.modelModelName.name])
    }
    return others
  }
}

extension Configuration {
  /// The side of the windows that the head averages over: the last map's of training, whatever
  /// `RESNET.SPATIAL_STRIDES` says: a constant of the reference.
  var headWindow: Int { self[.dataTrainCropSize] / 32 }

  /// What `MODEL.ARCH` stands for; nil where it is no ResNet.
  var resNetArch: ResNetBackbone.Arch? {
    let name = self[.modelArch]
    return ResNetBackbone.archs.first { $0.name == name }
  }

  /// Whether the model pools time by two after res2.
  var poolsTimeAfterStage2: Bool {
    resNetArch?.poolsTime == true && self[.modelModelName] != ResNetBackbone.unpooledModelName
  }
}

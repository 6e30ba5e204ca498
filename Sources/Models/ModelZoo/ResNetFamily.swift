internal import Configuration
internal import NN
internal import VideoModels

/// C2D, I3D, Slow and SlowFast.
struct ResNetFamily: ModelFamily {
  var modelNames: [String] { ResNetBackbone.modelNames.map(\.name) }
  var archs: [String] { ResNetBackbone.archs.map(\.name) }

  func check(_ config: Configuration) throws(ConfigurationError) -> [String] { try config.checkResNet() }

  func backbone(_ config: Configuration) throws -> ResNetBackbone { try ResNetBackbone(config) }

  func classificationHead(
    _ config: Configuration, _ activation: Activation, on backbone: ResNetBackbone
  ) throws -> any Head {
    ClassificationHead(
      classes: config.int("MODEL.NUM_CLASSES"), activation: activation,
      window: config.bool("MULTIGRID.SHORT_CYCLE") ? nil : config.headWindow)
  }

  func recognise(_ tensors: TensorIndex) -> Recognition? { ResNetRecognition(tensors)?.network }

  func keys(deciding name: String) -> Set<String> {
    if name.contains(StageNames.nonLocal) { return ["NONLOCAL.LOCATION"] }
    let tellsArch = name.contains(StageNames.fastPathway) || name.contains(StageNames.fusion)
    let keys: Set<String> = tellsArch ? ["MODEL.ARCH", "MODEL.MODEL_NAME"] : []
    return name.contains(StageNames.residual) ? keys.union(["RESNET.DEPTH"]) : keys
  }

  func keys(changingWith keys: Set<String>, isNews: (String) -> Bool) -> Set<String> {
    var others: Set<String> = []
    // What one width or one lateral connection shows, the others show too.
    if keys.contains(where: { $0.hasPrefix("SLOWFAST.") || $0 == "RESNET.WIDTH_PER_GROUP" }) {
      others.formUnion(Configuration.keys.filter { $0.hasPrefix("SLOWFAST.") })
      others.insert("RESNET.NUM_GROUPS")
    }
    // In a deeper network more blocks may have temporal kernels.
    if keys.contains("RESNET.DEPTH"), isNews("RESNET.DEPTH") { others.insert("RESNET.NUM_BLOCK_TEMP_KERNEL") }
    return others
  }
}

extension Configuration {
  /// The side of the windows that the head averages over: the last map's of training, whatever
  /// `RESNET.SPATIAL_STRIDES` says: a constant of the reference.
  var headWindow: Int { int("DATA.TRAIN_CROP_SIZE") / 32 }

  /// What `MODEL.ARCH` stands for; nil where it is no ResNet.
  var resNetArch: ResNetBackbone.Arch? {
    let name = string("MODEL.ARCH")
    return ResNetBackbone.archs.first { $0.name == name }
  }

  /// Whether the model pools time by two after res2.
  var poolsTimeAfterStage2: Bool {
    resNetArch?.poolsTime == true && string("MODEL.MODEL_NAME") != ResNetBackbone.unpooledModelName
  }
}

internal import Configuration
internal import NN
internal import VideoModels

/// MViT and MViTv2, and ViT as one without pools.
struct MViTFamily: ModelFamily {
  /// The second is PyTorchVideo's, as PySlowFast wraps it.
  var modelNames: [String] { ["MViT", "PTVMViT"] }
  var networks: [String] { ["MViT"] }
  var archs: [String] { ["mvit"] }
  /// All have one name of architecture.
  var published: [PublishedModel] {
    PublishedModel.all.filter {
      $0.traits.contains { trait in ["mvit", "vit", "rev"].contains(where: trait.hasPrefix) }
    }
  }
  var keys: [String] { ["MVIT.*", Key.trainCheckpointInInit.name] }
  var widthKeys: [String] { [Key.mvitEmbedDim.name, Key.mvitDimMul.name, Key.mvitMlpRatio.name] }
  var hasReferenceHead: Bool { true }
  private static let norm = "layernorm"

  var valueRules: [String: ValueRule] {
    [
      Key.mvitMode.name: ValueRule(names: MViTBackbone.Pooling.allCases.map(\.rawValue), advice: "give conv"),
      Key.mvitNorm.name: ValueRule(names: [Self.norm], advice: "give \(Self.norm), or leave the key out"),
      Key.mvitRevResPath.name: ValueRule(names: ["conv"], advice: "give conv: PySlowFast's max fails"),
    ]
  }

  /// PySlowFast writes the strides that follow from the adaptive ones into its files' configurations. And what weights a
  /// training began with says nothing of those that it made.
  func isIdle(_ key: String, in config: Configuration) -> Bool {
    key == Key.mvitPoolKvStride.name && config[.mvitPoolKvStrideAdaptive] != nil
      || key == Key.trainCheckpointInInit.name
  }

  func check(_ config: Configuration) throws(ConfigurationError) -> [String] {
    try config.checkMViT()
    return []
  }

  func backbone(_ config: Configuration) throws -> MViTBackbone { try MViTBackbone(config) }

  func classificationHead(
    _ config: Configuration, _ activation: Activation, on backbone: MViTBackbone
  ) throws -> any Head {
    // The class token, or a mean, is a map of one position; of other maps the head makes the mean.
    ClassificationHead(classes: config[.modelNumClasses], activation: activation, window: nil)
  }

  // MARK: Files

  var firstModules: [String] { [MViTNames.patches] }

  func recognise(_ tensors: TensorIndex) -> Recognition? {
    MViTRecognition(tensors)?.network ?? ReversibleRecognition(tensors)?.network
  }

  func keys(deciding name: String) -> Set<String> {
    switch name {
    case MViTNames.classToken, MViTNames.classPosition: return [Key.mvitClsEmbedOn.name]
    case MViTNames.joint, MViTNames.space, MViTNames.time:
      return [Key.mvitUseAbsPos.name, Key.mvitSepPosEmbed.name]
    default: break
    }
    if name.contains(".rel_pos_t") { return [Key.mvitRelPosTemporal.name] }
    if name.contains(".rel_pos_") { return [Key.mvitRelPosSpatial.name] }
    if name.hasPrefix(MViTNames.stemNorm + ".") { return [Key.mvitNormStem.name] }
    if name.hasPrefix(MViTNames.patches + ".") { return [Key.modelArch.name, Key.modelModelName.name] }
    if name.hasPrefix(ReversibleMViT.scope + ".") {
      return name.contains(".pre_q_fuse.")
        ? [Key.mvitRevPreQFusion.name] : [Key.mvitDepth.name, Key.mvitRevEnable.name, Key.mvitRevBufferLayers.name]
    }
    return name.hasPrefix(MViTNames.blocks + ".") ? [Key.mvitDepth.name, Key.mvitRevEnable.name] : []
  }
}

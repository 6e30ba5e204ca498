internal import Configuration
internal import NN
internal import VideoModels

/// MViT and MViTv2, and ViT as one without pools.
struct MViTFamily: ModelFamily {
  /// The second is PyTorchVideo's, as PySlowFast wraps it.
  var modelNames: [String] { ["MViT", "PTVMViT"] }
  var networks: [String] { ["MViT"] }
  var archs: [String] { ["mvit"] }
  /// Both versions have one name of architecture.
  var published: [PublishedModel] { PublishedModel.all.filter { !$0.traits.isDisjoint(with: ["mvitv1", "mvitv2"]) } }
  var keys: [String] { ["MVIT.*"] }
  var widthKeys: [String] { [Key.mvitEmbedDim.name, Key.mvitDimMul.name, Key.mvitMlpRatio.name] }
  var hasReferenceHead: Bool { true }
  private static let norm = "layernorm"

  var valueRules: [String: ValueRule] {
    [
      Key.mvitMode.name: ValueRule(names: MViTBackbone.Pooling.allCases.map(\.rawValue), advice: "give conv"),
      Key.mvitNorm.name: ValueRule(names: [Self.norm], advice: "give \(Self.norm), or leave the key out"),
    ]
  }

  /// PySlowFast writes the strides that follow from the adaptive ones into its files' configurations.
  func isIdle(_ key: String, in config: Configuration) -> Bool {
    key == Key.mvitPoolKvStride.name && config[.mvitPoolKvStrideAdaptive] != nil
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

  func recognise(_ tensors: TensorIndex) -> Recognition? { MViTRecognition(tensors)?.network }

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
    return name.hasPrefix(MViTNames.blocks + ".") ? [Key.mvitDepth.name] : []
  }
}

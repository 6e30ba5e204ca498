internal import Configuration
internal import NN
internal import VideoModels

/// X3D XS, S, M, L.
struct X3DFamily: ModelFamily {
  /// The second is PyTorchVideo's, as PySlowFast wraps it: it lacks a normalisation, and whether the weights have that one
  /// decides.
  var modelNames: [String] { ["X3D", "PTVX3D"] }
  var networks: [String] { ["X3D"] }
  var archs: [String] { ["x3d"] }
  /// Published configs name the blocks; there are no others.
  static let block = "x3d_transform"

  var keys: [String] {
    [
      "X3D.*", Key.resnetNumGroups.name, Key.resnetSpatialDilations.name, Key.resnetStride1x1.name,
      Key.resnetTransFunc.name,
    ]
  }

  var widthKeys: [String] {
    [Key.x3dDimC1.name, Key.x3dWidthFactor.name, Key.x3dScaleRes2.name, Key.x3dBottleneckFactor.name]
  }

  var valueRules: [String: ValueRule] {
    [Key.resnetTransFunc.name: ValueRule(names: [Self.block], advice: "give \(Self.block), or leave the key out")]
  }

  func backbone(_ config: Configuration) throws -> X3DBackbone { try X3DBackbone(config) }

  func check(_ config: Configuration) throws(ConfigurationError) -> [String] {
    let strides = Array(repeating: 2, count: 5)
    try config.checkHead(
      strides: strides, window: Self.window(config, strides.reduce(1, *)), "TRAIN_CROP_SIZE / 32, rounded up")
    return []
  }

  /// The side of the windows that the head averages over: rounded up, where the heads of ResNets round down.
  private static func window(_ config: Configuration, _ stride: Int) -> Int {
    (config[.dataTrainCropSize] + stride - 1) / stride
  }

  func classificationHead(
    _ config: Configuration, _ activation: Activation, on backbone: X3DBackbone
  ) throws -> any Head {
    guard activation != .none else {
      throw ModelConfigurationError.impossible(
        key: Key.modelHeadAct.name, found: "none", expected: "sigmoid or softmax", todo: "set MODEL.HEAD_ACT softmax")
    }
    return X3DHead(
      classes: config[.modelNumClasses], activation: activation, inner: backbone.stages.last!.inner,
      width: config[.x3dDimC5], normalisesDense: config[.x3dBnLin5],
      window: Self.window(config, backbone.featureStride))
  }

  // MARK: Files

  func recognise(_ tensors: TensorIndex) -> Recognition? { X3DRecognition(tensors)?.network }

  /// The layers before the projection, which the RoI head has not.
  static let clipLayers = [X3DHead.convolution, X3DHead.dense].map { "\(Projection.headScope).\($0)" }

  func scoresBoxes(_ tensors: TensorIndex) -> Bool? {
    if Self.clipLayers.contains(where: tensors.hasPrefix) { return false }
    return tensors.hasPrefix(Projection.scope + ".") ? true : nil
  }

  func keys(deciding name: String) -> Set<String> {
    if name.contains(StageNames.stemInSpace) { return [Key.modelArch.name, Key.modelModelName.name] }
    if name.hasPrefix(Self.clipLayers[1] + "_bn") { return [Key.x3dBnLin5.name, Key.detectionEnable.name] }
    if Self.clipLayers.contains(where: name.hasPrefix) { return [Key.detectionEnable.name] }
    return name.contains(StageNames.residual) ? [Key.x3dDepthFactor.name] : []
  }

  func keys(changingWith keys: Set<String>, isNews: (String) -> Bool) -> Set<String> {
    // A width is that of all of these.
    keys.isDisjoint(with: widthKeys) ? [] : Set(widthKeys)
  }
}

internal import Configuration
internal import NN
internal import VideoModels

/// X3D XS, S, M, L.
struct X3DFamily: ModelFamily {
  var modelNames: Set<String> { ["X3D"] }
  var archs: Set<String> { ["x3d"] }

  /// Widths double from stage to stage, by a rule that rounds to multiples of 8; the depths are 1, 2, 5, 3 times the
  /// factor, rounded up.
  func backbone(_ config: Configuration) throws -> any Backbone {
    let base = config.int("X3D.DIM_C1")
    let factor = config.double("X3D.WIDTH_FACTOR")
    var width = config.bool("X3D.SCALE_RES2") ? X3DBackbone.rounded(base, by: 2, divisor: 8) : base
    var stages: [X3DBackbone.Stage] = []
    for (stage, depth) in [1, 2, 5, 3].enumerated() {
      let out = X3DBackbone.rounded(width, by: factor, divisor: 1)
      let dilation = try config.intLists("RESNET.SPATIAL_DILATIONS").entry(stage, of: "RESNET.SPATIAL_DILATIONS")
      stages.append(
        X3DBackbone.Stage(
          depth: Int((config.double("X3D.DEPTH_FACTOR") * Double(depth)).rounded(.up)),
          inner: Int(config.double("X3D.BOTTLENECK_FACTOR") * Double(out)), width: out,
          dilation: try dilation.entry(0, of: "RESNET.SPATIAL_DILATIONS")))
      width = X3DBackbone.rounded(width, by: 2, divisor: 8)
    }
    guard stages.allSatisfy({ $0.inner > 0 && $0.width > 0 && $0.depth > 0 }) else {
      throw ModelConfigurationError.impossible(
        key: "X3D.WIDTH_FACTOR, X3D.DEPTH_FACTOR and X3D.BOTTLENECK_FACTOR",
        found: "such that a stage has no channels or no blocks", expected: "positive factors",
        todo: "set them as configs/Kinetics/X3D_M.yaml does: 2.0, 2.2 and 2.25")
    }
    let groups = config.int("RESNET.NUM_GROUPS")
    return X3DBackbone(
      frames: config.int("DATA.NUM_FRAMES"),
      inChannels: try config.ints("DATA.INPUT_CHANNEL_NUM").entry(0, of: "DATA.INPUT_CHANNEL_NUM"),
      stem: X3DBackbone.rounded(base, by: factor, divisor: 1), stages: stages,
      groups: config.bool("X3D.CHANNELWISE_3x3x3") ? nil : groups, strideOn1x1: config.bool("RESNET.STRIDE_1X1"))
  }

  func classificationHead(_ config: Configuration, _ activation: Activation) throws -> any Head {
    guard activation != .none else {
      throw ModelConfigurationError.impossible(
        key: "MODEL.HEAD_ACT", found: "none", expected: "sigmoid or softmax", todo: "set MODEL.HEAD_ACT softmax")
    }
    guard let backbone = try backbone(config) as? X3DBackbone else { preconditionFailure("a family's own backbone") }
    // Rounded up, where the heads of ResNets round down.
    let window = (config.int("DATA.TRAIN_CROP_SIZE") + 31) / 32
    return X3DHead(
      classes: config.int("MODEL.NUM_CLASSES"), activation: activation, inner: backbone.stages[3].inner,
      width: config.int("X3D.DIM_C5"), normalisesDense: config.bool("X3D.BN_LIN5"), window: window)
  }
}

internal import Configuration

extension X3DBackbone {
  /// Reads the table off a PySlowFast configuration. Widths double from stage to stage, by a rule that rounds to
  /// multiples of 8.
  ///
  /// - Throws: `ModelConfigurationError`.
  init(_ config: Configuration) throws(ModelConfigurationError) {
    let base = config.int("X3D.DIM_C1")
    let factor = try Self.factor("X3D.WIDTH_FACTOR", config.double("X3D.WIDTH_FACTOR"), published: "2.0")
    let deeper = try Self.factor("X3D.DEPTH_FACTOR", config.double("X3D.DEPTH_FACTOR"), published: "2.2")
    let wider = try Self.factor("X3D.BOTTLENECK_FACTOR", config.double("X3D.BOTTLENECK_FACTOR"), published: "2.25")
    let groups = config.bool("X3D.CHANNELWISE_3x3x3") ? nil : config.int("RESNET.NUM_GROUPS")
    var width = config.bool("X3D.SCALE_RES2") ? Self.rounded(base, by: 2, divisor: 8) : base
    var stages: [Stage] = []
    for (stage, depth) in Self.depths(by: deeper).enumerated() {
      let out = Self.rounded(width, by: factor, divisor: 1)
      let dilation = try config.intLists("RESNET.SPATIAL_DILATIONS").entry(stage, of: "RESNET.SPATIAL_DILATIONS")
      stages.append(
        Stage(
          depth: depth, inner: Int(wider * Double(out)), width: out,
          dilation: try dilation.entry(0, of: "RESNET.SPATIAL_DILATIONS")))
      width = Self.rounded(width, by: 2, divisor: 8)
    }
    try Self.check(stages, groups)
    self.init(
      frames: config.int("DATA.NUM_FRAMES"),
      inChannels: try config.ints("DATA.INPUT_CHANNEL_NUM").entry(0, of: "DATA.INPUT_CHANNEL_NUM"),
      stem: Self.rounded(base, by: factor, divisor: 1), stages: stages,
      groups: groups, strideOn1x1: config.bool("RESNET.STRIDE_1X1"))
  }

  /// The depths of res2 to res5: 1, 2, 5 and 3 times the factor, rounded up.
  static func depths(by factor: Double) -> [Int] { [1, 2, 5, 3].map { Int((factor * $0).rounded(.up)) } }

  private static func factor(
    _ key: String, _ value: Double, published: String
  ) throws(ModelConfigurationError) -> Double {
    if (0.01...64).contains(value) { return value }
    throw ModelConfigurationError.impossible(
      key: key, found: "\(value)", expected: "0.01 to 64", todo: "set \(key) \(published), as the published models do")
  }

  /// Refuses stages that no network has.
  private static func check(_ stages: [Stage], _ groups: Int?) throws(ModelConfigurationError) {
    for (index, stage) in stages.enumerated() {
      let name = "res\(index + 2)"
      guard (1...16_384).contains(stage.width), (1...16_384).contains(stage.inner) else {
        throw ModelConfigurationError.impossible(
          key: "X3D.DIM_C1 x X3D.WIDTH_FACTOR x X3D.BOTTLENECK_FACTOR",
          found: "such that \(name) has \(stage.width) and \(stage.inner) channels", expected: "1 to 16384 channels",
          todo: "set them as configs/Kinetics/X3D_M.yaml does: 12, 2.0 and 2.25")
      }
      guard (1...1024).contains(stage.dilation) else {
        throw ModelConfigurationError.impossible(
          key: "RESNET.SPATIAL_DILATIONS", found: "\(stage.dilation) for \(name)", expected: "1 to 1024",
          todo: "set RESNET.SPATIAL_DILATIONS [[1], [1], [1], [1]]")
      }
      if let groups, stage.inner % groups != 0 {
        throw ModelConfigurationError.impossible(
          key: "RESNET.NUM_GROUPS", found: "\(groups)", expected: "a divisor of \(name)'s \(stage.inner) channels",
          todo: "set RESNET.NUM_GROUPS 1, or X3D.CHANNELWISE_3x3x3 True")
      }
    }
  }
}

internal import Configuration

extension X3DBackbone {
  /// Reads the table off a PySlowFast configuration. Widths double from stage to stage, by a rule that rounds to
  /// multiples of 8.
  ///
  /// - Throws: `ModelConfigurationError`, `ConfigurationError`.
  init(_ config: Configuration) throws {
    let base = config[.x3dDimC1]
    let factor = try Self.factor(Key.x3dWidthFactor.name, config[.x3dWidthFactor], published: "2.0")
    let deeper = try Self.factor(Key.x3dDepthFactor.name, config[.x3dDepthFactor], published: "2.2")
    let wider = try Self.factor(Key.x3dBottleneckFactor.name, config[.x3dBottleneckFactor], published: "2.25")
    let groups = config[.x3dChannelwise3x3x3] ? nil : config[.resnetNumGroups]
    let widths = Self.widths(base, by: factor, scalesStage2: config[.x3dScaleRes2])
    var stages: [Stage] = []
    for (stage, depth) in Self.depths(by: deeper).enumerated() {
      let dilation = try config[.resnetSpatialDilations].entry(stage, of: .resnetSpatialDilations)
      stages.append(
        Stage(
          depth: depth, inner: Self.inner(widths[stage], by: wider), width: widths[stage],
          dilation: try dilation.entry(0, of: .resnetSpatialDilations)))
    }
    try Self.check(stages, groups)
    self.init(
      frames: config[.dataNumFrames],
      inChannels: try config[.dataInputChannelNum].entry(0, of: .dataInputChannelNum),
      stem: Self.rounded(base, by: factor, divisor: 1), stages: stages,
      groups: groups, strideOn1x1: config[.resnetStride1x1])
  }

  /// The depths of res2 to res5: 1, 2, 5 and 3 times the factor, rounded up.
  static func depths(by factor: Double) -> [Int] { [1, 2, 5, 3].map { Int((factor * $0).rounded(.up)) } }

  /// The widths of res2 to res5.
  ///
  /// - Parameter scalesStage2: `X3D.SCALE_RES2`
  static func widths(_ base: Int, by factor: Double, scalesStage2: Bool) -> [Int] {
    var width = scalesStage2 ? rounded(base, by: 2, divisor: 8) : base
    return (2...5).map { _ in
      defer { width = rounded(width, by: 2, divisor: 8) }
      return rounded(width, by: factor, divisor: 1)
    }
  }

  /// The channels of the depthwise convolutions of a stage of that width.
  static func inner(_ width: Int, by factor: Double) -> Int { Int(factor * Double(width)) }

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
      guard (1...1024).contains(stage.dilation) else {
        throw ModelConfigurationError.impossible(
          key: Key.resnetSpatialDilations.name, found: "\(stage.dilation) for \(name)", expected: "1 to 1024",
          todo: "set RESNET.SPATIAL_DILATIONS [[1], [1], [1], [1]]")
      }
      if let groups, stage.inner % groups != 0 {
        throw ModelConfigurationError.impossible(
          key: Key.resnetNumGroups.name, found: "\(groups)", expected: "a divisor of \(name)'s \(stage.inner) channels",
          todo: "set RESNET.NUM_GROUPS 1, or X3D.CHANNELWISE_3x3x3 True")
      }
    }
  }
}

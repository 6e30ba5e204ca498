internal import Configuration

extension MViTBackbone {
  /// What a training leaves out at random, and which parameters it wants without weight decay.
  public struct Regularization: Sendable, Equatable {
    /// `MVIT.DROPPATH_RATE`: how often the last block's branches are left out of a clip; those before it less often.
    public var dropPath = 0.0
    /// `MVIT.DROPOUT_RATE`
    public var dropout = 0.0
    /// `MVIT.ZERO_DECAY_POS_CLS`: whether positions and the class token have no weight decay.
    public var sparesPositions = false

    public init() {}

    /// How often a block's branches are left out: from 0 at the first one evenly to the last one's.
    func dropPath(block: Int, of count: Int) -> Double {
      count < 2 ? 0 : dropPath * Double(block) / Double(count - 1)
    }
  }

  /// Source: PySlowFast's no_weight_decay.
  public var namesWithoutDecay: [String] {
    guard regularization.sparesPositions else { return [] }
    var names: [String] = []
    switch positions {
    case .none, .sines: break
    case .joint, .jointTwice: names.append(MViTNames.joint)
    case .separate: names += [MViTNames.space, MViTNames.time, MViTNames.classPosition]
    }
    if hasSpacePositions { names += ["rel_pos_h", "rel_pos_w", "rel_pos_hw"] }
    if hasTimePositions { names.append("rel_pos_t") }
    if hasClassToken { names.append(MViTNames.classToken) }
    return names
  }
}

extension MViTBackbone.Regularization {
  /// - Throws: `ModelConfigurationError` for a rate at which nothing would be left.
  init(_ config: Configuration) throws(ModelConfigurationError) {
    self.init()
    for key in [Key.mvitDroppathRate, Key.mvitDropoutRate] where !(0..<1 ~= config[key]) {
      throw .impossible(
        key: key.name, found: "\(config[key])", expected: "0 to below 1", todo: "set \(key.name) 0.0 for none")
    }
    dropPath = config[.mvitDroppathRate]
    dropout = config[.mvitDropoutRate]
    sparesPositions = config[.mvitZeroDecayPosCls]
  }
}

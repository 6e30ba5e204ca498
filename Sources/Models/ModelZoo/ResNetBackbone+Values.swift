internal import Configuration
internal import NN

extension ResNetBackbone {
  /// The values of `RESNET.TRANS_FUNC`: the blocks of the stages.
  enum TransFunc: String, CaseIterable {
    case bottleneck = "bottleneck_transform"
    case basic = "basic_transform"
  }

  /// The values of `NONLOCAL.INSTANTIATION`.
  static let instantiations: [(name: String, attention: Attention)] = [
    ("dot_product", .dotProduct), ("softmax", .softmax),
  ]

  /// What is known of the values of its keys beyond types and ranges.
  static let valueRules: [String: ValueRule] = [
    Key.modelArch.name: ValueRule(formerNames: ["slowonly": ValueRule.FormerName(now: slow.name, since: 2020)]),
    Key.resnetTransFunc.name: ValueRule(
      names: TransFunc.allCases.map(\.rawValue),
      advice: "give \(TransFunc.bottleneck.rawValue) for depth 50 and 101, or \(TransFunc.basic.rawValue) for 18"),
    Key.resnetWidthPerGroup.name: ValueRule(
      advice: "give the width of the weights' stem, mostly 64 (slowfast inspect names it)"),
    Key.slowfastAlpha.name: ValueRule(
      advice: "give the factor that the weights were trained with: 4 or 8 in PySlowFast's configs"),
    Key.slowfastFusionKernelSz.name: ValueRule(
      advice: "give the factor that the weights were trained with: 5 or 7 in PySlowFast's configs"),
    Key.nonlocalInstantiation.name: ValueRule(names: instantiations.map(\.name)),
    Key.nonlocalLocation.name: ValueRule(example: listsOfStages("[]")),
    Key.nonlocalPool.name: ValueRule(example: listsOfStages("[1, 2, 2]")),
    Key.nonlocalGroup.name: ValueRule(example: listsOfStages("1")),
    Key.resnetSpatialStrides.name: ValueRule(example: listsOfStages("1")),
    Key.resnetSpatialDilations.name: ValueRule(example: listsOfStages("1")),
    Key.resnetNumBlockTempKernel.name: ValueRule(example: listsOfStages("2")),
  ]

  /// Lists by stage and pathway: which one suits depends on the network.
  private static func listsOfStages(_ entry: String) -> String {
    func stages(_ text: String) -> String { "[" + Array(repeating: text, count: 4).joined(separator: ", ") + "]" }
    return
      "one for each of res2 to res5, in it an entry for each pathway: \"\(stages("[\(entry)]"))\", or for SlowFast "
      + "\"\(stages("[\(entry), \(entry)]"))\""
  }
}

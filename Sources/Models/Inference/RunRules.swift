internal import Clips
public import Configuration
public import ModelZoo
internal import NN

/// What a run asks of its configuration, for `Configuration.load`: what the families of models ask, and what views and
/// preprocessing must keep to.
public struct RunRules: ConfigurationRules {
  private let models: ModelRules

  /// - Parameter families: Whose networks there are.
  public init(families: [any ModelFamily] = modelFamilies) { models = ModelRules(families: families) }

  public func rule(of key: String) -> ValueRule? { Self.rules[key] ?? models.rule(of: key) }

  private static let rules = [
    Key.avaTestViewFusion.name: ValueRule(
      names: ViewFusion.allCases.map(\.rawValue),
      advice: "give \(ViewFusion.mean.rawValue), the mean of the scores, if unsure"),
    Key.avaTestScales.name: ValueRule(
      advice: "give each short side once, such as \"[224, 256, 320]\", or [] for \(Key.dataTestCropSize.name) alone",
      example: "the short sides: \"[224, 256, 320]\""),
    Key.avaTestSpatialCrops.name: ValueRule(
      advice: "give 1 for the whole frame, or 3 for three squares along its long side", example: "1 or 3"),
  ]

  public func check(_ config: Configuration) throws(ConfigurationError) -> [String] {
    try checkViews(config)
    var findings = try models.check(config)
    if Preprocessing.Backend(ofAVA: config[.avaImgProcBackend]) == nil {
      let names = Preprocessing.Backend.ofAVA.map(\.rawValue)
      findings.append(
        "\(config.cite(.avaImgProcBackend)) is neither \(names.joined(separator: " nor ")): images are processed as by "
          + Preprocessing.Backend.cv2.rawValue)
    }
    return findings
  }

  public func effect(of key: String, _ config: Configuration) -> KeyEffect? {
    if config[.detectionEnable] && Configuration.keysOfClips.contains(key) { return .unread }
    return models.effect(of: key, config)
  }

  /// Checks what must fit together among the views of a test.
  private func checkViews(_ config: Configuration) throws(ConfigurationError) {
    if config[.avaTestFlip] && config[.avaTestForceFlip] {
      throw .impossible(
        problem: "clips are to be seen both as they are and mirrored, and mirrored only",
        keys: [config.cite(.avaTestFlip), config.cite(.avaTestForceFlip)], remedy: "set one of them to False")
    }
    if ViewFusion(config) == .logitMean && config[.modelHeadAct] != Activation.sigmoid.rawValue {
      throw .impossible(
        problem: "only a sigmoid's scores have logits of their own",
        keys: [config.cite(.avaTestViewFusion), config.cite(.modelHeadAct)],
        remedy: "set \(Key.avaTestViewFusion.name) \(ViewFusion.mean.rawValue) or \(ViewFusion.max.rawValue)")
    }
  }
}

public import Configuration
internal import Datasets
internal import NN
internal import Wording

/// What the families of models ask of a configuration, for `Configuration.load`.
public struct ModelRules: ConfigurationRules {
  public init() {}

  private func family(_ config: Configuration) -> (any ModelFamily)? {
    let name = config[.modelModelName]
    return modelFamilies.first { $0.modelNames.contains(name) }
  }

  public func rule(of key: String) -> ValueRule? { Self.rules[key] }

  private static let rules: [String: ValueRule] = modelFamilies.reduce(into: [
    Key.modelArch.name: ValueRule(
      formerNames: ["slowonly": ValueRule.FormerName(now: ResNetBackbone.slow.name, since: 2020)], isNeeded: true),
    Key.modelModelName.name: ValueRule(isNeeded: true),
    Key.modelNumClasses.name: ValueRule(
      advice: "give the number of the weights' classes, such as \(ActionDataset.ava.classNames.count) for "
        + "\(ActionDataset.ava.name) (slowfast inspect names it)"),
    Key.modelHeadAct.name: ValueRule(
      names: Activation.allCases.map(\.rawValue),
      advice: "give \(Activation.sigmoid) for the actions of boxes, as AVA's configs do, or \(Activation.softmax) for "
        + "whole clips"),
    Key.dataNumFrames.name: ValueRule(
      advice: "give the frames of a clip that the weights were trained with, such as 32 for a config named 32x2"),
    Key.dataSamplingRate.name: ValueRule(
      advice: "give 1 for every frame of a clip's span, or what the weights were trained with, such as 2 for a config "
        + "named 32x2"),
    // In a test they are all the same.
    "BN.NORM_TYPE": ValueRule(names: ["batchnorm", "sync_batchnorm", "sub_batchnorm", "sync_batchnorm_apex"]),
  ]) { rules, family in
    rules.merge(family.valueRules) { known, own in known.joined(with: own) }
  }

  public func check(_ config: Configuration) throws(ConfigurationError) -> [String] {
    if config.testsAVA && !config[.detectionEnable] {
      throw .impossible(
        problem: "AVA's boxes need the detection head",
        keys: [config.cite(.testDataset), config.cite(.detectionEnable)],
        remedy: "take one of configs/AVA, with weights trained on AVA; only where these weights score boxes, set "
          + "\(Key.detectionEnable.name) True")
    }
    let name = config[.modelModelName]
    if let family = family(config) {
      let notices = try family.check(config)
      // Families that know more of it have said so.
      let archs = modelFamilies.filter { $0.modelNames.contains(name) }.flatMap(\.archs)
      let arch = config[.modelArch]
      if !archs.contains(arch) {
        throw .badValue(
          key: Key.modelArch.name, source: config.source(of: .modelArch),
          expected: "\(series(archs, "or")), with \(config.cite(.modelModelName))", found: config.literal(.modelArch),
          remedy: archs.count == 1
            ? "set \(Key.modelArch.name) \(archs[0])"
            : "set one of these, or take a config of the network that is meant")
      }
      return notices
    }
    // The module that builds models says what it does not have.
    if UnbuiltModels.has(name) { return [] }
    let known = modelFamilies.flatMap(\.modelNames) + UnbuiltModels.modelNames
    throw .badValue(
      key: Key.modelModelName.name, source: config.source(of: .modelModelName), expected: "a model of PySlowFast",
      found: config.literal(.modelModelName),
      remedy: nearest(to: name, among: known).map { "did you mean \($0)?" } ?? "one of \(listed(known, limit: 9))")
  }

  public func effect(of key: String, _ config: Configuration) -> KeyEffect? {
    let readers = modelFamilies.filter { $0.reads(key) }
    let isOfUnbuilt = UnbuiltModels.sections.contains(String(key.prefix { $0 != "." }))
    if readers.isEmpty && !isOfUnbuilt { return nil }
    // Of a network that cannot be built, that is what the user hears.
    guard let family = family(config) else { return .acts }
    if family.reads(key) { return .acts }
    return readers.isEmpty ? .unread : .actsOn(readers.flatMap(\.networks))
  }
}

extension Configuration {
  /// Whether the test is that of AVA's boxes.
  public var testsAVA: Bool { self[.testDataset] == "ava" }
}

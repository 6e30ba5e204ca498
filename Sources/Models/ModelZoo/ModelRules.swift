public import Configuration
internal import Datasets
internal import NN
internal import Wording

/// What the families of models ask of a configuration, for `Configuration.load`.
public struct ModelRules: ConfigurationRules {
  private let families: [any ModelFamily]
  private let rules: [String: ValueRule]

  /// - Parameter families: Whose networks there are.
  public init(families: [any ModelFamily] = modelFamilies) {
    self.families = families
    rules = families.reduce(into: Self.ofAll) { rules, family in
      rules.merge(family.valueRules) { known, own in known.joined(with: own) }
    }
  }

  public func rule(of key: String) -> ValueRule? { rules[key] }

  /// What is known of keys that every family reads.
  private static let ofAll: [String: ValueRule] = [
    Key.modelArch.name: ValueRule(isNeeded: true),
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
    Key.bnNormType.name: ValueRule(
      names: ["batchnorm", "sync_batchnorm", "sub_batchnorm", "sync_batchnorm_apex"]),
  ]

  public func check(_ config: Configuration) throws(ConfigurationError) -> [String] {
    if config.testsAVA && !config[.detectionEnable] {
      throw .impossible(
        problem: "AVA's boxes need the detection head",
        keys: [config.cite(.testDataset), config.cite(.detectionEnable)],
        remedy: "take one of configs/AVA, with weights trained on AVA; only where these weights score boxes, set "
          + "\(Key.detectionEnable.name) True")
    }
    if let family = try config.modelFamily(of: families) { return try family.checkAll(config) }
    let name = config[.modelModelName]
    // The module that builds models says what it does not have.
    if UnbuiltModels.has(name) { return [] }
    let known = families.flatMap(\.modelNames) + UnbuiltModels.modelNames
    throw .badValue(
      key: Key.modelModelName.name, source: config.source(of: .modelModelName), expected: "a model of PySlowFast",
      found: config.literal(.modelModelName),
      remedy: nearest(to: name, among: known).map { "did you mean \($0)?" } ?? "one of \(listed(known, limit: 9))")
  }

  public func effect(of key: String, _ config: Configuration) -> KeyEffect? {
    let readers = families.filter { $0.reads(key) }
    if readers.isEmpty { return nil }
    // Of a network that cannot be built, that is what the user hears.
    guard let family = families.naming(config[.modelModelName]) else { return .acts }
    if family.reads(key) { return .acts }
    return .actsOn(readers.flatMap(\.networks))
  }
}

extension [any ModelFamily] {
  /// The family that has a value of `MODEL.MODEL_NAME`.
  fileprivate func naming(_ modelName: String) -> (any ModelFamily)? {
    first { $0.modelNames.contains(modelName) }
  }
}

extension Configuration {
  /// The family of `MODEL.MODEL_NAME`; nil where it is none's.
  ///
  /// - Throws: `ConfigurationError` for a `MODEL.ARCH` that does not go with it.
  func modelFamily(of families: [any ModelFamily]) throws(ConfigurationError) -> (any ModelFamily)? {
    let (name, arch) = (self[.modelModelName], self[.modelArch])
    guard let family = families.naming(name) else { return nil }
    let archs = family.archs(of: name)
    if archs.contains(arch) { return family }
    // An architecture of another model is more than a slip of the pen.
    let other = families.lazy.flatMap { family in
      family.modelNames.filter { family.archs(of: $0).contains(arch) }
    }.first
    let change = "set \(Key.modelArch.name) \(archs.count == 1 ? archs[0] : "to one of \(listed(archs, limit: 9))")"
    throw .impossible(
      problem: "no such architecture for this model", keys: [cite(.modelArch), cite(.modelModelName)],
      remedy: other.map { "set \(Key.modelModelName.name) \($0), or \(change)" }
        ?? nearest(to: arch, among: archs).map { "did you mean \(Key.modelArch.name) \($0)?" } ?? change)
  }

  /// Whether the test is that of AVA's boxes.
  public var testsAVA: Bool { self[.testDataset] == "ava" }
}

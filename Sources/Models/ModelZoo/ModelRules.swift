public import Configuration
internal import Wording

/// What the families of models ask of a configuration, for `Configuration.load`.
public struct ModelRules: ConfigurationRules {
  public init() {}

  private func family(_ config: Configuration) -> (any ModelFamily)? {
    let name = config[.modelModelName]
    return modelFamilies.first { $0.modelNames.contains(name) }
  }

  public func check(_ config: Configuration) throws(ConfigurationError) -> [String] {
    if let family = family(config) { return try family.check(config) }
    let name = config[.modelModelName]
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

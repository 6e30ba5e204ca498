internal import OrderedCollections

extension Configuration {
  /// Sets a key as a `KEY VALUE` override does, with the same decoding and checks; nothing changes where it throws.
  ///
  /// - Throws: `ConfigurationError`.
  public mutating func set(_ key: String, _ rawValue: String) throws { try apply(overrides: [key, rawValue]) }

  /// Applies `KEY VALUE` pairs and checks the result as a whole; nothing changes where it throws.
  ///
  /// - Throws: `ConfigurationError`.
  public mutating func apply(overrides: [String]) throws {
    var changed = self
    for (key, text) in try Self.pairs(overrides) { try changed.override(key, text) }
    try changed.finish()
    self = changed
  }

  static func pairs(_ overrides: [String]) throws(ConfigurationError) -> [(key: String, text: String)] {
    if overrides.count % 2 != 0 {
      // The first word that stands in a key's place and is none shows where a pair broke.
      let broken = stride(from: 0, to: overrides.count, by: 2).first { Schema.leaves[overrides[$0]] == nil }
      let key = overrides[broken ?? overrides.count - 1]
      throw .unpaired(key: "'\(key)'", remedy: "give KEY VALUE, lists quoted: DATA.MEAN '[0.45, 0.45, 0.45]'")
    }
    return stride(from: 0, to: overrides.count, by: 2).map { (overrides[$0], overrides[$0 + 1]) }
  }

  mutating func override(_ key: String, _ text: String) throws(ConfigurationError) {
    let value = Value.string(text)
    if drop(key, .value(PythonLiteral.decode(text)), .override) { return }
    guard let leaf = Schema.leaves[key] else {
      if Schema.sections.contains(key) { throw sectionNeeded(key, found: value, .override) }
      throw .unknownKey(key, source: .override, remedy: Self.remedy(forUnknown: key))
    }
    // The reference knows only Python's spelling here, although YAML takes both.
    let spellings: [String: Value] = ["true": true, "false": false]
    if case .bool = leaf.kind, let flag = spellings[text.lowercased()] {
      try assign(key, flag, .override)
    } else {
      try assign(key, value, .override)
    }
  }
}

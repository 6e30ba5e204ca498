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
    try changed.take(overrides)
    try changed.finish()
    self = changed
  }

  /// Takes pairs one after the other, without the check of the whole.
  ///
  /// - Parameter source: Where they stand.
  mutating func take(_ overrides: [String], _ source: Source = .override) throws(ConfigurationError) {
    var unknown: [UnknownKey] = []
    for (key, text) in try Self.pairs(overrides) {
      if isKnown(key) { try override(key, text, source) } else { unknown.append(UnknownKey(override: key, source)) }
    }
    if !unknown.isEmpty { throw .unknownKeys(unknown) }
  }

  /// Splits a word that was meant as `KEY VALUE`: "DETECTION.ALIGNED=True" into key and value; nil for any other word.
  public static func assignment(in word: String) -> (key: String, value: String)? {
    guard let sign = word.firstIndex(of: "="), Schema.leaves[String(word[..<sign])] != nil else { return nil }
    return (String(word[..<sign]), String(word[word.index(after: sign)...]))
  }

  private static func pairs(_ overrides: [String]) throws(ConfigurationError) -> [(key: String, text: String)] {
    if overrides.count % 2 != 0 {
      // The first word that stands in a key's place and is none shows where a pair broke.
      let broken = stride(from: 0, to: overrides.count, by: 2).first { Schema.leaves[overrides[$0]] == nil }
      let key = overrides[broken ?? overrides.count - 1]
      if let (name, value) = assignment(in: key) { throw .unpaired(key: "'\(key)'", remedy: "write \(name) \(value)") }
      throw .unpaired(key: "'\(key)'", remedy: "give KEY VALUE, lists quoted: DATA.MEAN '[0.45, 0.45, 0.45]'")
    }
    return stride(from: 0, to: overrides.count, by: 2).map { (overrides[$0], overrides[$0 + 1]) }
  }

  private func isKnown(_ key: String) -> Bool {
    Schema.leaves[key] != nil || Schema.sections.contains(key) || Removed.keys[key] != nil
  }

  private mutating func override(_ key: String, _ text: String, _ source: Source) throws(ConfigurationError) {
    let value = Value.string(text)
    if drop(key, .value(PythonLiteral.decode(text)), source) { return }
    guard let leaf = Schema.leaves[key] else { throw sectionNeeded(key, found: value, source) }
    // The reference knows only Python's spelling here, although YAML takes both.
    let spellings: [String: Value] = ["true": true, "false": false]
    if case .bool = leaf.kind, let flag = spellings[text.lowercased()] {
      try assign(key, flag, source)
    } else {
      try assign(key, value, source)
    }
  }
}

internal import OrderedCollections

extension Configuration {
  /// Gives a known key a value: the Python-literal pass for strings, then the key's type.
  mutating func assign(_ key: String, _ raw: Value, _ source: Source) throws(ConfigurationError) {
    let leaf = Schema[key]
    var value = raw
    if case .string(let text) = raw { value = PythonLiteral.decode(text) }
    if case .string(let name) = value, let former = rules?.rule(of: key)?.formerNames[name] {
      warnings.append("\(key) \(name) (\(source)) is called \(former.now) since \(former.year): read as \(former.now)")
      value = .string(former.now)
    }
    if value != .null {
      do {
        value = try leaf.kind.fit(value)
      } catch {
        throw wrongType(leaf, error, raw, source)
      }
    }
    given.removeValue(forKey: key)
    given[key] = Setting(value: value, source: source)
  }

  private func wrongType(_ leaf: Leaf, _ wrong: WrongType, _ raw: Value, _ source: Source) -> ConfigurationError {
    // What the user typed tells more than what Python made of it.
    let text = wrong.place.isEmpty ? raw.excerpt : wrong.found.excerpt
    return .wrongType(
      key: leaf.key, place: wrong.place.map { "[\($0)]" }.joined(), source: source,
      expected: wrong.expected.name, found: "\(wrong.found.typeName) \(text)".trimmingBlanks,
      remedy: Remedy(
        leaf: leaf, example: rules?.rule(of: leaf.key)?.example, found: wrong.found, raw: raw, source: source
      ).text)
  }
}

extension String {
  fileprivate var trimmingBlanks: String {
    var result = self[...]
    while result.last == " " { result.removeLast() }
    return String(result)
  }
}

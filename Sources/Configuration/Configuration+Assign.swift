internal import OrderedCollections

extension Configuration {
  /// Gives a known key a value: the Python-literal pass for strings, then the key's type.
  mutating func assign(_ key: String, _ raw: Value, _ source: Source) throws(ConfigurationError) {
    let leaf = leaf(key)
    var value = raw
    if case .string(let text) = raw { value = PythonLiteral.decode(text) }
    if key == "MODEL.ARCH", value == "slowonly" {
      warnings.append("\(key) slowonly (\(source)) is called slow since 2020: read as slow")
      value = "slow"
    }
    if value != .null {
      do {
        value = try leaf.kind.fit(value)
      } catch {
        throw Self.wrongType(leaf, error, raw, source)
      }
    }
    given.removeValue(forKey: key)
    given[key] = Setting(value: value, source: source)
  }

  private static func wrongType(_ leaf: Leaf, _ misfit: Misfit, _ raw: Value, _ source: Source) -> ConfigurationError {
    // What the user typed tells more than what Python made of it.
    let text = misfit.place.isEmpty ? raw.excerpt : misfit.found.excerpt
    return .wrongType(
      key: leaf.key, place: misfit.place.map { "[\($0)]" }.joined(), source: source,
      expected: misfit.expected.name, found: "\(misfit.found.typeName) \(text)".trimmingBlanks,
      remedy: remedy(leaf, misfit.found, source))
  }

  /// Says what to write instead, in the spelling of the place where it was written.
  private static func remedy(_ leaf: Leaf, _ found: Value, _ source: Source) -> String {
    let example: String
    switch (leaf.kind, found) {
    case (.bool, _): example = "True or False"
    case (.int, .double(let number)) where number == number.rounded() && abs(number) < 1e15:
      example = String(Int(number))
    case (.string, .int), (.string, .double), (.string, .bool): example = "'\"\(found.literal)\"'"
    case (.string, .foreign("a date", let text)): example = "'\(text)'"
    case (.strings, .string(let text)): example = inPlace("[\(quoted(text))]", source)
    case (_, _) where leaf.kind.element != nil: example = inPlace(sample(leaf), source)
    default: example = sample(leaf)
    }
    let name = if case .override = source { leaf.key + " " } else { Schema.split(leaf.key).name + ": " }
    return "write \(name)\(example)"
  }

  private static func inPlace(_ literal: String, _ source: Source) -> String {
    if case .override = source { return "\"\(literal)\"" }
    return literal
  }

  private static func sample(_ leaf: Leaf) -> String {
    switch leaf.fallback {
    case .list([]): return leaf.kind.element.map { _ in "[...]" } ?? "[]"
    case .string(let text): return text.isEmpty ? "text" : text
    default: return leaf.fallback.literal
    }
  }
}

extension String {
  fileprivate var trimmingBlanks: String {
    var result = self[...]
    while result.last == " " { result.removeLast() }
    return String(result)
  }
}

internal import OrderedCollections
internal import Wording

extension Configuration {
  /// Checks everything that needs the final values: what was left empty, ranges, and what must fit together.
  mutating func finish() throws(ConfigurationError) {
    for (key, setting) in given where setting.value == .null { try fillIn(key, setting.source) }
    for key in given.keys {
      let leaf = Schema[key]
      let (value, limit, rule) = (value(of: leaf), Limit.table[key], rules?.rule(of: key))
      if let expected = limit?.breach(value) ?? rule?.breach(value) {
        throw .badValue(
          key: key, source: source(of: key), expected: expected, found: value.excerpt,
          remedy: remedy(for: leaf, limit, rule))
      }
    }
    findings = try rules?.check(self) ?? []
  }

  /// Decides what a key without a value means. The reference takes null for anything and fails when it uses it.
  private mutating func fillIn(_ key: String, _ source: Source) throws(ConfigurationError) {
    let leaf = Schema[key]
    let isOpen = leaf.use.isOfTests && Limit.table[key] == nil && rules?.rule(of: key)?.isNeeded != true
    switch leaf.kind {
    case .anything, .optionalInts, .optionalDouble:
      return
    case .string where isOpen:
      given[key]?.value = ""
      warnings.append("\(key) (\(source)) is left empty: read as ''")
    case .strings where isOpen:
      given[key]?.value = []
      warnings.append("\(key) (\(source)) is left empty: read as []")
    case _ where leaf.use.isOfTests:
      throw .wrongType(
        key: key, place: "", source: source, expected: leaf.kind.name, found: Value.null.typeName,
        remedy: "give it a value or delete the line; the default is \(leaf.fallback.excerpt)")
    default:
      return
    }
  }

  /// Checks a value that was given against a rule that holds for some configurations only.
  ///
  /// - Parameter owner: Whose rule it is, in words.
  public func check(_ key: String, by rule: ValueRule, of owner: String) throws(ConfigurationError) {
    guard given[key] != nil, let leaf = Schema.leaves[key], let expected = rule.breach(value(of: leaf)) else { return }
    throw .badValue(
      key: key, source: source(of: key), expected: "\(expected) for \(owner)", found: value(of: leaf).excerpt,
      remedy: rule.advice ?? remedy(for: leaf, nil, rule))
  }

  private func remedy(for leaf: Leaf, _ limit: Limit?, _ rule: ValueRule?) -> String {
    var names = rule?.names
    if case .oneOf(let own) = limit {
      names = own
      // Words of three letters are all near one another: "mean" is not meant for "max".
      if own.contains(where: { $0.count < 4 }) { return "give \(series(own, "or"))" }
    }
    if let names, case .string(let text) = value(of: leaf), let best = nearest(to: text, among: names) {
      return "did you mean \(best)?"
    }
    return rule?.advice ?? "the default is \(leaf.fallback.excerpt)"
  }
}

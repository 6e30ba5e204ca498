/// What to write instead of a value of the wrong type, in the spelling of the place where it was written. Where what was
/// meant cannot be told, the type is named and the default is called a default: it is seldom the repair.
struct Remedy {
  let leaf: Leaf
  /// What values look like, by those who use them.
  let example: String?
  /// What Python made of the text; of a list, the element that does not fit.
  let found: Value
  /// What stands in the file or the call.
  let raw: Value
  let source: Configuration.Source

  var text: String {
    guard let value = repaired else {
      if let example { return "give \(leaf.kind.name), \(example)" }
      return "give \(leaf.kind.name); the default is \(leaf.fallback.excerpt)"
    }
    let name = isOverride ? leaf.key + " " : Schema.split(leaf.key).name + ": "
    return "write \(name)\(value)"
  }

  private var isOverride: Bool { if case .override = source { true } else { false } }

  private var repaired: String? {
    switch (leaf.kind, found) {
    case (.bool, _): return "True or False"
    case (.int, .double(let number)) where number == number.rounded() && abs(number) < 1e15:
      return String(Int(number))
    case (.string, .int), (.string, .double), (.string, .bool): return "'\"\(found.literal)\"'"
    case (.string, .foreign("a date", let text)): return "'\(text)'"
    case (.strings, .string(let text)) where raw == .string(text): return inPlace(Self.names(in: text))
    case (.int, .string(let text)): return Self.withoutZeros(text)
    case (.double, _):
      if case .string(let text) = raw {
        return Self.withPoint(text) ?? Self.withoutZeros(text) ?? Self.withoutPercent(text)
      }
      return nil
    default: return nil
    }
  }

  private func inPlace(_ names: [String]) -> String {
    let literal = "[" + names.map(quoted).joined(separator: ", ") + "]"
    return isOverride ? "\"\(literal)\"" : literal
  }

  /// The names in a list whose quotes the shell took away, such as `[a.csv,b.csv]`, or in a bare text.
  private static func names(in text: String) -> [String] {
    let isBracketed = text.hasPrefix("[") && text.hasSuffix("]") && text.count > 1
    let body = isBracketed ? text.dropFirst().dropLast() : text[...]
    return body.split(separator: ",").map { trimmed($0) }.filter { !$0.isEmpty }
  }

  private static func trimmed(_ text: Substring) -> String {
    let edge: Set<Character> = [" ", "\t", "'", "\""]
    var text = text.drop { edge.contains($0) }
    while let last = text.last, edge.contains(last) { text.removeLast() }
    return String(text)
  }

  /// `080` as 80: Python and YAML 1.1 take the first 0 for the mark of an octal number.
  private static func withoutZeros(_ text: String) -> String? {
    let sign = text.hasPrefix("-") ? "-" : ""
    let digits = text.dropFirst(sign.count)
    guard digits.hasPrefix("0"), digits.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
    return Int(digits).map { sign + String($0) }
  }

  /// `80%` as 0.8.
  private static func withoutPercent(_ text: String) -> String? {
    guard text.hasSuffix("%"), let number = Double(trimmed(text.dropLast())), number.isFinite else { return nil }
    return "\(number / 100)"
  }

  /// `0,8` as 0.8.
  private static func withPoint(_ text: String) -> String? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].allSatisfy({ ("0"..."9").contains($0) }),
      case .double? = NumberText.yaml(parts.joined(separator: "."))
    else { return nil }
    return parts.joined(separator: ".")
  }
}

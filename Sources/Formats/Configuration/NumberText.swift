/// Turns the text of one number into its value, by Python's and by YAML 1.1's spelling.
enum NumberText {
  /// Reads an unsigned number as Python's source code writes it: `12`, `1_000`, `0x10`, `0o17`, `0b1`, `1e-7`, `.5`.
  static func python(_ text: String) -> Value? {
    let lower = text.lowercased()
    guard singleUnderscores(lower) else { return nil }
    let digits = lower.filter { $0 != "_" }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
      return integer(digits.dropFirst(2), radix: radix, text: text)
    }
    if digits.allSatisfy(isDigit) {
      // Python refuses 012: too easily an octal number.
      if digits.hasPrefix("0") && digits.contains(where: { $0 != "0" }) { return nil }
      return integer(digits[...], radix: 10, text: text)
    }
    return isDecimalFloat(digits[...], exponentSign: false) ? Double(padded(digits)).map(Value.double) : nil
  }

  /// Reads a plain scalar as PyYAML's YAML 1.1 rules do; nil where they see no number in it.
  static func yaml(_ text: String) -> Value? {
    let negative = text.hasPrefix("-")
    let body = (negative || text.hasPrefix("+") ? text.dropFirst() : text[...])
    guard let first = body.first, isDigit(first) || first == "." else { return nil }
    if let value = yamlInteger(body, negative: negative) { return value }
    return yamlFloat(body, signed: body.count != text.count).map { .double(negative ? -$0 : $0) }
  }

  private static func yamlInteger(_ body: Substring, negative: Bool) -> Value? {
    let digits = body.filter { $0 != "_" }
    let sign = negative ? "-" : ""
    for (prefix, radix) in [("0b", 2), ("0x", 16)] where body.hasPrefix(prefix) {
      return integer(Substring(digits).dropFirst(2), radix: radix, sign: sign, text: sign + body)
    }
    if body.contains(":") { return sexagesimal(body, negative: negative) }
    guard digits.allSatisfy(isDigit) else { return nil }
    if body == "0" { return .int(0) }
    let isOctal = body.hasPrefix("0")
    if isOctal && digits.count == 1 { return .int(0) }
    return integer(digits[...], radix: isOctal ? 8 : 10, sign: sign, text: sign + body)
  }

  /// Base 60: `1:30` is 90.
  private static func sexagesimal(_ body: Substring, negative: Bool) -> Value? {
    let parts = body.split(separator: ":", omittingEmptySubsequences: false)
    guard let first = parts.first, first.first != "0" else { return nil }
    var total = 0
    for (index, part) in parts.enumerated() {
      let digits = index == 0 ? part.filter { $0 != "_" } : String(part)
      guard !digits.isEmpty, digits.allSatisfy(isDigit), let number = Int(digits),
        index == 0 || (part.count <= 2 && number < 60)
      else { return nil }
      let (product, high) = total.multipliedReportingOverflow(by: 60)
      let (sum, over) = product.addingReportingOverflow(number)
      if high || over { return .foreign(type: PythonLiteral.bigInt, text: String(body)) }
      total = sum
    }
    return .int(negative ? -total : total)
  }

  private static func yamlFloat(_ body: Substring, signed: Bool) -> Double? {
    switch body {
    case ".inf", ".Inf", ".INF": return .infinity
    case ".nan", ".NaN", ".NAN": return signed ? nil : .nan
    default: break
    }
    guard body.contains("."), body != "." else { return nil }
    if body.hasPrefix(".") && (signed || body.dropFirst().first == "_") { return nil }
    let digits = body.filter { $0 != "_" }
    if body.contains(":") { return sexagesimalFloat(body) }
    guard isDecimalFloat(Substring(digits), exponentSign: true) else { return nil }
    return Double(padded(digits))
  }

  private static func sexagesimalFloat(_ body: Substring) -> Double? {
    guard let colon = body.lastIndex(of: ":"), let dot = body.lastIndex(of: "."), colon < dot else { return nil }
    let whole = body[..<dot].split(separator: ":", omittingEmptySubsequences: false)
    var total = 0.0
    for (index, part) in whole.enumerated() {
      let digits = index == 0 ? part.filter { $0 != "_" } : String(part)
      guard !digits.isEmpty, digits.allSatisfy(isDigit), let number = Double(digits),
        index == 0 || (part.count <= 2 && number < 60)
      else { return nil }
      total = total * 60 + number
    }
    let fraction = body[body.index(after: dot)...].filter { $0 != "_" }
    guard fraction.allSatisfy(isDigit) else { return nil }
    return total + (fraction.isEmpty ? 0 : Double("0." + fraction) ?? 0)
  }

  /// Whether the text is digits, an optional point with digits, an optional exponent.
  private static func isDecimalFloat(_ text: Substring, exponentSign: Bool) -> Bool {
    let lower = text.lowercased()
    let halves = lower.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
    if halves.count == 2 {
      let exponent = halves[1]
      let hasSign = exponent.hasPrefix("+") || exponent.hasPrefix("-")
      let digits = hasSign ? exponent.dropFirst() : exponent
      guard hasSign || !exponentSign, !digits.isEmpty, digits.allSatisfy(isDigit) else { return false }
    }
    let parts = halves[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let mantissa = parts.joined()
    return parts.count <= 2 && !mantissa.isEmpty && mantissa.allSatisfy(isDigit)
  }

  /// Gives the point digits on both sides, which Swift's reader wants.
  private static func padded(_ text: String) -> String {
    var result = text.hasPrefix(".") ? "0" + text : text
    if let dot = result.firstIndex(of: ".") {
      let after = result.index(after: dot)
      if after == result.endIndex || !isDigit(result[after]) { result.insert("0", at: after) }
    }
    return result
  }

  private static func integer(_ digits: Substring, radix: Int, sign: String = "", text: String) -> Value? {
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.hexDigitValue.map { $0 < radix } ?? false }) else {
      return nil
    }
    if let value = Int(sign + digits, radix: radix) { return .int(value) }
    return .foreign(type: PythonLiteral.bigInt, text: text)
  }

  /// Python allows one underscore between two digits.
  private static func singleUnderscores(_ text: String) -> Bool {
    if !text.contains("_") { return true }
    let characters = Array(text)
    let isPrefixed = ["0x", "0o", "0b"].contains { text.hasPrefix($0) }
    func isPart(_ index: Int) -> Bool {
      guard characters.indices.contains(index) else { return false }
      return isDigit(characters[index]) || (isPrefixed && characters[index].isHexDigit)
    }
    for (index, character) in characters.enumerated() where character == "_" {
      let afterPrefix = isPrefixed && index == 2
      guard isPart(index + 1), isPart(index - 1) || afterPrefix else { return false }
    }
    return true
  }

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isWholeNumber }
}

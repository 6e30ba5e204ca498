/// Resolves plain scalars as PyYAML's safe loader does: YAML 1.1, with a float needing its dot.
enum YAMLScalar {
  /// Returns the value of an unquoted scalar.
  static func resolve(_ text: String) -> Value {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .bool(true)
    case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .bool(false)
    default: break
    }
    if let number = NumberText.yaml(text) { return number }
    if isTimestamp(text) { return .foreign(type: "a date", text: text) }
    return .string(text)
  }

  /// Returns the value of a scalar with an explicit tag such as `!!int`; nil for a tag that means nothing here.
  static func resolve(_ text: String, tag: String) -> Value? {
    let value = resolve(text)
    switch (tag.split(separator: ":").last, value) {
    case ("str", _), ("", _): return .string(text)
    case ("int", .int), ("float", .double), ("bool", .bool), ("null", .null): return value
    case ("float", .int(let number)): return .double(Double(number))
    case ("float", .string): return NumberText.python(text)
    default: return nil
    }
  }

  /// `2020-01-31`, or a date with a time of day.
  private static func isTimestamp(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    func digits(_ position: Int) -> Int {
      bytes[min(position, bytes.count)...].prefix { (48...57).contains($0) }.count
    }
    func has(_ position: Int, _ characters: String) -> Bool {
      position < bytes.count && characters.utf8.contains(bytes[position])
    }
    guard digits(0) == 4, has(4, "-") else { return false }
    let month = digits(5)
    guard (1...2).contains(month), has(5 + month, "-") else { return false }
    let day = digits(6 + month)
    let end = 6 + month + day
    guard (1...2).contains(day) else { return false }
    if end == bytes.count { return month == 2 && day == 2 }
    guard has(end, "Tt \t") else { return false }
    var hour = end + 1
    while has(hour, " \t") { hour += 1 }
    let hourEnd = hour + digits(hour)
    return (1...2).contains(digits(hour)) && has(hourEnd, ":") && digits(hourEnd + 1) == 2
      && has(hourEnd + 3, ":") && digits(hourEnd + 4) == 2
  }
}

/// Writes XML 1.0 element by element, a line for each.
struct XMLWriter {
  private var waiting: [UInt8] = []
  private var levels: [String] = []

  init() { waiting += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8 }

  /// Opens an element that has others in it.
  mutating func begin(_ name: String, _ attributes: [(String, String)] = []) {
    line("<\(head(name, attributes))>")
    levels.append(name)
  }

  /// Closes what was opened last.
  mutating func end() {
    guard let name = levels.popLast() else { preconditionFailure("nothing that could end") }
    line("</\(name)>")
  }

  /// Writes an element with a text in it, or with nothing.
  mutating func element(_ name: String, _ attributes: [(String, String)] = [], text: String? = nil) {
    line(text.map { "<\(head(name, attributes))>\(xmlText($0))</\(name)>" } ?? "<\(head(name, attributes))/>")
  }

  /// Hands over what was written since the last time.
  mutating func take() -> [UInt8] {
    defer { waiting = [] }
    return waiting
  }

  private func head(_ name: String, _ attributes: [(String, String)]) -> String {
    name + attributes.map { " \($0)=\"\(xmlText($1))\"" }.joined()
  }

  private mutating func line(_ text: String) {
    waiting += String(repeating: "  ", count: levels.count).utf8
    waiting += text.utf8
    waiting.append(UInt8(ascii: "\n"))
  }
}

/// A text for an element or a quoted attribute. Characters that XML 1.0 has no way to write become U+FFFD.
func xmlText(_ text: String) -> String {
  var escaped = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": escaped += "&amp;".unicodeScalars
    case "<": escaped += "&lt;".unicodeScalars
    case ">": escaped += "&gt;".unicodeScalars
    case "\"": escaped += "&quot;".unicodeScalars
    // As they stand, attributes would lose them.
    case "\t", "\n", "\r": escaped += "&#\(scalar.value);".unicodeScalars
    case "\0"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": escaped.append("\u{FFFD}")
    default: escaped.append(scalar)
    }
  }
  return String(escaped)
}

/// Text that is markup. Whatever else is put into it is escaped: a class called `<script>` stays a name.
///
///     let cell: HTML = "<td>\(name)</td>"
struct HTML: ExpressibleByStringInterpolation, Sendable {
  private(set) var text: String

  init(stringLiteral value: String) { text = value }

  init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  private init(text: String) { self.text = text }

  /// Takes a text for markup as it stands: the page's own style and script.
  static func raw(_ text: String) -> HTML { HTML(text: text) }

  static func += (left: inout HTML, right: HTML) { left.text += right.text }

  static func + (left: HTML, right: HTML) -> HTML { HTML(text: left.text + right.text) }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

    mutating func appendLiteral(_ literal: String) { text += literal }

    mutating func appendInterpolation(_ html: HTML) { text += html.text }

    mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { text += part.text } }

    mutating func appendInterpolation(_ words: String) { text += escaped(words) }

    mutating func appendInterpolation(_ number: Int) { text += "\(number)" }
  }
}

extension Sequence {
  /// The markup of all elements, one after the other.
  func html(_ markup: (Element) -> HTML) -> HTML { reduce(into: "") { $0 += markup($1) } }
}

extension Sequence<HTML> {
  func joined(by separator: HTML) -> HTML {
    enumerated().html { $0.offset == 0 ? $0.element : separator + $0.element }
  }
}

/// Escapes what means something in HTML's texts and attributes; control characters, which no page may hold, become
/// U+FFFD.
func escaped(_ words: String) -> String {
  var result = ""
  for scalar in words.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\n", "\t": result.unicodeScalars.append(scalar)
    case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value): result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

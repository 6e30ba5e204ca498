/// Writes a text as a Python string literal, so that an override keeps it a string whatever it looks like.
public func pythonString(_ text: String) -> String {
  "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
}

/// Writes texts as a Python list of strings, for an override.
public func pythonList(_ texts: [String]) -> String { "[" + texts.map(pythonString).joined(separator: ", ") + "]" }

/// Reads Python literals: numbers, strings, tuples, lists, None, True and False.
///
/// The reference passes every string value through such a parser, so that `1e-7`, `(3, 7, 7)` and `['a.csv']` are
/// values and not text. Dicts, sets, bytes and complex numbers are recognised only to say so.
struct PythonLiteral {
  private let text: [UInt8]
  private var position = 0
  private var depth = 0

  /// Not a literal: the text stands for itself.
  private struct NotALiteral: Error {}

  private init(_ text: String) { self.text = Array(text.utf8) }

  /// Returns the literal's value, or the text itself as a string where it is none.
  static func decode(_ text: String) -> Value {
    var parser = PythonLiteral(text)
    do {
      parser.skipBlanks()
      let value = try parser.tupleOrValue(until: nil)
      return value
    } catch {
      return .string(text)
    }
  }
}

// MARK: - Structure

extension PythonLiteral {
  /// Reads values up to the closing byte (or the end): one value, or a tuple where a comma stands.
  private mutating func tupleOrValue(until close: UInt8?) throws(NotALiteral) -> Value {
    skipBlanks()
    if let close, next == close {
      position += 1
      return .list([])
    }
    var items = [try value()]
    var isTuple = false
    while true {
      skipBlanks()
      if next == close {
        position += 1
        return isTuple ? .list(items) : items[0]
      }
      guard next == UInt8(ascii: ",") else { throw NotALiteral() }
      position += 1
      isTuple = true
      skipBlanks()
      if next != close { items.append(try value()) }
    }
  }

  private mutating func list() throws(NotALiteral) -> Value {
    var items: [Value] = []
    while true {
      skipBlanks()
      if next == UInt8(ascii: "]") { break }
      items.append(try value())
      skipBlanks()
      if next == UInt8(ascii: ",") { position += 1 } else if next != UInt8(ascii: "]") { throw NotALiteral() }
    }
    position += 1
    return .list(items)
  }

  private mutating func value() throws(NotALiteral) -> Value {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 32, let byte = next else { throw NotALiteral() }
    switch byte {
    case UInt8(ascii: "("):
      position += 1
      return try tupleOrValue(until: UInt8(ascii: ")"))
    case UInt8(ascii: "["):
      position += 1
      return try list()
    case UInt8(ascii: "{"):
      return try braces()
    case UInt8(ascii: "'"), UInt8(ascii: "\""):
      return .string(try strings())
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      return try signed()
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."):
      return try number()
    default:
      return try word()
    }
  }

  /// A dict or a set, which no key can hold: its end is looked for so that text like `{n}_a` stays text.
  private mutating func braces() throws(NotALiteral) -> Value {
    let start = position
    position += 1
    while true {
      skipBlanks()
      if next == UInt8(ascii: "}") { break }
      _ = try value()
      skipBlanks()
      if next == UInt8(ascii: ",") || next == UInt8(ascii: ":") {
        position += 1
      } else if next != UInt8(ascii: "}") {
        throw NotALiteral()
      }
    }
    position += 1
    return .foreign(type: "a dict or set", text: String(decoding: text[start..<position], as: UTF8.self))
  }

  private mutating func word() throws(NotALiteral) -> Value {
    let start = position
    while let byte = next, isWordByte(byte) { position += 1 }
    switch String(decoding: text[start..<position], as: UTF8.self) {
    case "None": return .null
    case "True": return .bool(true)
    case "False": return .bool(false)
    case "r", "R", "u", "U":
      guard next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") else { throw NotALiteral() }
      return .string(try string(raw: text[start] | 0x20 == UInt8(ascii: "r")))
    default: throw NotALiteral()
    }
  }

  private var next: UInt8? { position < text.count ? text[position] : nil }

  private mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 0x80 || isDigit(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

// MARK: - Numbers

extension PythonLiteral {
  private mutating func signed() throws(NotALiteral) -> Value {
    let negative = next == UInt8(ascii: "-")
    position += 1
    skipBlanks()
    if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { throw NotALiteral() }
    switch try value() {
    case .int(let number): return .int(negative ? -number : number)
    case .double(let number): return .double(negative ? -number : number)
    case .foreign(let type, let text) where type == Self.bigInt:
      return .foreign(type: type, text: (negative ? "-" : "") + text)
    default: throw NotALiteral()
    }
  }

  static let bigInt = "an int beyond 64 bits"

  private mutating func number() throws(NotALiteral) -> Value {
    let start = position
    while let byte = next {
      // A sign belongs to the number right after its exponent mark.
      let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      let afterMark = position > start && text[position - 1] | 0x20 == UInt8(ascii: "e") && !isPrefixed(start)
      guard isWordByte(byte) || byte == UInt8(ascii: ".") || (isSign && afterMark) else { break }
      position += 1
    }
    guard let value = NumberText.python(String(decoding: text[start..<position], as: UTF8.self)) else {
      throw NotALiteral()
    }
    return value
  }

  private func isPrefixed(_ start: Int) -> Bool {
    start + 1 < text.count && text[start] == UInt8(ascii: "0")
      && [UInt8(ascii: "x"), UInt8(ascii: "o"), UInt8(ascii: "b")].contains(text[start + 1] | 0x20)
  }
}

// MARK: - Strings

extension PythonLiteral {
  /// Neighbouring strings are one string.
  private mutating func strings() throws(NotALiteral) -> String {
    var result = ""
    repeat {
      result += try string(raw: false)
      skipBlanks()
    } while next == UInt8(ascii: "'") || next == UInt8(ascii: "\"")
    return result
  }

  private mutating func string(raw: Bool) throws(NotALiteral) -> String {
    guard let quote = next else { throw NotALiteral() }
    let isTriple = text[position...].starts(with: [quote, quote, quote])
    position += isTriple ? 3 : 1
    var bytes: [UInt8] = []
    while let byte = next {
      if byte == quote, !isTriple || text[position...].starts(with: [quote, quote, quote]) {
        position += isTriple ? 3 : 1
        return String(decoding: bytes, as: UTF8.self)
      }
      if byte == 0x0A && !isTriple { throw NotALiteral() }
      position += 1
      if byte == UInt8(ascii: "\\") {
        bytes += try escape(raw: raw)
      } else {
        bytes.append(byte)
      }
    }
    throw NotALiteral()
  }

  private mutating func escape(raw: Bool) throws(NotALiteral) -> [UInt8] {
    guard let byte = next else { throw NotALiteral() }
    position += 1
    if raw { return [UInt8(ascii: "\\"), byte] }
    switch byte {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case 0x0A: return []
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): return [byte]
    case UInt8(ascii: "x"): return try character(digits: 2)
    case UInt8(ascii: "u"): return try character(digits: 4)
    case UInt8(ascii: "U"): return try character(digits: 8)
    default: return [UInt8(ascii: "\\"), byte]
    }
  }

  private mutating func character(digits: Int) throws(NotALiteral) -> [UInt8] {
    guard position + digits <= text.count,
      let code = UInt32(String(decoding: text[position..<position + digits], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(code)
    else { throw NotALiteral() }
    position += digits
    return Array(String(Character(scalar)).utf8)
  }
}

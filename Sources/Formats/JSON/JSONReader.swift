/// Reads JSON strictly as RFC 8259 has it, with bounds on size and nesting and without repeated names.
public struct JSONReader {
  /// What is still read: a text may be made to cost far more than its size.
  public struct Limits: Sendable {
    /// How deep arrays and objects lie in each other.
    public var depth: Int
    /// How many bytes the text has.
    public var size: Int

    public init(depth: Int = 64, size: Int = 100_000_000) {
      self.depth = depth
      self.size = size
    }
  }

  private let bytes: [UInt8]
  private let subject: String
  private let limits: Limits
  private var offset = 0

  /// Reads the one value of a text; only white space may be around it.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - subject: What errors call the text: "JSON header".
  public static func read(
    _ bytes: [UInt8], subject: String = "JSON text", limits: Limits = Limits()
  ) throws(JSONError) -> JSONValue {
    var reader = JSONReader(bytes: bytes, subject: subject, limits: limits)
    return try reader.read()
  }

  private init(bytes: [UInt8], subject: String, limits: Limits) {
    self.bytes = bytes
    self.subject = subject
    self.limits = limits
  }

  private mutating func read() throws(JSONError) -> JSONValue {
    if bytes.count > limits.size {
      throw damaged("a \(subject) of \(bytes.count) bytes, more than \(limits.size)")
    }
    let value = try value(depth: 0)
    skipSpace()
    if offset != bytes.count { throw damaged("something after the \(subject)") }
    return value
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    if depth > limits.depth { throw damaged("a \(subject) nested deeper than \(limits.depth)") }
    skipSpace()
    switch try peek() {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func object(_ depth: Int) throws(JSONError) -> JSONValue {
    offset += 1
    var members: [JSONMember] = []
    var names: Set<String> = []
    skipSpace()
    if try take("}") { return .object(members) }
    while true {
      skipSpace()
      guard try peek() == UInt8(ascii: "\"") else { throw damaged("a JSON key without quotes") }
      let name = try string()
      if !names.insert(name).inserted { throw damaged("the JSON key '\(shortened(name))' twice") }
      skipSpace()
      guard try take(":") else { throw damaged("a JSON key without a value") }
      members.append(JSONMember(name, try value(depth: depth + 1)))
      skipSpace()
      if try take("}") { return .object(members) }
      guard try take(",") else { throw damaged("a JSON object without a comma between members") }
    }
  }

  private mutating func array(_ depth: Int) throws(JSONError) -> JSONValue {
    offset += 1
    var items: [JSONValue] = []
    skipSpace()
    if try take("]") { return .array(items) }
    while true {
      items.append(try value(depth: depth + 1))
      skipSpace()
      if try take("]") { return .array(items) }
      guard try take(",") else { throw damaged("a JSON array without a comma between items") }
    }
  }

  /// The longest number that is read: a double needs 17 digits, an exact one 767.
  private static let longestNumber = 1024

  /// number = [ "-" ] ( "0" / digit1-9 *digit ) [ "." 1*digit ] [ "e" [ "+" / "-" ] 1*digit ]
  private mutating func number() throws(JSONError) -> JSONNumber {
    let start = offset
    if has("-") { offset += 1 }
    if has("0") { offset += 1 } else { try digits() }
    if isDigit() { throw damaged("malformed JSON") }
    if has(".") {
      offset += 1
      try digits()
    }
    if has("e") || has("E") {
      offset += 1
      if has("+") || has("-") { offset += 1 }
      try digits()
    }
    guard offset - start <= Self.longestNumber else {
      throw damaged("a JSON number of \(offset - start) characters, more than \(Self.longestNumber)")
    }
    return JSONNumber(read: String(decoding: bytes[start..<offset], as: UTF8.self))
  }

  private mutating func digits() throws(JSONError) {
    guard isDigit() else { throw damaged("malformed JSON") }
    while isDigit() { offset += 1 }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for byte in word.utf8 {
      guard try peek() == byte else { throw damaged("malformed JSON") }
      offset += 1
    }
    return value
  }

  private mutating func skipSpace() {
    while offset < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[offset]) { offset += 1 }
  }

  private func isDigit() -> Bool { offset < bytes.count && (0x30...0x39).contains(bytes[offset]) }

  private func has(_ symbol: Unicode.Scalar) -> Bool { offset < bytes.count && bytes[offset] == UInt8(ascii: symbol) }

  private mutating func take(_ symbol: Unicode.Scalar) throws(JSONError) -> Bool {
    guard try peek() == UInt8(ascii: symbol) else { return false }
    offset += 1
    return true
  }

  private func peek() throws(JSONError) -> UInt8 {
    guard offset < bytes.count else { throw damaged("a \(subject) that ends too early") }
    return bytes[offset]
  }

  private func damaged(_ found: String) -> JSONError { JSONError(offset: offset, found: found) }

  private func shortened(_ name: String) -> String {
    let scalars = name.unicodeScalars
    return scalars.count > 80 ? String(String.UnicodeScalarView(scalars.prefix(80))) + "..." : name
  }
}

// MARK: - Strings

extension JSONReader {
  private mutating func string() throws(JSONError) -> String {
    offset += 1
    var units: [UInt8] = []
    while true {
      let byte = try peek()
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else { throw damaged("JSON text that is no UTF-8") }
        return text
      case UInt8(ascii: "\\"): units += Array(String(try escape()).utf8)
      case 0..<0x20: throw damaged("a control character in a JSON string")
      default: units.append(byte)
      }
    }
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let byte = try peek()
    offset += 1
    switch byte {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "u"):
      let first = try hexUnit()
      if let scalar = Unicode.Scalar(first) { return scalar }
      guard first < 0xdc00, try take("\\"), try take("u") else { throw damaged("half a surrogate pair in JSON text") }
      let second = try hexUnit()
      guard (0xdc00...0xdfff).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
      else { throw damaged("half a surrogate pair in JSON text") }
      return scalar
    default: throw damaged("an unknown escape in JSON text")
    }
  }

  private mutating func hexUnit() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(try peek())).hexDigitValue else {
        throw damaged("an escape without its four digits in JSON text")
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }
}

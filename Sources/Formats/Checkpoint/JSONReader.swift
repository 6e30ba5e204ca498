internal import Files

/// A JSON value; objects keep their order, which is the file's order of tensors.
enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])
}

/// Reads JSON strictly as RFC 8259 has it, with a bound on nesting and without repeated keys.
struct JSONReader {
  private let cursor: ByteCursor
  private let bytes: UnsafeRawBufferPointer
  private var offset: Int
  private let end: Int

  init(_ file: MappedFile, _ range: Range<Int>) {
    cursor = ByteCursor(file, range)
    bytes = file.bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  /// Reads the one value of the range; only white space may follow.
  mutating func read() throws(CheckpointError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    if offset != end { throw damaged("something after the JSON header") }
    return value
  }

  private mutating func value(depth: Int) throws(CheckpointError) -> JSONValue {
    if depth > 16 { throw damaged("a JSON header nested deeper than 16") }
    skipSpace()
    switch try peek() {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func object(_ depth: Int) throws(CheckpointError) -> JSONValue {
    offset += 1
    var members: [(key: String, value: JSONValue)] = []
    var keys: Set<String> = []
    skipSpace()
    if try take("}") { return .object(members) }
    while true {
      skipSpace()
      guard try peek() == UInt8(ascii: "\"") else { throw damaged("a JSON key without quotes") }
      let key = try string()
      if !keys.insert(key).inserted { throw damaged("the JSON key '\(printable(key))' twice") }
      skipSpace()
      guard try take(":") else { throw damaged("a JSON key without a value") }
      members.append((key, try value(depth: depth + 1)))
      skipSpace()
      if try take("}") { return .object(members) }
      guard try take(",") else { throw damaged("a JSON object without a comma between members") }
    }
  }

  private mutating func array(_ depth: Int) throws(CheckpointError) -> JSONValue {
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

  private mutating func string() throws(CheckpointError) -> String {
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

  private mutating func escape() throws(CheckpointError) -> Unicode.Scalar {
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

  private mutating func hexUnit() throws(CheckpointError) -> UInt32 {
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

  private mutating func number() throws(CheckpointError) -> JSONValue {
    let start = offset
    while offset < end, "+-.0123456789eE".utf8.contains(bytes[offset]) { offset += 1 }
    let text = String(decoding: bytes[start..<min(offset, start + 400)], as: UTF8.self)
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let isPlain =
      digits.first?.isNumber == true && (!digits.hasPrefix("0") || digits.dropFirst().first?.isNumber != true)
    guard isPlain, digits.last?.isNumber == true else { throw damaged("malformed JSON") }
    if let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else { throw damaged("a malformed JSON number") }
    return .number(value)
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(CheckpointError) -> JSONValue {
    for byte in word.utf8 {
      guard try peek() == byte else { throw damaged("malformed JSON") }
      offset += 1
    }
    return value
  }

  private mutating func skipSpace() {
    while offset < end, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[offset]) { offset += 1 }
  }

  private mutating func take(_ symbol: Unicode.Scalar) throws(CheckpointError) -> Bool {
    guard try peek() == UInt8(ascii: symbol) else { return false }
    offset += 1
    return true
  }

  private func peek() throws(CheckpointError) -> UInt8 {
    guard offset < end else { throw damaged("a JSON header that ends too early") }
    return bytes[offset]
  }

  private func damaged(_ found: String) -> CheckpointError {
    .damaged(path: cursor.path, offset: offset, found: found)
  }
}

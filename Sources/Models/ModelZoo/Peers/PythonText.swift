/// A value of a Python configuration that was read and not run.
enum PythonValue: Sendable, Equatable {
  case none
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([PythonValue])
  case dictionary([String: PythonValue])

  /// A member of a `dict(...)`; nil for what has none.
  subscript(key: String) -> PythonValue? {
    guard case .dictionary(let members) = self else { return nil }
    return members[key]
  }

  var integer: Int? {
    guard case .number(let number) = self else { return nil }
    return Int(exactly: number)
  }

  var flag: Bool? {
    guard case .bool(let flag) = self else { return nil }
    return flag
  }

  var string: String? {
    guard case .text(let text) = self else { return nil }
    return text
  }

  var items: [PythonValue] {
    guard case .list(let items) = self else { return [] }
    return items
  }

  var numbers: [Double] {
    items.compactMap {
      guard case .number(let number) = $0 else { return nil }
      return number
    }
  }
}

/// Reads assignments of literals, lists, tuples and `dict(...)`, as MMAction2 writes its configurations down; anything
/// else, a call of another function for one, is not read, and never run.
struct PythonText {
  private let bytes: [UInt8]
  private var place = 0
  private static let deepest = 64
  private static let longest = 1 << 20

  /// The assignments by name; nil for a text that is something else.
  static func read(_ text: String) -> PythonValue? {
    if text.utf8.count > longest { return nil }
    var reader = PythonText(bytes: Array(text.utf8))
    var members: [String: PythonValue] = [:]
    while true {
      reader.skipBlank()
      if reader.place == reader.bytes.count { return .dictionary(members) }
      guard let name = reader.name(), reader.take("="), let value = reader.value(0) else { return nil }
      members[name] = value
    }
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipBlank() {
    while let byte = next {
      if byte == UInt8(ascii: "#") {
        while let inner = next, inner != UInt8(ascii: "\n") { _ = inner; place += 1 }
      } else if byte == UInt8(ascii: " ") || (9...13).contains(byte) {
        place += 1
      } else {
        return
      }
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipBlank()
    guard next == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func name() -> String? {
    skipBlank()
    let start = place
    while let byte = next,
      byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf)
    { place += 1 }
    return place == start ? nil : String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func value(_ depth: Int) -> PythonValue? {
    skipBlank()
    guard depth < Self.deepest, let byte = next else { return nil }
    switch byte {
    case UInt8(ascii: "["): return sequence("[", "]", depth)
    case UInt8(ascii: "("): return sequence("(", ")", depth)
    case UInt8(ascii: "{"): return braces(depth)
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return text(byte)
    case UInt8(ascii: "-"), UInt8(ascii: "."), 0x30...0x39: return number()
    default: break
    }
    switch name() {
    case "True": return .bool(true)
    case "False": return .bool(false)
    case "None": return PythonValue.none
    case "dict": return call(depth)
    default: return nil
    }
  }

  private mutating func sequence(_ open: Unicode.Scalar, _ close: Unicode.Scalar, _ depth: Int) -> PythonValue? {
    var items: [PythonValue] = []
    guard take(open) else { return nil }
    while !take(close) {
      guard let item = value(depth + 1) else { return nil }
      items.append(item)
      if take(",") { continue }
      return take(close) ? .list(items) : nil
    }
    return .list(items)
  }

  private mutating func call(_ depth: Int) -> PythonValue? {
    members("(", ")") { reader in
      guard let name = reader.name(), reader.take("="), let value = reader.value(depth + 1) else { return nil }
      return (name, value)
    }
  }

  private mutating func braces(_ depth: Int) -> PythonValue? {
    members("{", "}") { reader in
      guard let key = reader.value(depth + 1), reader.take(":"), let value = reader.value(depth + 1) else { return nil }
      // Only texts are asked for by name.
      return (key.string ?? "\(key)", value)
    }
  }

  private mutating func members(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ member: (inout PythonText) -> (String, PythonValue)?
  ) -> PythonValue? {
    var members: [String: PythonValue] = [:]
    guard take(open) else { return nil }
    while !take(close) {
      guard let (name, value) = member(&self) else { return nil }
      members[name] = value
      if take(",") { continue }
      return take(close) ? .dictionary(members) : nil
    }
    return .dictionary(members)
  }

  private mutating func number() -> PythonValue? {
    let start = place
    while let byte = next, (0x30...0x39).contains(byte) || "+-.eE_".utf8.contains(byte) { place += 1 }
    return Double(String(decoding: bytes[start..<place], as: UTF8.self).filter { $0 != "_" }).map { .number($0) }
  }

  private mutating func text(_ quote: UInt8) -> PythonValue? {
    place += 1
    var content: [UInt8] = []
    while let byte = next {
      place += 1
      if byte == quote { return .text(String(decoding: content, as: UTF8.self)) }
      if byte == UInt8(ascii: "\n") { return nil }
      if byte == UInt8(ascii: "\\") {
        guard let escaped = next else { return nil }
        place += 1
        content.append(escaped)
      } else {
        content.append(byte)
      }
    }
    return nil
  }
}

internal import Wording

/// Reads protobuf's text form token by token, and passes over fields that nobody asks for.
struct TextFormatScanner {
  enum Token: Equatable {
    case word(String)
    /// What stands in quotes, escapes decoded; pieces that follow each other are one text.
    case text([UInt8])
    case mark(Character)
    case end

    var description: String {
      switch self {
      case .word(let word): "'\(word)'"
      case .text(let text): "\"\(String(decoding: text, as: UTF8.self))\""
      case .mark(let mark): "'\(mark)'"
      case .end: "the end of the file"
      }
    }
  }

  private let bytes: UnsafeRawBufferPointer
  private let doing: String
  private let path: String
  private var index = 0
  /// The line of the next token's beginning or of blanks before it, counted from 1.
  private(set) var line = 1
  /// Whether there were escapes in the latest text in quotes.
  private(set) var textHasEscapes = false

  private static let closers: [Character: Character] = ["{": "}", "<": ">", "[": "]"]

  /// - Parameter bytes: A file's bytes, which its reader keeps alive.
  init(_ bytes: UnsafeRawBufferPointer, path: String, doing: String) {
    self.bytes = bytes
    self.doing = doing
    self.path = path
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
  }

  mutating func next() throws(RecordError) -> Token {
    skipBlanks()
    if index == bytes.count { return .end }
    let byte = bytes[index]
    if "{}<>[]:".utf8.contains(byte) {
      index += 1
      return .mark(Character(UnicodeScalar(byte)))
    }
    if isQuote(byte) {
      var text: [UInt8] = []
      textHasEscapes = false
      repeat {
        try takeQuoted(into: &text)
        skipBlanks()
      } while index < bytes.count && isQuote(bytes[index])
      return .text(text)
    }
    let start = index
    while index < bytes.count, isWordByte(bytes[index]) { index += 1 }
    if index == start {
      index += 1
      // The rest of a character beyond ASCII belongs to it.
      while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
    }
    return .word(String(decoding: bytes[start..<index], as: UTF8.self))
  }

  /// Takes the mark that opens a block, '{' or '<', with or without a colon before it, and returns the one that closes
  /// it.
  mutating func openBlock() throws(RecordError) -> Character {
    var token = try next()
    if token == .mark(":") { token = try next() }
    guard case .mark(let mark) = token, mark == "{" || mark == "<", let closer = Self.closers[mark] else {
      throw error("'{'", token)
    }
    return closer
  }

  /// Takes a field's colon and value.
  mutating func value() throws(RecordError) -> Token {
    let token = try next()
    if token != .mark(":") { throw error("':'", token) }
    return try next()
  }

  /// Passes over what follows the name of a field: a value, a block or a list.
  mutating func skipField() throws(RecordError) {
    var token = try next()
    let hasColon = token == .mark(":")
    if hasColon { token = try next() }
    switch token {
    case .mark("{"), .mark("<"): try skip(from: token)
    case .mark("[") where hasColon: try skip(from: token)
    case .word where hasColon: break
    case .text where hasColon: break
    default: throw error(hasColon ? "a value" : "':'", token)
    }
  }

  /// Passes over a block or list whose opening mark has just been read, with all that is nested in it.
  mutating func skip(from opening: Token) throws(RecordError) {
    let start = line
    var open: [Character] = []
    var token = opening
    while true {
      if case .mark(let mark) = token {
        if let closer = Self.closers[mark] {
          open.append(closer)
        } else if mark != ":" {
          if open.last != mark { throw error("'\(open.last ?? "}")'", token) }
          open.removeLast()
          if open.isEmpty { return }
        }
      }
      if token == .end {
        throw fail(start, "'\(open.last ?? "}")' at the end of what begins here", Token.end.description, nil)
      }
      token = try next()
    }
  }

  func error(_ expected: String, _ found: Token, _ advice: String? = nil) -> RecordError {
    fail(line, expected, found.description, advice)
  }

  func fail(_ line: Int, _ expected: String, _ found: String, _ advice: String?) -> RecordError {
    .malformed(
      RecordError.Location(doing: doing, path: path, line: line, column: nil, columnName: nil), expected: expected,
      found: found, advice: advice)
  }

  /// Takes a text in quotes, which must end on its line.
  private mutating func takeQuoted(into text: inout [UInt8]) throws(RecordError) {
    let quote = bytes[index]
    index += 1
    while index < bytes.count, bytes[index] != quote, bytes[index] != 0x0A {
      if bytes[index] != UInt8(ascii: "\\") {
        text.append(bytes[index])
        index += 1
        continue
      }
      guard let escape = TextFormatEscape(UnsafeRawBufferPointer(rebasing: bytes[index...])) else {
        let found = bytes[index...].prefix { $0 != quote && $0 != 0x0A }.prefix(10)
        throw fail(
          line, #"an escape such as \" or \\ or \350 in quotes"#, "'\(String(decoding: found, as: UTF8.self))'",
          #"write \\ for a backslash, or the character itself"#)
      }
      textHasEscapes = true
      text += escape.bytes
      index += escape.length
    }
    if index == bytes.count || bytes[index] == 0x0A {
      throw fail(line, "a closing quote on the same line", "none", nil)
    }
    index += 1
  }

  private mutating func skipBlanks() {
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "#") {
        while index < bytes.count, bytes[index] != 0x0A { index += 1 }
      } else if " \t\r\n,;".utf8.contains(byte) {
        if byte == 0x0A { line += 1 }
        index += 1
      } else {
        return
      }
    }
  }

  private func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

  private func isWordByte(_ byte: UInt8) -> Bool {
    "_-.+".utf8.contains(byte) || (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
  }
}

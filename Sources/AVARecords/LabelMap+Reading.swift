internal import Files
internal import Wording

extension LabelMap {
  /// Reads a label map in protobuf's text form: `item { name: "..." id: 1 }` or
  /// `label { name: "..." label_id: 1 label_type: X }`.
  ///
  /// - Throws: `RecordError` with file and line of what is malformed, and for a file without labels; `FileError`.
  public static func read(path: String) throws -> LabelMap {
    let doing = "reading the label map"
    let bytes = try ByteStream(path: path, doing: doing).readToEnd()
    var parser = LabelMapParser(bytes: bytes, doing: doing, path: path)
    let labels = try parser.labels()
    if labels.isEmpty {
      throw RecordError.empty(
        doing: doing, path: path, expected: "labels", advice: "give a .pbtxt such as those in annotations/")
    }
    guard let map = try? LabelMap(labels) else {
      throw RecordError.empty(doing: doing, path: path, expected: "labels with ids of their own", advice: nil)
    }
    return map
  }
}

private struct LabelMapParser {
  let bytes: [UInt8]
  let doing: String
  let path: String
  private var index = 0
  private var line = 1

  init(bytes: [UInt8], doing: String, path: String) {
    self.bytes = bytes
    self.doing = doing
    self.path = path
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
  }

  enum Token: Equatable {
    case word(String)
    case text(String)
    case mark(Character)
    case end

    var description: String {
      switch self {
      case .word(let word): "'\(word)'"
      case .text(let text): "\"\(text)\""
      case .mark(let mark): "'\(mark)'"
      case .end: "the end of the file"
      }
    }
  }

  mutating func labels() throws(RecordError) -> [LabelMap.Label] {
    var labels: [LabelMap.Label] = []
    var lines: [Int: Int] = [:]
    while true {
      let token = try next()
      if token == .end { return labels }
      guard token == .word("item") || token == .word("label") else {
        throw error("'item {' or 'label {'", token, nearestAdvice(token, ["item", "label"]))
      }
      let start = line
      let label = try block()
      if let first = lines.updateValue(start, forKey: label.id) {
        throw fail(
          start, "an id of its own", "id \(label.id) again, as on line \(first)", "give every class its own id")
      }
      labels.append(label)
    }
  }

  private mutating func block() throws(RecordError) -> LabelMap.Label {
    let start = line
    try expect("{", afterColon: true)
    var id: Int?
    var name: String?
    var type: String?
    while true {
      let token = try next()
      if token == .mark("}") { break }
      guard case .word(let key) = token else { throw error("a field such as 'name:' or '}'", token) }
      try expect(":")
      let value = try next()
      switch key {
      case "id", "label_id":
        guard case .word(let digits) = value, let number = Int(digits), number > 0, number <= 1_000_000 else {
          throw error("a whole number above 0 behind '\(key):'", value)
        }
        id = number
      case "name":
        guard case .text(let text) = value else { throw error("a name in quotes behind 'name:'", value) }
        name = text
      case "display_name": break
      case "label_type": if case .word(let word) = value { type = word }
      default:
        throw error(
          "one of the fields name, id, label_id, label_type", token,
          nearestAdvice(token, ["name", "id", "label_id", "label_type"]))
      }
    }
    guard let id else { throw fail(start, "an 'id:' or 'label_id:' in the block", "none", nil) }
    guard let name else { throw fail(start, "a 'name:' in the block", "none", nil) }
    return LabelMap.Label(id: id, name: name, type: type)
  }

  private mutating func expect(_ mark: Character, afterColon: Bool = false) throws(RecordError) {
    var token = try next()
    if afterColon, token == .mark(":") { token = try next() }
    if token != .mark(mark) { throw error("'\(mark)'", token) }
  }

  private mutating func next() throws(RecordError) -> Token {
    skipBlanks()
    if index == bytes.count { return .end }
    let byte = bytes[index]
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ":"):
      index += 1
      return .mark(Character(UnicodeScalar(byte)))
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return .text(try quotedText(byte))
    default:
      let start = index
      while index < bytes.count, isWordByte(bytes[index]) { index += 1 }
      if index == start { index += 1 }
      return .word(String(decoding: bytes[start..<index], as: UTF8.self))
    }
  }

  private mutating func quotedText(_ quote: UInt8) throws(RecordError) -> String {
    var text: [UInt8] = []
    index += 1
    while index < bytes.count, bytes[index] != quote, bytes[index] != 0x0A {
      if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
        index += 1
        let marks = [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\")]
        if !marks.contains(bytes[index]) {
          let found = "\\" + String(decoding: [bytes[index]], as: UTF8.self)
          throw fail(line, "\\\", \\' or \\\\ for a character in quotes", found, "write the character itself")
        }
      }
      text.append(bytes[index])
      index += 1
    }
    if index == bytes.count || bytes[index] == 0x0A {
      throw fail(line, "a closing quote on the same line", "none", nil)
    }
    index += 1
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func skipBlanks() {
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "#") {
        while index < bytes.count, bytes[index] != 0x0A { index += 1 }
      } else if byte == 0x0A || byte == 0x0D || byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: ",")
        || byte == UInt8(ascii: ";")
      {
        if byte == 0x0A { line += 1 }
        index += 1
      } else {
        return
      }
    }
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "+")
      || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
      || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
  }

  private func nearestAdvice(_ token: Token, _ names: [String]) -> String? {
    guard case .word(let word) = token else { return nil }
    return nearest(to: word, among: names).map { "did you mean '\($0)'?" }
  }

  private func error(_ expected: String, _ found: Token, _ advice: String? = nil) -> RecordError {
    fail(line, expected, found.description, advice)
  }

  private func fail(_ line: Int, _ expected: String, _ found: String, _ advice: String?) -> RecordError {
    .malformed(
      RecordError.Place(doing: doing, path: path, line: line, column: nil, columnName: nil), expected: expected,
      found: found, advice: advice)
  }
}

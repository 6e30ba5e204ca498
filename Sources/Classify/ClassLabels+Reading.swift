internal import AVARecords
internal import Files
internal import JSON

extension ClassLabels {
  static let doing = "reading the names of classes"

  /// Reads a file of names, whose form is told by its content:
  ///
  ///     {"walking": 0, "running": 1}      JSON as PySlowFast's, or {"0": "walking"}, or ["walking", "running"]
  ///     walking                           a name a line, in the order of the classes
  ///     0 walking                         the same with numbers, from 0 or 1
  ///     item { name: "walking" id: 1 }    a label map, whose ids count from 1
  ///
  /// - Parameter classes: How many classes the network scores.
  /// - Throws: `ClassLabelsError` with the line, `RecordError` for a label map, `FileError`.
  public init(path: String, classes: Int) throws {
    let bytes = try readFile(path, doing: Self.doing, limit: 1 << 26)
    let content = bytes.withUnsafeBytes { ForeignContent(beginning: $0) }
    if let content, content.format != .json {
      throw FileError.foreign(
        doing: Self.doing, path: path, expected: "names of classes as text, JSON or a label map", content: content)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ClassLabelsError.line(
        path: path, number: nil, found: "it is no text in UTF-8",
        advice: "convert it from its own encoding, such as: iconv -f LATIN1 -t UTF-8 FILE > NEW")
    }
    // What begins with a brace is JSON, though it may be no good one.
    if content != nil || text.first(where: { !$0.isWhitespace && $0 != "\u{FEFF}" }) == "{" {
      let locate = { (words: String) in Self.line(of: words, in: text) }
      try self.init(Self.entries(json: bytes, path, locate), classes: classes, path: path, locate: locate)
    } else if Self.isLabelMap(text) {
      let entries = try LabelMap.read(path: path).labels.map { Entry(id: $0.id - 1, name: $0.name) }
      try self.init(entries, classes: classes, path: path)
    } else {
      let lines = try LabelLines(text, path: path, classes: classes)
      try self.init(lines.entries, classes: classes, path: path, notices: lines.notices)
    }
  }

  /// Whether the first thing in a text is a block of a label map.
  private static func isLabelMap(_ text: String) -> Bool {
    let lines = text.split { $0.isNewline }.map { $0.drop { $0.isWhitespace } }
    guard let first = lines.first(where: { !$0.isEmpty && !$0.hasPrefix("#") }) else { return false }
    guard let word = ["item", "label"].first(where: first.hasPrefix) else { return false }
    let rest = first.dropFirst(word.count).drop { $0.isWhitespace || $0 == ":" }
    return rest.first == "{" || rest.first == "<"
  }

  /// The first line that holds some words; nil where they are written otherwise.
  private static func line(of words: String, in text: String) -> Int? {
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    return lines.firstIndex { $0.contains(words) }.map { $0 + 1 }
  }

  private static func entries(json bytes: [UInt8], _ path: String, _ locate: (String) -> Int?) throws -> [Entry] {
    func error(_ words: String, _ found: String, _ advice: String) -> ClassLabelsError {
      .line(path: path, number: locate(words), found: found, advice: advice)
    }
    let value: JSONValue
    do {
      value = try JSONReader.read(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes)
    } catch {
      let line = bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
      throw ClassLabelsError.line(path: path, number: line, found: error.found, advice: "correct the JSON there")
    }
    switch value {
    case .array(let values):
      return try values.enumerated().map { id, value in
        guard case .string(let name) = value else {
          throw error(
            value.text, "entry \(id) of the list is \(value.text.prefix(40)), expected a name in quotes",
            "write the names alone: [\"walking\", \"running\"]")
        }
        return Entry(id: id, name: plain(name))
      }
    case .object(let members):
      let isByNumber = members.allSatisfy { member in
        if case .string = member.value { Int(member.name) != nil } else { false }
      }
      return try members.map { member in
        switch (member.value, isByNumber) {
        case (.string(let name), true):
          return Entry(id: Int(member.name)!, name: plain(name))
        case (.number(let number), _):
          if let id = number.int { return Entry(id: id, name: plain(member.name)) }
        case (.string(let digits), _):
          if let id = Int(digits) { return Entry(id: id, name: plain(member.name)) }
        default: break
        }
        throw error(
          member.name,
          "'\(member.name.prefix(80))' has \(member.value.text.prefix(40)), expected the number of its class",
          "write {\"walking\": 0, \"running\": 1} or {\"0\": \"walking\", \"1\": \"running\"}")
      }
    default:
      throw ClassLabelsError.line(
        path: path, number: nil, found: "its JSON is neither an object nor a list",
        advice: "write {\"walking\": 0, \"running\": 1} or [\"walking\", \"running\"]")
    }
  }

  /// A name without blanks around it, and without quotes of its own: some files have them twice.
  private static func plain(_ name: String) -> String {
    var name = Substring(name).trimmed
    if name.count > 2, name.hasPrefix("\""), name.hasSuffix("\"") { name = name.dropFirst().dropLast().trimmed }
    return String(name)
  }
}

extension Substring {
  /// Without blanks around it.
  var trimmed: Substring {
    var rest = drop { $0.isWhitespace }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }
}

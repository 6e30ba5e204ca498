internal import Files
internal import Wording

extension LabelMap {
  /// Reads a label map in protobuf's text form: `item { name: "..." id: 1 }` or
  /// `label { name: "..." label_id: 1 label_type: X }`. Fields that say nothing about id and name are passed over; where
  /// there is no name, `display_name` is taken for it.
  ///
  /// - Throws: `RecordError` with file and line of what is malformed (two ids or names in one block are), and for a
  ///   file without labels; `FileError`.
  public static func read(path: String) throws -> LabelMap {
    let doing = "reading the label map"
    let file = try FileBytes(path: path, doing: doing)
    let expected = "classes such as 'item { name: \"walk\" id: 14 }'"
    try file.requireText(expecting: expected)
    var reader = LabelMapReader(TextFormatScanner(file.bytes, path: path, doing: doing))
    let labels: [Label]
    do {
      labels = try reader.labels()
    } catch {
      guard !reader.sawBlock, let content = foreignLabels(file.bytes) else { throw error }
      throw FileError.foreign(doing: doing, path: path, expected: expected, content: content)
    }
    withExtendedLifetime(file) {}
    if labels.isEmpty {
      throw RecordError.empty(
        doing: doing, path: path, expected: "labels", advice: "give a .pbtxt such as those in annotations/")
    }
    return try LabelMap(labels)
  }
}

private struct LabelMapReader {
  private var scanner: TextFormatScanner
  /// Whether a block was begun: the file is a label map, if perhaps a malformed one.
  private(set) var sawBlock = false

  init(_ scanner: TextFormatScanner) { self.scanner = scanner }

  mutating func labels() throws(RecordError) -> [LabelMap.Label] {
    var labels: [LabelMap.Label] = []
    var lines: [Int: Int] = [:]
    while true {
      let token = try scanner.next()
      if token == .end { return labels }
      guard token == .word("item") || token == .word("label") else {
        throw scanner.error("'item {' or 'label {'", token, suggestion(token, ["item", "label"]))
      }
      let start = scanner.line
      sawBlock = true
      let label = try block()
      if let first = lines.updateValue(start, forKey: label.id) {
        throw scanner.fail(
          start, "an id of its own", "id \(label.id) again, as on line \(first)", "give every class its own id")
      }
      labels.append(label)
    }
  }

  /// A block's fields as they are met.
  private struct Fields {
    var id: (value: Int, line: Int)?
    var name: (value: String, line: Int)?
    var displayName: (value: String, line: Int)?
    var type: String?
    /// Names of other fields and their lines: misspelt ones may be among them.
    var others: [(name: String, line: Int)] = []
  }

  private mutating func block() throws(RecordError) -> LabelMap.Label {
    let start = scanner.line
    let closer = try scanner.openBlock()
    var fields = Fields()
    while true {
      let token = try scanner.next()
      switch token {
      case .mark(closer): return try label(fields, line: start)
      case .word(let key): try takeField(key, &fields)
      case .mark("["):
        // The name of an extension.
        try scanner.skip(from: token)
        try scanner.skipField()
      default: throw scanner.error("a field such as 'name:' or '\(closer)'", token)
      }
    }
  }

  private mutating func takeField(_ key: String, _ fields: inout Fields) throws(RecordError) {
    let line = scanner.line
    switch key {
    case "id", "label_id":
      try refuseSecond("id", key, fields.id?.line)
      fields.id = (try id(key), line)
    case "name":
      try refuseSecond("name", key, fields.name?.line)
      fields.name = (try text(key), line)
    case "display_name":
      try refuseSecond("display name", key, fields.displayName?.line)
      fields.displayName = (try text(key), line)
    case "label_type":
      let value = try scanner.value()
      if case .word(let word) = value { fields.type = word }
    default:
      fields.others.append((key, line))
      try scanner.skipField()
    }
  }

  /// A second id or name would take the place of the first: more often a closing brace is missing, and several classes
  /// stand in one block.
  private func refuseSecond(_ what: String, _ key: String, _ first: Int?) throws(RecordError) {
    guard let first else { return }
    throw scanner.fail(
      scanner.line, "one \(what) in a block", "a second one, '\(key):' (the first is on line \(first))",
      "give every class a block of its own: close this one with '}' and begin the next with 'item {'")
  }

  private mutating func id(_ key: String) throws(RecordError) -> Int {
    let value = try scanner.value()
    guard case .word(let digits) = value, let number = Int(digits), LabelMap.ids ~= number else {
      let isZero = value == .word("0")
      throw scanner.error(
        "a whole number above 0 after '\(key):'", value,
        isZero ? "AVA's ids begin with 1: id 1 is the first of the network's scores" : nil)
    }
    return number
  }

  private mutating func text(_ key: String) throws(RecordError) -> String {
    let value = try scanner.value()
    guard case .text(let bytes) = value else { throw scanner.error("a name in quotes after '\(key):'", value) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw scanner.error(
        "a name in UTF-8 after '\(key):'", value,
        scanner.textHasEscapes
          ? "the escapes are bytes of another encoding, such as GBK: write the name's own characters in their place, and "
            + "save the file as UTF-8"
          : "convert the file from its own encoding, such as: iconv -f GBK -t UTF-8 FILE > NEW")
    }
    return text
  }

  private func label(_ fields: Fields, line: Int) throws(RecordError) -> LabelMap.Label {
    guard let id = fields.id else {
      throw missing("'id:' or 'label_id:'", ["id", "label_id"], fields, line: line, article: "an")
    }
    guard let name = fields.name ?? fields.displayName else {
      throw missing("'name:'", ["name", "display_name"], fields, line: line, article: "a")
    }
    return LabelMap.Label(id: id.value, name: name.value, type: fields.type)
  }

  /// An error about a field that is not there, at the field that may be meant for it.
  private func missing(
    _ what: String, _ names: [String], _ fields: Fields, line: Int, article: String
  ) -> RecordError {
    for other in fields.others {
      guard let meant = nearest(to: other.name, among: names) else { continue }
      return scanner.fail(other.line, what, "'\(other.name)'", "did you mean '\(meant)'?")
    }
    return scanner.fail(line, "\(article) \(what) in the block", "none", nil)
  }

  private func suggestion(_ token: TextFormatScanner.Token, _ names: [String]) -> String? {
    guard case .word(let word) = token else { return nil }
    return nearest(to: word, among: names).map { "did you mean '\($0)'?" }
  }
}

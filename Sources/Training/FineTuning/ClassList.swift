public import AVARecords
internal import Files
internal import Wording

/// One's own classes: ids from 1, in the order of the network's columns.
public enum ClassList {
  private static let doing = "reading the classes"

  /// Reads a list of names, one a line, the first of id 1; or a label map (pbtxt), whose ids are 1 to the number of its classes.
  ///
  /// Lines without anything and those that begin with # are passed over.
  ///
  /// - Throws: `FineTuningError.badClasses` with the line; `RecordError`, `FileError`.
  public static func read(path: String) throws -> LabelMap {
    let bytes = try readFile(path, doing: doing, limit: 1 << 24)
    if let content = bytes.withUnsafeBytes({ ForeignContent(beginning: $0) }), content.format == .other {
      throw FineTuningError.badClasses(
        path: path, place: "", expected: "names as text in UTF-8, one a line", found: content.name,
        advice: content.advice ?? "give a text file")
    }
    var text = String(decoding: bytes, as: UTF8.self)
    // What Windows' editors begin a file in UTF-8 with.
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    let isLabelMap = path.hasSuffix(".pbtxt") || text.contains("{")
    return isLabelMap ? try labelMap(path) : try names(text, path)
  }

  private static func names(_ text: String, _ path: String) throws -> LabelMap {
    var labels: [LabelMap.Label] = []
    var lines: [String: Int] = [:]
    func bad(_ line: Int, _ expected: String, _ found: String, _ advice: String) -> FineTuningError {
      .badClasses(path: path, place: ", line \(line)", expected: expected, found: found, advice: advice)
    }
    for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let name = trimmed(raw)
      if name.isEmpty || name.hasPrefix("#") { continue }
      if let scalar = name.unicodeScalars.first(where: { $0.value < 0x20 || $0.value == 0x7F }) {
        throw bad(
          index + 1, "a name alone", scalar == "\t" ? "a tab in it" : "a control character (\(scalar.value)) in it",
          "write the classes' names, one a line, and nothing beside them")
      }
      if name.unicodeScalars.contains(where: { $0.value == 0xFFFD }) {
        throw bad(index + 1, "a name in UTF-8", "bytes that are none", "save the list as text in UTF-8")
      }
      // Labels of annotation tools are told apart without regard to case.
      if let first = lines.updateValue(index + 1, forKey: name.lowercased()) {
        throw bad(
          index + 1, "a name of its own, whatever its case", "'\(name)' again, as on line \(first)",
          "give every class its own name")
      }
      labels.append(LabelMap.Label(id: labels.count + 1, name: name))
    }
    if labels.isEmpty {
      throw FineTuningError.badClasses(
        path: path, place: "", expected: "names, one a line", found: "none", advice: "write a line for each class")
    }
    return try LabelMap(labels)
  }

  private static func labelMap(_ path: String) throws -> LabelMap {
    let map = try LabelMap.read(path: path)
    let ids = map.labels.map(\.id).sorted()
    guard ids == Array(1...ids.count) else {
      let missing = (1...ids[ids.count - 1]).first { !map.contains($0) } ?? 0
      throw FineTuningError.badClasses(
        path: path, place: "", expected: "the ids 1 to \(ids.count), as many as there are classes",
        found: "no id \(missing), and an id \(ids[ids.count - 1])",
        advice: "number the classes from 1, here and in the rows: an id is a column of the network")
    }
    if let (name, own) = map.sharedNames.first {
      throw FineTuningError.badClasses(
        path: path, place: "", expected: "a name of its own for each class",
        found: "'\(name)' for \(series(own.map { "\($0)" }, "and"))", advice: "give every class its own name")
    }
    return try LabelMap(map.labels.sorted { $0.id < $1.id })
  }

  /// The classes as a label map that tests read.
  public static func text(_ map: LabelMap) -> String {
    map.labels.map { label in
      let name = label.name.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
      return "item {\n  name: \"\(name)\"\n  id: \(label.id)\n}\n"
    }.joined()
  }

  private static func trimmed(_ line: Substring) -> String {
    String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}

/// Names of classes as lines of text: names alone, or with the numbers of the classes in any order, from 0 or 1 ("0 walking",
/// "1,walking", "2. walking", "c000 walking"), perhaps after a line of headings.
struct LabelLines {
  let entries: [ClassLabels.Entry]
  let notices: [String]

  private typealias Line = (number: Int, text: Substring)

  /// - Parameter classes: How many classes the network scores: larger numbers are part of the names.
  init(_ text: String, path: String, classes: Int) throws(ClassLabelsError) {
    let text = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    var lines: [Line] = text.split(omittingEmptySubsequences: false) { $0.isNewline }.enumerated().map {
      ($0 + 1, $1.trimmed)
    }
    while lines.last?.text.isEmpty == true { lines.removeLast() }
    if let gap = lines.first(where: \.text.isEmpty) {
      throw .line(
        path: path, number: gap.number, found: "the line is empty, and each line is a class",
        advice: "delete it, or write a name for class \(gap.number - 1)")
    }
    let isFirstNumbered = Self.numbered(lines.prefix(1)[...]) != nil
    if let numbered = Self.numbered(isFirstNumbered || lines.count < 2 ? lines[...] : lines.dropFirst()) {
      let ids = numbered.map(\.id)
      if ids.min()! <= 1 || ids.max()! <= classes {
        let isFromOne = ids.sorted() == Array(1...ids.count)
        entries = numbered.map { ClassLabels.Entry(id: $0.id - (isFromOne ? 1 : 0), name: $0.name, line: $0.line) }
        let first = entries.first { $0.id == 0 }?.name ?? ""
        notices = isFromOne ? ["the numbers of '\(path)' count from 1: '\(first)' is class 0"] : []
        return
      }
    }
    // Of one column of CSV all names stand in quotes; of others a quote is the name's own.
    let isQuoted = lines.allSatisfy { $0.text.count > 1 && $0.text.hasPrefix("\"") && $0.text.hasSuffix("\"") }
    entries = lines.enumerated().map {
      ClassLabels.Entry(id: $0, name: isQuoted ? Self.unquoted($1.text) : String($1.text), line: $1.number)
    }
    notices = []
  }

  /// A cell of CSV without the quotes around it.
  private static func unquoted(_ cell: Substring) -> String {
    guard cell.count > 1, cell.hasPrefix("\""), cell.hasSuffix("\"") else { return String(cell) }
    return String(cell.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }

  /// The names after numbers; nil where a line has none.
  private static func numbered(_ lines: ArraySlice<Line>) -> [ClassLabels.Entry]? {
    var entries: [ClassLabels.Entry] = []
    for line in lines {
      let rest = line.text.first == "c" ? line.text.dropFirst() : line.text
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard let number = Int(digits), let separator = rest[digits.endIndex...].first else { return nil }
      var name = rest[digits.endIndex...].dropFirst()
      if separator == "." || separator == ")" {
        guard name.first?.isWhitespace == true else { return nil }
      } else if !separator.isWhitespace && separator != "," && separator != ":" {
        return nil
      }
      name = name.trimmed
      if name.isEmpty { return nil }
      entries.append(
        ClassLabels.Entry(id: number, name: separator == "," ? unquoted(name) : String(name), line: line.number))
    }
    return entries.isEmpty ? nil : entries
  }
}

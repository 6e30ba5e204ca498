/// Names of classes as lines of text: names alone, or with numbers that count from 0 or 1 ("0 walking", "1,walking",
/// "c000 walking"), perhaps after a line of headings.
struct LabelLines {
  let entries: [ClassLabels.Entry]
  let notices: [String]

  private typealias Line = (number: Int, text: Substring)

  init(_ text: String, path: String) throws(ClassLabelsError) {
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
    let hasHeadings = Self.numbered(lines[...]) == nil && lines.count > 1 && Self.numbered(lines.dropFirst()) != nil
    if let numbered = Self.numbered(hasHeadings ? lines.dropFirst() : lines[...]) {
      entries = numbered.entries
      notices = numbered.isFromOne ? ["the numbers of '\(path)' count from 1: '\(entries[0].name)' is class 0"] : []
      return
    }
    entries = lines.enumerated().map { ClassLabels.Entry(id: $0, name: String($1.text), line: $1.number) }
    notices = []
  }

  /// The names after numbers that follow one another; nil where that is not what the lines are.
  private static func numbered(_ lines: ArraySlice<Line>) -> (entries: [ClassLabels.Entry], isFromOne: Bool)? {
    var entries: [ClassLabels.Entry] = []
    var start: Int?
    for (place, line) in lines.enumerated() {
      let digits = line.text.drop { $0 == "c" }.prefix { $0.isASCII && $0.isNumber }
      guard line.text.startIndex == digits.startIndex || line.text.dropFirst().startIndex == digits.startIndex,
        let number = Int(digits), let separator = line.text[digits.endIndex...].first,
        separator.isWhitespace || separator == "," || separator == ":"
      else { return nil }
      if start == nil { start = number }
      guard let start, start < 2, number == start + place else { return nil }
      let name = line.text[digits.endIndex...].dropFirst().trimmed
      if name.isEmpty { return nil }
      entries.append(ClassLabels.Entry(id: place, name: String(name), line: line.number))
    }
    return start.map { (entries, $0 == 1) }
  }
}

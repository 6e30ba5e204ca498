/// Lays rows out in columns: the first column to the left, numbers to the right.
func table(_ header: [String], _ rows: [[String]]) -> String {
  let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max()! }
  func isNumber(_ text: String) -> Bool { text.isEmpty || Double(text) != nil }
  let numeric = header.indices.map { column in rows.allSatisfy { isNumber($0[column]) } }
  func line(_ cells: [String]) -> String {
    let padded = cells.enumerated().map { column, cell in
      let space = String(repeating: " ", count: widths[column] - cell.count)
      return numeric[column] ? space + cell : cell + space
    }
    return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
  }
  return ([header] + rows).map(line).joined(separator: "\n")
}

/// A text from a file, for Markdown: nothing in it marks up.
func markdownText(_ text: String) -> String {
  text.reduce(into: "") { result, character in
    if "\\`*_[]<>#~&|".contains(character) { result.append("\\") }
    result.append(character)
  }
}

/// Writes a header and rows as a Markdown table: text to the left in `leftColumns`, to the right elsewhere.
///
/// Cells are Markdown: what comes from files goes through `markdownText` first.
func markdownTable(_ rows: [[String]], leftColumns: Set<Int>) -> String {
  func line(_ cells: [String]) -> String {
    "|" + cells.map { $0.isEmpty ? " |" : " \($0) |" }.joined() + "\n"
  }
  let header = rows.first ?? []
  return line(header) + "|" + header.indices.map { leftColumns.contains($0) ? "---|" : "--:|" }.joined() + "\n"
    + rows.dropFirst().map(line).joined()
}

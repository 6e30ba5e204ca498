/// Rows in columns, as plain text or as Markdown. The first row is the header.
public struct TextTable: Sendable {
  private let rows: [[String]]
  private let leftColumns: Set<Int>

  /// - Parameter leftColumns: Columns of text, which stands to the left; numbers stand to the right.
  public init(_ rows: [[String]], leftColumns: Set<Int>) {
    self.rows = rows
    self.leftColumns = leftColumns
  }

  /// Tells text from numbers by what the rows hold.
  public init(_ header: [String], _ rows: [[String]]) {
    func isNumber(_ text: String) -> Bool { text.isEmpty || Double(text) != nil }
    self.init(
      [header] + rows, leftColumns: Set(header.indices.filter { column in !rows.allSatisfy { isNumber($0[column]) } }))
  }

  /// A line for each row, two spaces between columns.
  public var text: String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return leftColumns.contains(column) ? cell + space : space + cell
      }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A Markdown table. Cells are Markdown: what comes from files goes through `markdownText` first.
  public var markdown: String {
    func line(_ cells: [String]) -> String {
      "|" + cells.map { $0.isEmpty ? " |" : " \($0) |" }.joined() + "\n"
    }
    let header = rows.first ?? []
    return line(header) + "|" + header.indices.map { leftColumns.contains($0) ? "---|" : "--:|" }.joined() + "\n"
      + rows.dropFirst().map(line).joined()
  }
}

extension TextTable {
  /// A Markdown table of cells that are plain text, names from files among them.
  public var plainMarkdown: String {
    TextTable(rows.map { $0.map(markdownText) }, leftColumns: leftColumns).markdown
  }
}

/// A text from a file, for Markdown: nothing in it marks up.
public func markdownText(_ text: String) -> String {
  text.reduce(into: "") { result, character in
    if "\\`*_[]<>#~&|".contains(character) { result.append("\\") }
    result.append(character)
  }
}

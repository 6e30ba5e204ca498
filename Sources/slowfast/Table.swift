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

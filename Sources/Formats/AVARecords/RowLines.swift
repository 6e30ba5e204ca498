/// On which lines of a file the rows of a table stood: one after the other, but for headers, blank lines and rows that
/// were passed over.
public struct RowLines: Equatable, Sendable {
  /// From each of these rows on, line minus row.
  private var rows: [Int] = []
  private var offsets: [Int] = []

  /// The line of a row, both counted as usual: lines from 1, rows from 0. A table that was not read from a file is
  /// taken for one without a header.
  public subscript(_ row: Int) -> Int {
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      if rows[middle] <= row { low = middle + 1 } else { high = middle }
    }
    return row + (low == 0 ? 1 : offsets[low - 1])
  }

  /// Notes the line of a row; rows come in their order.
  mutating func note(row: Int, line: Int) {
    let offset = line - row
    if offset == offsets.last ?? 1 { return }
    rows.append(row)
    offsets.append(offset)
  }

  /// Adds the lines of rows that follow.
  mutating func append(_ other: RowLines, rows count: Int, afterRows: Int, afterLines: Int) {
    if count == 0 { return }
    note(row: afterRows, line: afterLines + other[0])
    for index in other.rows.indices where other.rows[index] > 0 {
      note(row: afterRows + other.rows[index], line: afterLines + other.rows[index] + other.offsets[index])
    }
  }
}

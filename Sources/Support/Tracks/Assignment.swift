/// Pairs rows with columns so that the sum of the pairs' gains is as large as it can be.
///
/// A row or column without a partner gains nothing, and no pair is made whose gain is 0 or less. Jonker and Volgenant's
/// method: rows are taken in one after the other along a shortest augmenting path, found over reduced costs; at most
/// rows² x columns steps (with fewer rows than columns, else the other way round). Of equally good pairings always the
/// same one is found.
///
/// - Parameters:
///   - rows: How many rows there are.
///   - columns: How many columns there are.
///   - gain: Finite; asked once for each row and column.
/// - Returns: For each row its column; nil where it has none.
public func bestAssignment(rows: Int, columns: Int, gain: (_ row: Int, _ column: Int) -> Double) -> [Int?] {
  if rows > columns {
    var partners = [Int?](repeating: nil, count: rows)
    let transposed = bestAssignment(rows: columns, columns: rows) { gain($1, $0) }
    for (column, row) in transposed.enumerated() { if let row { partners[row] = column } }
    return partners
  }
  // No pair at all is as good as one that loses: what loses counts as nothing.
  let gains = (0..<rows * columns).map { max(gain($0 / columns, $0 % columns), 0) }
  var solver = AssignmentSolver(rows: rows, columns: columns, gains: gains)
  for row in 0..<rows where gains[(row * columns)..<(row + 1) * columns].contains(where: { $0 > 0 }) {
    solver.insert(row)
  }
  return (0..<rows).map { row in
    guard let column = solver.columnOf[row], gains[row * columns + column] > 0 else { return nil }
    return column
  }
}

/// The rows that have been taken in so far, paired at the least cost: cost is gain with the sign changed.
private struct AssignmentSolver {
  let rows: Int
  let columns: Int
  let gains: [Double]
  var columnOf: [Int?]
  private var rowOf: [Int?]
  /// The dual variables: cost - rowPrice - columnPrice is 0 for each pair and nowhere negative.
  private var rowPrice: [Double]
  private var columnPrice: [Double]

  init(rows: Int, columns: Int, gains: [Double]) {
    self.rows = rows
    self.columns = columns
    self.gains = gains
    columnOf = Array(repeating: nil, count: rows)
    rowOf = Array(repeating: nil, count: columns)
    rowPrice = Array(repeating: 0, count: rows)
    columnPrice = Array(repeating: 0, count: columns)
  }

  /// Pairs one more row; others may change their columns.
  mutating func insert(_ row: Int) {
    var distance = [Double](repeating: .infinity, count: columns)
    var rowBefore = [Int](repeating: row, count: columns)
    var open = Array(0..<columns)
    var closed: [Int] = []
    var reached = 0.0
    var next: Int? = row
    while let scanned = next {
      var (best, bestPlace) = (Double.infinity, 0)
      for (place, column) in open.enumerated() {
        let way = reached - gains[scanned * columns + column] - rowPrice[scanned] - columnPrice[column]
        if way < distance[column] {
          distance[column] = way
          rowBefore[column] = scanned
        }
        // Of columns at one distance a free one ends the search.
        if distance[column] < best || distance[column] == best && rowOf[column] == nil && rowOf[open[bestPlace]] != nil
        {
          (best, bestPlace) = (distance[column], place)
        }
      }
      reached = best
      let column = open.remove(at: bestPlace)
      closed.append(column)
      next = rowOf[column]
    }
    rowPrice[row] += reached
    for column in closed {
      if let paired = rowOf[column] { rowPrice[paired] += reached - distance[column] }
      columnPrice[column] -= reached - distance[column]
    }
    // The last closed column is free: each row on the way back to it moves one column on.
    var free: Int? = closed.last
    while let column = free {
      let mover = rowBefore[column]
      free = columnOf[mover]
      columnOf[mover] = column
      rowOf[column] = mover
    }
  }
}

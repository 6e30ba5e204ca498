internal import AVARecords
internal import Geometry

/// The best rows of a key frame, kept as the official evaluator keeps them.
///
/// A binary min-heap on (score, action id, y1, x1, y2, x2): when it is full, a row replaces the least one only if its
/// score is strictly greater. The order that the heap leaves decides between equal scores later, so the moves are
/// those of Python's `heapq`.
struct BestEntries {
  /// The rows that are kept, in the heap's order.
  private(set) var rows: [Int32] = []
  /// How many rows were left out that score as much as the least one kept.
  private(set) var tiedCount = 0
  private var scores: [Double] = []

  /// Chooses among the rows of a key frame.
  mutating func select(_ candidates: ArraySlice<Int32>, of table: DetectionTable, capacity: Int) {
    rows.removeAll(keepingCapacity: true)
    scores.removeAll(keepingCapacity: true)
    for row in candidates { offer(row, table, capacity) }
    tiedCount = 0
    guard candidates.count > rows.count, let least = scores.first else { return }
    let tied = candidates.count { table.scores[Int($0)] == least }
    tiedCount = tied - scores.count { $0 == least }
  }

  private mutating func offer(_ row: Int32, _ table: DetectionTable, _ capacity: Int) {
    let score = table.scores[Int(row)]
    if rows.count < capacity {
      rows.append(row)
      scores.append(score)
      rise(from: rows.count - 1, table)
    } else if let least = scores.first, score > least {
      (rows[0], scores[0]) = (row, score)
      sink(table)
    }
  }

  /// Moves the entry at `start` up until its parent is not greater.
  private mutating func rise(from start: Int, _ table: DetectionTable) {
    var place = start
    let (row, score) = (rows[start], scores[start])
    while place > 0 {
      let parent = (place - 1) / 2
      if !precedes(row, score, rows[parent], scores[parent], table) { break }
      move(from: parent, to: place)
      place = parent
    }
    (rows[place], scores[place]) = (row, score)
  }

  /// Moves the root down along the lesser children to a leaf, then up to where it belongs.
  private mutating func sink(_ table: DetectionTable) {
    let (row, score) = (rows[0], scores[0])
    var place = 0
    var child = 1
    while child < rows.count {
      let right = child + 1
      if right < rows.count, !precedes(rows[child], scores[child], rows[right], scores[right], table) { child = right }
      move(from: child, to: place)
      place = child
      child = 2 * place + 1
    }
    (rows[place], scores[place]) = (row, score)
    rise(from: place, table)
  }

  private mutating func move(from source: Int, to target: Int) {
    rows[target] = rows[source]
    scores[target] = scores[source]
  }

  private func precedes(_ a: Int32, _ aScore: Double, _ b: Int32, _ bScore: Double, _ table: DetectionTable) -> Bool {
    if aScore != bScore { return aScore < bScore }
    let (a, b) = (Int(a), Int(b))
    if table.actionIDs[a] != table.actionIDs[b] { return table.actionIDs[a] < table.actionIDs[b] }
    let (first, second) = (table.box(ofRow: a), table.box(ofRow: b))
    if first.y1 != second.y1 { return first.y1 < second.y1 }
    if first.x1 != second.x1 { return first.x1 < second.x1 }
    if first.y2 != second.y2 { return first.y2 < second.y2 }
    return first.x2 < second.x2
  }
}

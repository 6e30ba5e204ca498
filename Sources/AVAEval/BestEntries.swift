internal import AVARecords
internal import Geometry

/// The best rows of a key frame, kept as the official evaluator keeps them.
///
/// A binary min-heap on (score, action id, y1, x1, y2, x2): when it is full, a row replaces the least one only if its
/// score is strictly greater. The order that the heap leaves decides between equal scores later, so the moves are
/// those of Python's `heapq`.
struct BestEntries {
  private let capacity: Int
  private(set) var rows: [Int32] = []

  init(capacity: Int) {
    self.capacity = capacity
    rows.reserveCapacity(capacity)
  }

  mutating func removeAll() { rows.removeAll(keepingCapacity: true) }

  mutating func offer(_ row: Int32, of table: DetectionTable) {
    if rows.count < capacity {
      rows.append(row)
      rise(from: rows.count - 1, table)
    } else if table.scores[Int(row)] > table.scores[Int(rows[0])] {
      rows[0] = row
      sink(table)
    }
  }

  /// Moves the entry at `start` up until its parent is not greater.
  private mutating func rise(from start: Int, _ table: DetectionTable) {
    var place = start
    let row = rows[start]
    while place > 0 {
      let parent = (place - 1) / 2
      if !precedes(row, rows[parent], table) { break }
      rows[place] = rows[parent]
      place = parent
    }
    rows[place] = row
  }

  /// Moves the root down along the lesser children to a leaf, then up to where it belongs.
  private mutating func sink(_ table: DetectionTable) {
    let row = rows[0]
    var place = 0
    var child = 1
    while child < rows.count {
      if child + 1 < rows.count, !precedes(rows[child], rows[child + 1], table) { child += 1 }
      rows[place] = rows[child]
      place = child
      child = 2 * place + 1
    }
    rows[place] = row
    rise(from: place, table)
  }

  private func precedes(_ a: Int32, _ b: Int32, _ table: DetectionTable) -> Bool {
    let (a, b) = (Int(a), Int(b))
    if table.scores[a] != table.scores[b] { return table.scores[a] < table.scores[b] }
    if table.actionIDs[a] != table.actionIDs[b] { return table.actionIDs[a] < table.actionIDs[b] }
    let (first, second) = (table.box(ofRow: a), table.box(ofRow: b))
    if first.y1 != second.y1 { return first.y1 < second.y1 }
    if first.x1 != second.x1 { return first.x1 < second.x1 }
    if first.y2 != second.y2 { return first.y2 < second.y2 }
    return first.x2 < second.x2
  }
}

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
  private var heap: [HeapEntry] = []

  /// Chooses among the rows of a key frame.
  mutating func select(_ candidates: ArraySlice<Int32>, of table: DetectionTable, capacity: Int) {
    heap.removeAll(keepingCapacity: true)
    for row in candidates.prefix(capacity) { heap.append(HeapEntry(score: table.scores[Int(row)], row: row)) }
    var entries = heap.mutableSpan
    for place in entries.indices { rise(&entries, from: place, table) }
    if capacity > 0 {
      for row in candidates.dropFirst(capacity) {
        let score = table.scores[Int(row)]
        if score > entries[0].score {
          entries[0] = HeapEntry(score: score, row: row)
          sink(&entries, table)
        }
      }
    }
    rows.removeAll(keepingCapacity: true)
    for entry in heap { rows.append(entry.row) }
    tiedCount = 0
    guard candidates.count > heap.count, let least = heap.first?.score else { return }
    tiedCount = candidates.count { table.scores[Int($0)] == least } - heap.count { $0.score == least }
  }
}

private struct HeapEntry {
  let score: Double
  let row: Int32
}

/// Moves the entry at `start` up until its parent is not greater.
private func rise(_ heap: inout MutableSpan<HeapEntry>, from start: Int, _ table: DetectionTable) {
  var place = start
  let entry = heap[start]
  while place > 0 {
    let parent = (place - 1) / 2
    if !precedes(entry, heap[parent], table) { break }
    heap[place] = heap[parent]
    place = parent
  }
  heap[place] = entry
}

/// Moves the root down along the lesser children to a leaf, then up to where it belongs.
private func sink(_ heap: inout MutableSpan<HeapEntry>, _ table: DetectionTable) {
  let entry = heap[0]
  var place = 0
  var child = 1
  while child < heap.count {
    if child + 1 < heap.count, !precedes(heap[child], heap[child + 1], table) { child += 1 }
    heap[place] = heap[child]
    place = child
    child = 2 * place + 1
  }
  heap[place] = entry
  rise(&heap, from: place, table)
}

private func precedes(_ a: HeapEntry, _ b: HeapEntry, _ table: DetectionTable) -> Bool {
  a.score != b.score ? a.score < b.score : precedesInTie(Int(a.row), Int(b.row), table)
}

private func precedesInTie(_ a: Int, _ b: Int, _ table: DetectionTable) -> Bool {
  if table.actionIDs[a] != table.actionIDs[b] { return table.actionIDs[a] < table.actionIDs[b] }
  let (first, second) = (table.box(ofRow: a), table.box(ofRow: b))
  if first.y1 != second.y1 { return first.y1 < second.y1 }
  if first.x1 != second.x1 { return first.x1 < second.x1 }
  if first.y2 != second.y2 { return first.y2 < second.y2 }
  return first.x2 < second.x2
}

internal import AVARecords
internal import Datasets
internal import Geometry

/// The ground truth of one key frame, class by class, and which of it has been found.
struct FrameTruth {
  private var entries: [Entry] = []
  /// The entries by descending person id, as two of the public readers sort them.
  private var byPerson: [Entry] = []
  private var isTaken: [Bool] = []
  private var countOfClass: [Int32]
  private var threshold = 1.0

  private struct Entry {
    let row: Int32
    let position: Int32
    /// The place in the key frame's own order.
    let place: Int32
    let person: Double
    let box: UnitBox
  }

  init(classCount: Int) { countOfClass = Array(repeating: 0, count: classCount) }

  /// Whether the key frame has none of the label map's classes.
  var isEmpty: Bool { entries.isEmpty }

  /// Takes up another key frame.
  mutating func load(_ tables: AlignedTables, _ frame: Int) {
    threshold = tables.dataset.overlapThreshold
    for entry in entries { countOfClass[Int(entry.position)] = 0 }
    entries.removeAll(keepingCapacity: true)
    for row in tables.truthRows(of: frame) {
      let position = tables.classes[tables.groundTruth.actionIDs[Int(row)]]
      countOfClass[position] += 1
      entries.append(
        Entry(
          row: row, position: Int32(position), place: Int32(entries.count),
          person: tables.groundTruth.personIDs[Int(row)], box: tables.groundTruth.boxes[Int(row)]))
    }
    byPerson.removeAll(keepingCapacity: true)
    byPerson.append(contentsOf: entries)
    byPerson.sort { $0.person > $1.person }
  }

  /// Makes all boxes free again.
  mutating func forgetTaken() {
    isTaken.removeAll(keepingCapacity: true)
    isTaken.append(contentsOf: repeatElement(false, count: entries.count))
  }

  /// Whether there is ground truth of a class.
  func has(class position: Int) -> Bool { countOfClass[position] > 0 }

  /// Finds the box of a class that a detection overlaps most, the first of equals, and takes it if the overlap is at
  /// least the data set's threshold and nobody else has.
  ///
  /// - Returns: Its row, -1 where the detection misses.
  mutating func take(class position: Int, for box: UnitBox, byPerson isByPerson: Bool, isSingle: Bool) -> Int32 {
    guard box.isProper else { return -1 }
    let best = mostOverlapped(isByPerson ? byPerson : entries, position, box, isSingle)
    guard let entry = best.entry, best.overlap >= threshold, !isTaken[Int(entry.place)] else { return -1 }
    isTaken[Int(entry.place)] = true
    return entry.row
  }

  private func mostOverlapped(
    _ entries: [Entry], _ position: Int, _ box: UnitBox, _ isSingle: Bool
  ) -> (entry: Entry?, overlap: Double) {
    var best: (entry: Entry?, overlap: Double) = (nil, -1)
    for entry in entries where Int(entry.position) == position {
      let overlap = isSingle ? singleIntersectionOverUnion(box, entry.box) : intersectionOverUnion(box, entry.box)
      if overlap > best.overlap { best = (entry, overlap) }
    }
    return best
  }
}

/// Intersection over union as MMAction2 computes it: coordinates, their differences and areas in float32, the rest in
/// float64.
func singleIntersectionOverUnion(_ a: UnitBox, _ b: UnitBox) -> Double {
  let (ax1, ay1, ax2, ay2) = (Float(a.x1), Float(a.y1), Float(a.x2), Float(a.y2))
  let (bx1, by1, bx2, by2) = (Float(b.x1), Float(b.y1), Float(b.x2), Float(b.y2))
  let height = max(0, Double(min(ay2, by2) - max(ay1, by1)))
  let width = max(0, Double(min(ax2, bx2) - max(ax1, bx1)))
  let intersection = height * width
  if intersection == 0 { return 0 }
  let areas = (ay2 - ay1) * (ax2 - ax1) + (by2 - by1) * (bx2 - bx1)
  return intersection / (Double(areas) - intersection)
}

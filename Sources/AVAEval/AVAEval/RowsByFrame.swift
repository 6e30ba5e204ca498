internal import AVARecords

/// Where each action id stands in the label map.
struct ClassPositions {
  private let positions: [Int32]

  init(_ labelMap: LabelMap) {
    var positions = [Int32](repeating: -1, count: labelMap.largestID + 1)
    for (position, label) in labelMap.labels.enumerated() where label.id >= 0 { positions[label.id] = Int32(position) }
    self.positions = positions
  }

  /// The place of a class in the label map, -1 for an unknown one.
  subscript(_ actionID: Int32) -> Int {
    actionID >= 0 && Int(actionID) < positions.count ? Int(positions[Int(actionID)]) : -1
  }
}

/// The rows of known classes, frame by frame, each frame's in their order.
struct RowsByFrame {
  /// Frames that have rows, in the order of their first one.
  let order: [Int32]
  private let starts: [Int]
  private let rows: [Int32]

  /// - Parameters:
  ///   - frames: Each row's frame.
  ///   - numbering: What to call each of these frames; nil keeps their numbers.
  ///   - frameCount: How many numbers there are.
  ///   - classes: The classes that are known; nil takes every row.
  init(frames: [Int32], numbering: [Int32]?, frameCount: Int, actionIDs: [Int32], classes: ClassPositions?) {
    let numbering = numbering ?? (0..<Int32(frameCount)).map { $0 }
    func isKnown(_ row: Int) -> Bool { classes.map { $0[actionIDs[row]] >= 0 } ?? true }
    var starts = [Int](repeating: 0, count: frameCount + 1)
    var order: [Int32] = []
    for row in frames.indices where isKnown(row) {
      let frame = Int(numbering[Int(frames[row])])
      if starts[frame + 1] == 0 { order.append(Int32(frame)) }
      starts[frame + 1] += 1
    }
    for frame in 0..<frameCount { starts[frame + 1] += starts[frame] }
    var next = starts
    var rows = [Int32](repeating: 0, count: starts[frameCount])
    for row in frames.indices where isKnown(row) {
      let frame = Int(numbering[Int(frames[row])])
      rows[next[frame]] = Int32(row)
      next[frame] += 1
    }
    self.order = order
    self.starts = starts
    self.rows = rows
  }

  /// The rows of a frame.
  subscript(_ frame: Int) -> ArraySlice<Int32> { rows[starts[frame]..<starts[frame + 1]] }
}

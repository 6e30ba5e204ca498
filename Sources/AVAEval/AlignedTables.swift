internal import AVARecords
internal import Geometry

/// Detections and ground truth of the label map's classes, grouped by key frame and brought together.
struct AlignedTables {
  let detections: DetectionTable
  let groundTruth: GroundTruthTable
  /// Rows of each detection frame.
  let detectionRows: RowsByFrame
  /// Rows of each ground-truth frame.
  let truthRows: RowsByFrame
  /// The ground-truth frame of each detection frame, -1 where the ground truth never lists it.
  let truthFrames: [Int]
  /// The detection frame of each ground-truth frame, -1 where there are no detections.
  let detectionFrames: [Int]
  let isDetectionFrameExcluded: [Bool]
  let isTruthFrameExcluded: [Bool]
  let classes: ClassPositions
  let classCount: Int

  init(
    detections: DetectionTable, groundTruth: GroundTruthTable, labelMap: LabelMap, exclusions: Exclusions
  ) throws(EvaluationError) {
    try checkNumbers(detections)
    try checkNumbers(groundTruth)
    self.detections = detections
    self.groundTruth = groundTruth
    classes = ClassPositions(labelMap)
    classCount = labelMap.labels.count
    detectionRows = RowsByFrame(
      frames: detections.frames, frameCount: detections.frameIndex.frames.count, actionIDs: detections.actionIDs,
      classes: classes)
    truthRows = RowsByFrame(
      frames: groundTruth.frames, frameCount: groundTruth.frameIndex.frames.count, actionIDs: groundTruth.actionIDs,
      classes: classes)
    let truth = groundTruth.frameIndex
    let found = detections.frameIndex
    truthFrames = found.frames.map { truth.number(video: found.videos[$0.video], time: $0.time) ?? -1 }
    var detectionFrames = [Int](repeating: -1, count: truth.frames.count)
    for (frame, truthFrame) in truthFrames.enumerated() where truthFrame >= 0 { detectionFrames[truthFrame] = frame }
    self.detectionFrames = detectionFrames
    isDetectionFrameExcluded = found.frames.map {
      exclusions.contains(video: found.videos[$0.video], time: $0.time)
    }
    isTruthFrameExcluded = truth.frames.map { exclusions.contains(video: truth.videos[$0.video], time: $0.time) }
  }
}

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
  let order: [Int]
  private let starts: [Int]
  private let rows: [Int32]

  init(frames: [Int32], frameCount: Int, actionIDs: [Int32], classes: ClassPositions) {
    var starts = [Int](repeating: 0, count: frameCount + 1)
    var order: [Int] = []
    for row in frames.indices where classes[actionIDs[row]] >= 0 {
      let frame = Int(frames[row])
      if starts[frame + 1] == 0 { order.append(frame) }
      starts[frame + 1] += 1
    }
    for frame in 0..<frameCount { starts[frame + 1] += starts[frame] }
    var next = starts
    var rows = [Int32](repeating: 0, count: starts[frameCount])
    for row in frames.indices where classes[actionIDs[row]] >= 0 {
      let frame = Int(frames[row])
      rows[next[frame]] = Int32(row)
      next[frame] += 1
    }
    self.order = order
    self.starts = starts
    self.rows = rows
  }

  /// The rows of a frame.
  subscript(_ frame: Int) -> ArraySlice<Int32> { rows[starts[frame]..<starts[frame + 1]] }

  /// How many rows a frame has.
  func count(_ frame: Int) -> Int { starts[frame + 1] - starts[frame] }
}

private func checkNumbers(_ table: DetectionTable) throws(EvaluationError) {
  guard let row = table.scores.firstIndex(where: { !$0.isFinite }) ?? firstBadBox(table) else { return }
  throw .notANumber(
    table: "detections", row: row, frame: table.frameIndex.describe(frame: Int(table.frames[row])))
}

private func firstBadBox(_ table: DetectionTable) -> Int? {
  guard let box = table.boxes.firstIndex(where: { !isFinite($0) }) else { return nil }
  return table.boxNumbers.firstIndex { Int($0) == box }
}

private func checkNumbers(_ table: GroundTruthTable) throws(EvaluationError) {
  guard let row = table.boxes.firstIndex(where: { !isFinite($0) }) else { return }
  throw .notANumber(
    table: "ground truth", row: row, frame: table.frameIndex.describe(frame: Int(table.frames[row])))
}

private func isFinite(_ box: UnitBox) -> Bool {
  box.x1.isFinite && box.y1.isFinite && box.x2.isFinite && box.y2.isFinite
}

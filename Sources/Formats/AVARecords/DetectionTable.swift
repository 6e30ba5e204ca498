public import Geometry

/// Detections in the order of their rows, column by column.
///
/// A box that several rows in a row share is kept once. Each row takes 20 bytes, each kept box 32.
public struct DetectionTable: Sendable {
  /// The videos and key frames that the rows speak of.
  public internal(set) var frameIndex = FrameIndex()
  /// Each row's key frame, a number of `frameIndex`.
  public internal(set) var frames: [Int32] = []
  /// Each row's box, a number in `boxes`.
  public internal(set) var boxNumbers: [Int32] = []
  /// Each row's action, an id of the label map.
  public internal(set) var actionIDs: [Int32] = []
  /// Each row's score.
  public internal(set) var scores: [Double] = []
  /// The boxes that `boxNumbers` counts, in fractions of the frame.
  public internal(set) var boxes: [UnitBox] = []
  /// Where the rows stood in their file.
  public internal(set) var lines = RowLines()

  /// Makes a table without rows.
  public init() {}

  /// How many rows there are.
  public var count: Int { scores.count }

  /// The box of a row.
  public func box(ofRow row: Int) -> UnitBox { boxes[Int(boxNumbers[row])] }

  /// Adds a row.
  public mutating func append(video: String, time: Timestamp, box: UnitBox, actionID: Int, score: Double) {
    let frame = frameIndex.insert(video: video, time: time)
    keep(box: box, frame: frame)
    append(frame: frame, actionID: actionID, score: score)
  }

  /// Adds a row of a whole second.
  public mutating func append(video: String, second: Int, box: UnitBox, actionID: Int, score: Double) {
    append(video: video, time: Timestamp(second: second), box: box, actionID: actionID, score: score)
  }

  /// Adds a row on the last box.
  mutating func append(frame: Int, actionID: Int, score: Double, line: Int) {
    lines.note(row: count, line: line)
    append(frame: frame, actionID: actionID, score: score)
  }

  /// Keeps a box of a key frame, unless the last row has just that one.
  mutating func keep(box: UnitBox, frame: Int) {
    if boxes.last != box || frames.last != Int32(frame) { boxes.append(box) }
  }

  mutating func reserve(rows: Int) {
    frames.reserveCapacity(rows)
    boxNumbers.reserveCapacity(rows)
    actionIDs.reserveCapacity(rows)
    scores.reserveCapacity(rows)
  }

  private mutating func append(frame: Int, actionID: Int, score: Double) {
    frames.append(Int32(frame))
    boxNumbers.append(Int32(boxes.count - 1))
    actionIDs.append(Int32(actionID))
    scores.append(score)
  }
}

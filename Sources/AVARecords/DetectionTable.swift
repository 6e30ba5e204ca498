public import Geometry

/// Detections in the order of their rows, column by column.
///
/// A box that several rows in a row share is kept once. Each row takes 20 bytes, each kept box 32.
public struct DetectionTable: Sendable {
  /// The videos and key frames that the rows speak of.
  public private(set) var frameIndex = FrameIndex()
  /// Each row's key frame, a number of `frameIndex`.
  public private(set) var frames: [Int32] = []
  /// Each row's box, a number in `boxes`.
  public private(set) var boxNumbers: [Int32] = []
  /// Each row's action, an id of the label map.
  public private(set) var actionIDs: [Int32] = []
  public private(set) var scores: [Double] = []
  public private(set) var boxes: [UnitBox] = []

  public init() {}

  /// How many rows there are.
  public var count: Int { scores.count }

  /// The box of a row.
  public func box(ofRow row: Int) -> UnitBox { boxes[Int(boxNumbers[row])] }

  /// Adds a row.
  public mutating func append(video: String, time: Timestamp, box: UnitBox, actionID: Int, score: Double) {
    let frame = frameIndex.insert(video: video, time: time)
    if boxes.last != box || frames.last != Int32(frame) { boxes.append(box) }
    append(frame: frame, actionID: actionID, score: score)
  }

  /// Adds a row of a whole second.
  public mutating func append(video: String, second: Int, box: UnitBox, actionID: Int, score: Double) {
    append(video: video, time: Timestamp(second: second), box: box, actionID: actionID, score: score)
  }

  /// Rounds boxes and scores to a count of decimals, as writing and reading a text file does.
  ///
  /// MMAction2 scores its results after writing them with four decimals.
  public func rounded(decimals: Int) -> DetectionTable {
    var result = self
    for row in result.scores.indices {
      result.scores[row] = AVARecords.rounded(result.scores[row], decimals: decimals)
    }
    for index in result.boxes.indices {
      let box = result.boxes[index]
      result.boxes[index] = UnitBox(
        x1: AVARecords.rounded(box.x1, decimals: decimals), y1: AVARecords.rounded(box.y1, decimals: decimals),
        x2: AVARecords.rounded(box.x2, decimals: decimals), y2: AVARecords.rounded(box.y2, decimals: decimals))
    }
    return result
  }

  /// Adds a row on the last box.
  mutating func append(frame: Int, actionID: Int, score: Double) {
    frames.append(Int32(frame))
    boxNumbers.append(Int32(boxes.count - 1))
    actionIDs.append(Int32(actionID))
    scores.append(score)
  }

  mutating func keep(box: UnitBox) { boxes.append(box) }

  mutating func insertFrame(video: String, time: Timestamp) -> Int { frameIndex.insert(video: video, time: time) }
}

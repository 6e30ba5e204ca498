public import AVARecords
internal import Files
public import Geometry
internal import Tensors

/// What an ensemble found: boxes by video, second and place, with a score for each class.
public struct EnsembleResult: Sendable {
  /// The ids of the classes that become rows, ascending.
  public let classes: [Int]
  /// How many columns the scores have; class id c has column c - 1.
  public let columns: Int
  public private(set) var keyFrames: [KeyFrame] = []
  public private(set) var boxes: [UnitBox] = []
  /// [boxes, columns]; 0 in the columns of classes that no member scores, NaN for what the only source does not say.
  public private(set) var scores: [Float] = []

  init(classes: [Int], columns: Int) {
    self.classes = classes
    self.columns = columns
  }

  mutating func append(_ keyFrame: KeyFrame, _ box: UnitBox, _ scores: [Float]) {
    keyFrames.append(keyFrame)
    boxes.append(box)
    self.scores += scores
  }

  /// How many key frames have a box.
  public var keyFrameCount: Int { Set(keyFrames).count }

  /// One row a box and class that has a score, scores unrounded.
  public var table: DetectionTable {
    var table = DetectionTable()
    for (index, box) in boxes.enumerated() {
      for id in classes {
        let score = scores[index * columns + id - 1]
        if score.isNaN { continue }
        table.append(
          video: keyFrames[index].video, time: keyFrames[index].time, box: box, actionID: id, score: Double(score))
      }
    }
    return table
  }

  /// Writes the rows, boxes with four decimals and scores with six.
  ///
  /// - Throws: `FileError`.
  public func writeRows(to path: String) throws {
    let table = table
    let writer = try DetectionWriter(path: path, decimals: .submission(largestScore: table.scores.max() ?? 1))
    try writer.append(table)
    try writer.commit()
  }

  /// Writes the scores [boxes, columns] as a NumPy file, 0 for what is not known.
  ///
  /// - Throws: `FileError`.
  public func writeScores(to path: String) throws {
    try Tensor([boxes.count, columns], scores.map { $0.isNaN ? 0 : $0 }).writeNPY(path)
  }
}

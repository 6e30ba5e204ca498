public import AVARecords
internal import Geometry
public import Tensors

/// What a run found: the rows that are written and evaluated, and the scores of every class before rounding.
public struct Detections {
  /// One row per box and class of the label map, in the order of the run.
  public private(set) var table = DetectionTable()
  /// The key frames that have no scores.
  public internal(set) var damage = DamageReport()
  /// How many key frames were scored.
  public private(set) var keyFrameCount = 0
  private var rawScores: [Float] = []
  private let classes: Int
  private let labelMap: LabelMap

  /// - Parameters:
  ///   - classes: How many classes the network scores; class index c is action id c + 1.
  ///   - labelMap: The classes that become rows.
  public init(classes: Int, labelMap: LabelMap) {
    self.classes = classes
    self.labelMap = labelMap
  }

  /// Adds a key frame.
  ///
  /// Boxes are rounded to float32 and scores widened from it, as the reference's evaluation sees them.
  ///
  /// - Parameter scores: [boxes, classes].
  mutating func append(video: String, _ frame: ProposalList.FrameBoxes, _ scores: Tensor) {
    rawScores.append(contentsOf: scores.values)
    keyFrameCount += 1
    for (index, box) in frame.boxes.enumerated() {
      let rounded = UnitBox(
        x1: Double(Float(box.x1)), y1: Double(Float(box.y1)), x2: Double(Float(box.x2)), y2: Double(Float(box.y2)))
      for c in 0..<classes where labelMap.contains(c + 1) {
        table.append(
          video: video, time: frame.time, box: rounded, actionID: c + 1,
          score: Double(scores.values[index * classes + c]))
      }
    }
  }

  /// How many boxes were scored.
  public var boxCount: Int { rawScores.count / max(1, classes) }

  /// The scores before rounding: [boxes, classes], boxes in the order of the rows.
  public var scores: Tensor { Tensor([boxCount, classes], rawScores) }
}

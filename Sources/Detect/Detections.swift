public import AVARecords
internal import Geometry
internal import Imaging
internal import Inference
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

  /// Scores tasks: what `test` and `detect` do alike.
  ///
  /// - Parameters:
  ///   - stopsAtDamage: Whether the first damaged frame ends the run; else its key frames are passed over.
  ///   - isToStop: Asked after each step; true ends the run with what there is.
  ///   - progress: Called with the number of key frames done.
  ///   - each: Called with what was added.
  mutating func score(
    _ jobs: [VideoJob], with run: ClipRun, stopsAtDamage: Bool, isToStop: () -> Bool, progress: (Int) -> Void,
    each: (ScoredView) -> Void = { _ in }
  ) throws {
    try run.run(
      jobs,
      goesOn: {
        progress($0)
        return !isToStop()
      },
      damaged: { task, damage in
        if stopsAtDamage { throw damage }
        self.damage.append(task.keyFrame, cause: damage.cause)
      },
      each: {
        append($0)
        each($0)
      })
  }

  /// Adds a key frame.
  ///
  /// Boxes are rounded to float32 and scores widened from it, as the reference's evaluation sees them.
  private mutating func append(_ scored: ScoredView) {
    let (task, scores) = (scored.task, scored.scores)
    rawScores.append(contentsOf: scores.values)
    keyFrameCount += 1
    for (index, person) in (task.people ?? []).enumerated() {
      let box = person.box
      let rounded = UnitBox(
        x1: Double(Float(box.x1)), y1: Double(Float(box.y1)), x2: Double(Float(box.x2)), y2: Double(Float(box.y2)))
      for c in 0..<classes where labelMap.contains(c + 1) {
        table.append(
          video: task.keyFrame.video, time: task.keyFrame.time, box: rounded, actionID: c + 1,
          score: Double(scores.values[index * classes + c]))
      }
    }
  }

  /// How many boxes were scored.
  public var boxCount: Int { rawScores.count / max(1, classes) }

  /// The scores before rounding: [boxes, classes], boxes in the order of the rows.
  public var scores: Tensor { Tensor([boxCount, classes], rawScores) }
}

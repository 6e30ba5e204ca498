internal import AVAEval
internal import AVARecords
internal import Geometry

/// What is marked in a worst key frame: boxes with the rows that cost something, the most expensive ones first.
struct FrameMarks {
  /// People with actions that no detection found.
  private(set) var missed: [Mark] = []
  /// Boxes of detections that found nothing.
  private(set) var wrong: [Mark] = []
  /// People all of whose actions were found, or cost nothing.
  private(set) var found: [UnitBox] = []
  /// How many boxes are not marked for want of room.
  private(set) var omitted = (missed: 0, wrong: 0)

  /// A box and what is wrong with it.
  struct Mark {
    var box: UnitBox
    /// "1", "2" for ground truth, "A", "B" for detections.
    var name: String
    var rows: [Row] = []

    var loss: Double { rows.reduce(0) { $0 + $1.loss } }
  }

  struct Row {
    var action: String
    var kind: ErrorKind
    var loss: Double
    /// Nil for ground truth.
    var score: Double?
  }

  /// How many boxes of either kind are marked at most.
  static let limit = 8

  init(_ frame: FrameExplanation, _ tables: AlignedTables) {
    func action(_ position: Int) -> String { tables.labelMap.labels[position].name }
    for truth in frame.unfound {
      let row = Row(action: action(truth.classPosition), kind: truth.kind, loss: truth.loss)
      add(row, tables.groundTruth.boxes[truth.row], to: &missed)
    }
    for detection in frame.falseDetections {
      let row = Row(
        action: action(detection.classPosition), kind: detection.kind, loss: detection.loss,
        score: tables.detections.scores[detection.row])
      add(row, tables.detections.box(ofRow: detection.row), to: &wrong)
    }
    for row in tables.truthRows(of: frame.frame) {
      let box = tables.groundTruth.boxes[Int(row)]
      if !missed.contains(where: { $0.box == box }) && !found.contains(box) { found.append(box) }
    }
    omitted = (max(0, missed.count - Self.limit), max(0, wrong.count - Self.limit))
    missed = named(missed) { "\($0 + 1)" }
    wrong = named(wrong) { String(UnicodeScalar(UInt8(65 + $0))) }
  }

  private func add(_ row: Row, _ box: UnitBox, to marks: inout [Mark]) {
    if let place = marks.firstIndex(where: { $0.box == box }) {
      marks[place].rows.append(row)
    } else {
      marks.append(Mark(box: box, name: "", rows: [row]))
    }
  }

  private func named(_ marks: [Mark], _ name: (Int) -> String) -> [Mark] {
    let chosen = marks.sorted { $0.loss > $1.loss }.prefix(Self.limit)
    return chosen.enumerated().map { Mark(box: $1.box, name: name($0), rows: $1.rows) }
  }
}

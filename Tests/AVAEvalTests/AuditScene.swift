import AVAEval
import AVARecords
import Datasets
import Geometry
import Tensors

/// Three videos of people with known actions, and a good model's detections of them.
struct AuditScene {
  var truth = GroundTruthTable()
  var rows: [Row] = []
  let labels: LabelMap

  struct Row {
    var video: String
    var second: Double
    var box: UnitBox
    var id: Int
    var score: Double
  }

  /// Thirty ids of forty: places and ids differ.
  static let ids = (1...40).filter { $0 % 4 != 2 }

  init(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    labels = try LabelMap(Self.ids.map { .init(id: $0, name: "class \($0)") })
    for frame in 0..<90 {
      let (video, second) = ("v\(frame % 3)", 902 + frame / 3)
      for _ in 0..<2 {
        let (x, y) = (random.uniform(0.05, 0.6), random.uniform(0.05, 0.4))
        let person = UnitBox(x1: x, y1: y, x2: x + random.uniform(0.1, 0.3), y2: y + random.uniform(0.3, 0.5))
        let own = Self.ids.randomElement(using: &random) ?? 1
        truth.append(video: video, second: second, box: person, actionID: own)
        let shift = random.uniform(-0.01, 0.01)
        let near = UnitBox(x1: person.x1 + shift, y1: person.y1, x2: person.x2 + shift, y2: person.y2)
        for id in Self.ids {
          let score = id == own ? random.uniform(0.5, 1) : random.uniform(0, 0.5)
          rows.append(Row(video: video, second: Double(second), box: near, id: id, score: score))
        }
      }
    }
  }

  var table: DetectionTable {
    var table = DetectionTable()
    for row in rows {
      guard let time = Timestamp(seconds: row.second) else { continue }
      table.append(video: row.video, time: time, box: row.box, actionID: row.id, score: row.score)
    }
    return table
  }

  func tables(_ exclusions: ExcludedTimestamps = ExcludedTimestamps(), of other: DetectionTable? = nil) throws
    -> AlignedTables
  {
    try AlignedTables(
      detections: other ?? table, groundTruth: truth, labelMap: labels, exclusions: exclusions, dataset: .ava)
  }

  /// The findings but for full key frames, which sixty rows a key frame always give.
  func findings(_ exclusions: ExcludedTimestamps = ExcludedTimestamps()) throws -> [Finding] {
    audit(try tables(exclusions)).filter { $0.kind != .beyondCap }
  }

  func kinds() throws -> [Finding.Kind] { try findings().map(\.kind) }
}

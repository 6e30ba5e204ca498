import AVAEval
import AVARecords
import Datasets
import Geometry

/// A few rows of two videos, by the official protocol. Class 1: a miss 0.95, a miss 0.9, a hit 0.8 and two to find, AP
/// 1/3 * 1/2; class 20: a hit and two to find, AP 1/2; class 70: nothing.
struct Situation {
  private static let left = UnitBox(x1: 0, y1: 0, x2: 0.3, y2: 1)
  private static let right = UnitBox(x1: 0.5, y1: 0, x2: 0.8, y2: 1)

  var name = "stand"
  /// What the scores move by: another file of detections.
  var shift = 0.0

  private func tables() throws -> AlignedTables {
    var (found, truth) = (DetectionTable(), GroundTruthTable())
    truth.append(video: "v", second: 902, box: Self.left, actionID: 1)
    truth.append(video: "v", second: 903, box: Self.right, actionID: 1)
    truth.append(video: "w", second: 904, box: Self.right, actionID: 20)
    truth.append(video: "w", second: 904, box: Self.left, actionID: 20)
    found.append(video: "v", second: 902, box: Self.right, actionID: 1, score: 0.9)
    found.append(video: "v", second: 902, box: Self.left, actionID: 1, score: 0.8 + shift)
    found.append(video: "w", second: 904, box: Self.right, actionID: 1, score: 0.95 - shift)
    found.append(video: "w", second: 904, box: Self.right, actionID: 20, score: 0.6)
    let labels = try LabelMap([.init(id: 1, name: name), .init(id: 20, name: "read"), .init(id: 70, name: "talk to")])
    return try AlignedTables(detections: found, groundTruth: truth, labelMap: labels, dataset: .ava)
  }

  /// The tables with what became of their rows.
  func matched() throws -> (tables: AlignedTables, outcomes: ProtocolOutcomes) {
    let tables = try tables()
    return (tables, match(tables, rules: [.official])[0])
  }
}

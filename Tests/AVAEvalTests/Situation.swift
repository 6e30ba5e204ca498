import AVAEval
import AVARecords
import Datasets
import Geometry
import Testing

/// A handful of rows written by hand, of classes 1, 20 and 70: one of each of AVA's groups.
struct Situation {
  var found = DetectionTable()
  var truth = GroundTruthTable()

  static let labels = [1, 20, 70]

  /// The full height of the frame from one x to another.
  static func strip(_ x1: Double, _ x2: Double) -> UnitBox { UnitBox(x1: x1, y1: 0, x2: x2, y2: 1) }

  mutating func detect(
    _ box: UnitBox, _ id: Int, _ score: Double, video: String = "v", second: Int = 902
  ) {
    found.append(video: video, second: second, box: box, actionID: id, score: score)
  }

  mutating func label(_ box: UnitBox, _ id: Int, video: String = "v", second: Int = 902) {
    truth.append(video: video, second: second, box: box, actionID: id)
  }

  func matched(_ rules: EvaluationRules = .official) throws -> (AlignedTables, ProtocolOutcomes) {
    let labels = try LabelMap(Self.labels.map { .init(id: $0, name: "class \($0)") })
    let tables = try AlignedTables(detections: found, groundTruth: truth, labelMap: labels, dataset: .ava)
    return (tables, match(tables, rules: [rules])[0])
  }

  func diagnosis(ofClass position: Int, _ rules: EvaluationRules = .official) throws -> ClassDiagnosis {
    let (tables, outcomes) = try matched(rules)
    return ClassDiagnosis(tables, outcomes.classes[position], rules: rules)
  }

  func explanation(
    _ rules: EvaluationRules = .official, _ change: (inout ExplanationOptions) -> Void = { _ in }
  ) throws -> Explanation {
    let (tables, outcomes) = try matched(rules)
    var options = ExplanationOptions()
    change(&options)
    return explain(tables, outcomes, options: options)
  }

  /// Class 1: background 0.9, a hit 0.8, somebody who does something else 0.7, a hit 0.6; three to find.
  static var ranking: Situation {
    var scene = Situation()
    scene.label(strip(0, 0.3), 1)
    scene.label(strip(0.5, 0.8), 1, second: 903)
    scene.label(strip(0.5, 0.8), 1, second: 904)
    scene.label(strip(0, 0.3), 20, second: 903)
    scene.detect(strip(0.9, 1), 1, 0.9)
    scene.detect(strip(0, 0.3), 1, 0.8)
    scene.detect(strip(0, 0.3), 1, 0.7, second: 903)
    scene.detect(strip(0.5, 0.8), 1, 0.6, second: 903)
    return scene
  }
}

/// Asks two numbers to be the same but for rounding.
func expectNear(
  _ found: Double?, _ expected: Double?, _ about: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  let isNear = found == expected || found.map { a in expected.map { abs(a - $0) < 1e-12 } ?? false } ?? false
  #expect(
    isNear, "\(String(describing: found)), expected \(String(describing: expected)) \(about)",
    sourceLocation: sourceLocation)
}

import AVAEval
import AVARecords
import Datasets
import Foundation
import TestSupport
import Testing

/// A small case and its numbers by an evaluator of our own in plain Python: see the README beside them.
@Test("The three protocols: equal to 1e-12 for every class and mAP")
func agreesWithThePlainEvaluator() throws {
  struct Numbers: Decodable {
    let mAP: Double
    let classes: [String: Double?]

    enum CodingKeys: String, CodingKey {
      case mAP
      case classes = "AP"
    }
  }
  let folder = projectRoot + "/Tests/Fixtures/AVAEval/"
  let json = try Data(contentsOf: URL(fileURLWithPath: folder + "expected.json"))
  let expected = try JSONDecoder().decode([String: Numbers].self, from: json)
  let found = try evaluate(
    detections: try DetectionTable.read(path: folder + "detections.csv").table,
    groundTruth: try GroundTruthTable.read(path: folder + "groundtruth.csv").table,
    labelMap: try LabelMap.read(path: folder + "labelmap.pbtxt"),
    exclusions: try ExcludedTimestamps.read(path: folder + "excluded.csv"), dataset: .ava, rules: EvaluationRules.all)
  #expect(found.map(\.rules.name).sorted() == expected.keys.sorted())
  for evaluation in found {
    let wanted = try #require(expected[evaluation.rules.name])
    #expect(abs(try #require(evaluation.mAP) - wanted.mAP) < 1e-12, "\(evaluation.rules.name)")
    #expect(evaluation.perClass.count == wanted.classes.count)
    for result in evaluation.perClass {
      let value = try #require(wanted.classes[String(result.id)], "\(result.name)")
      #expect((result.ap == nil) == (value == nil), "\(evaluation.rules.name): \(result.name)")
      #expect(abs((result.ap ?? 0) - (value ?? 0)) < 1e-12, "\(evaluation.rules.name): \(result.name)")
    }
  }
}

import AVAEval
import AVARecords
import Datasets
import Foundation
import TestSupport
import Testing

/// The public evaluators' own numbers, where the shared folder stands beside the project.
@Suite(.enabled(if: sharedFolder != nil, "needs ../shared/golden"))
struct GoldenTests {
  private let shared = sharedFolder ?? ""

  private func evaluations(_ name: String) throws -> (found: [Evaluation], expected: [String: [String: Double?]]) {
    let folder = shared + "/golden/evaluator/\(name)/"
    let json = try Data(contentsOf: URL(fileURLWithPath: folder + "expected.json"))
    let found = try evaluate(
      detections: try DetectionTable.read(path: folder + "detections.csv").table,
      groundTruth: try GroundTruthTable.read(path: folder + "groundtruth.csv").table,
      labelMap: try LabelMap.read(path: folder + "labelmap.pbtxt"),
      exclusions: try ExcludedTimestamps.read(path: folder + "excluded.csv"), dataset: .ava, rules: EvaluationRules.all)
    return (found, try JSONDecoder().decode([String: [String: Double?]].self, from: json))
  }

  @Test("Distinct scores: equal to 1e-9 for every class and mAP")
  func uniqueScores() throws {
    let (found, expected) = try evaluations("unique_scores")
    for evaluation in found {
      let wanted = try #require(expected[evaluation.rules.name])
      expectClose(evaluation.mAP, mean(wanted), evaluation.rules.name)
      if evaluation.rules == .mmaction2 {
        for group in ActionDataset.ava.groups {
          expectClose(evaluation.mAP(of: group), wanted[group.name] ?? nil, group.name)
        }
        continue
      }
      for result in evaluation.perClass {
        let value = try #require(wanted["AP/" + result.name], "\(result.name)")
        expectClose(result.ap, value, "\(evaluation.rules.name): \(result.name)")
      }
    }
  }

  @Test("Tied scores: the public numbers and ours lie inside the interval")
  func tiedScores() throws {
    let (found, expected) = try evaluations("tied_scores")
    for evaluation in found {
      let wanted = try #require(expected[evaluation.rules.name])
      let interval = try #require(evaluation.mAPInterval)
      #expect(try interval.contains(#require(mean(wanted))), "\(evaluation.rules.name)")
      #expect(try interval.contains(#require(evaluation.mAP)), "\(evaluation.rules.name)")
      for result in evaluation.perClass {
        guard let value = wanted["AP/" + result.name] else { continue }
        expectInside(value, result)
      }
    }
  }

  @Test("A real model's detections have the official evaluator's result")
  func realDetections() throws {
    let result = try evaluate(
      detections: try DetectionTable.read(path: shared + "/data/detections/leaderj1001_1j20qq1JyX4.csv").table,
      groundTruth: try GroundTruthTable.read(
        path: shared + "/data/ava/ava_val_v2.2_1j20qq1JyX4_0902-1111.csv"
      ).table,
      labelMap: try LabelMap.read(
        path: projectRoot + "/annotations/ava_action_list_v2.2_for_activitynet_2019.pbtxt"), dataset: .ava,
      rules: .official)
    let text = try String(contentsOfFile: shared + "/data/detections/leaderj1001_reference_ap.txt", encoding: .utf8)
    for label in result.perClass {
      let start = try #require(text.range(of: "AP@0.5IOU/\(label.name)': "), "\(label.name)")
      let value = text[start.upperBound...].prefix { $0.isNumber || ".-nae".contains($0) }
      expectInside(value == "nan" ? nil : Double(value), label)
    }
    let interval = try #require(result.mAPInterval)
    let start = try #require(text.range(of: "mAP@0.5IOU': "))
    let mean = try #require(Double(text[start.upperBound...].prefix { $0.isNumber || $0 == "." }))
    #expect(interval.contains(mean))
  }

  @Test(
    "PySlowFast's detections on real frames have its mAP",
    arguments: ["short128", "short160_flip", "short128_thresh90_bgr", "short112_torchproc"])
  func pipeline(variant: String) throws {
    let folder = shared + "/golden/pipeline/basketball/"
    let json = try JSONSerialization.jsonObject(
      with: try Data(contentsOf: URL(fileURLWithPath: folder + "expected.json")))
    let variants = (json as? [String: Any])?["variants"] as? [String: [String: Any]]
    let mean = try #require(variants?[variant]?["mAP_from_csv"] as? Double)
    let result = try evaluate(
      detections: try DetectionTable.read(path: folder + "\(variant)_detections.csv").table,
      groundTruth: try GroundTruthTable.read(path: folder + "annotations/groundtruth.csv").table,
      labelMap: try LabelMap.read(
        path: projectRoot + "/annotations/ava_action_list_v2.2_for_activitynet_2019.pbtxt"), dataset: .ava,
      rules: .pyslowfast)
    let interval = try #require(result.mAPInterval)
    #expect(interval.lowerBound - 1e-12 <= mean && mean <= interval.upperBound + 1e-12, "\(variant)")
  }

  private func mean(_ wanted: [String: Double?]) -> Double? { (wanted["mAP"] ?? wanted["overall"]) ?? nil }

  private func expectClose(_ found: Double?, _ expected: Double?, _ about: String) {
    #expect((found == nil) == (expected == nil), "\(about)")
    if let found, let expected { #expect(abs(found - expected) < 1e-9, "\(about)") }
  }

  private func expectInside(_ value: Double?, _ result: ClassResult) {
    #expect((value == nil) == (result.ap == nil), "\(result.name)")
    guard let value, let ap = result.ap, let interval = result.apInterval else { return }
    #expect(interval.lowerBound - 1e-12 <= value && value <= interval.upperBound + 1e-12, "\(result.name)")
    #expect(interval.contains(ap), "\(result.name)")
  }
}

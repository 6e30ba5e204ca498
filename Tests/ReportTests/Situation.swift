import AVAEval
import AVARecords
import Datasets
import Geometry
import Report
import Statistics

/// A few rows of two videos: a hit, a wrong class, a missed person, a detection of nobody.
struct Situation {
  var names = [1: "stand", 20: "read", 70: "talk to"]
  var video = "v"
  var resampling: Resampling?
  var options = ExplanationOptions()
  var images: KeyFrameImages?
  /// A class with a person to find and no detection.
  var silentClass: Int?
  /// Whether it has one, beyond the 50 that count.
  var silentClassIsCrowdedOut = false
  /// What every score is multiplied by.
  var scale = 1.0

  static let left = UnitBox(x1: 0, y1: 0, x2: 0.3, y2: 1)
  static let right = UnitBox(x1: 0.5, y1: 0, x2: 0.8, y2: 1)

  func tables(shift: Double = 0) throws -> AlignedTables {
    var (found, truth) = (DetectionTable(), GroundTruthTable())
    truth.append(video: video, second: 902, box: Self.left, actionID: 1)
    truth.append(video: video, second: 903, box: Self.right, actionID: 1)
    truth.append(video: "w", second: 904, box: Self.right, actionID: 20)
    truth.append(video: "w", second: 904, box: Self.left, actionID: 20)
    found.append(video: video, second: 902, box: Self.right, actionID: 1, score: scale * 0.9)
    found.append(video: video, second: 902, box: Self.left, actionID: 1, score: scale * (0.8 + shift))
    found.append(video: "w", second: 904, box: Self.right, actionID: 1, score: scale * (0.95 - shift))
    found.append(video: "w", second: 904, box: Self.right, actionID: 20, score: scale * 0.6)
    if let silentClass { truth.append(video: "w", second: 904, box: Self.right, actionID: silentClass) }
    if let silentClass, silentClassIsCrowdedOut {
      for _ in 0..<50 { found.append(video: "w", second: 904, box: Self.left, actionID: 1, score: 0.5) }
      found.append(video: "w", second: 904, box: Self.right, actionID: silentClass, score: 0.4)
    }
    let labels = try LabelMap(names.sorted { $0.key < $1.key }.map { .init(id: $0.key, name: $0.value) })
    return try AlignedTables(detections: found, groundTruth: truth, labelMap: labels, dataset: .ava)
  }

  func report(detections: String = "found.csv") throws -> String {
    let tables = try tables()
    let outcomes = match(tables, rules: EvaluationRules.all)
    return EvaluationReport(
      detections: detections, files: ReportFiles(groundTruth: "truth.csv", labelMap: "labels.pbtxt"), tables: tables,
      evaluations: outcomes.map { evaluate($0) },
      bootstraps: resampling.map { resampling in outcomes.map { bootstrap(tables, $0, resampling) } } ?? [],
      explanation: explain(tables, outcomes[0], options: options), findings: audit(tables), images: images
    ).html
  }

  func comparison(a: String = "a.csv", b: String = "b.csv") throws -> String {
    let (first, second) = (try tables(), try tables(shift: 0.12))
    let outcomes = (match(first, rules: EvaluationRules.all), match(second, rules: EvaluationRules.all))
    let comparisons = outcomes.0.indices.map { compare((first, outcomes.0[$0]), (second, outcomes.1[$0])) }
    return ComparisonPage(
      a: a, b: b, files: ReportFiles(groundTruth: "truth.csv", labelMap: "labels.pbtxt", exclusions: "out.csv"),
      comparisons: comparisons, findings: (audit(first), [])
    ).html
  }
}

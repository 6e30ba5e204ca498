import AVAEval
import AVARecords
import Datasets
import Geometry
import Testing

/// What the three protocols do with frames and classes that do not meet.
@Suite struct ProtocolRuleTests {
  private let unit = box(0, 0, 1, 1)
  private let labels = try? LabelMap([.init(id: 1, name: "a"), .init(id: 2, name: "b")])

  /// One key frame of class 1, found; a second one listed without an action; a detection there and one in a third,
  /// unlisted one, both ranking above the true one.
  private func tables() -> (DetectionTable, GroundTruthTable) {
    var truth = GroundTruthTable()
    truth.append(video: "v", second: 902, box: unit, actionID: 1)
    truth.list(video: "v", time: Timestamp(second: 903))
    truth.append(video: "v", second: 905, box: unit, actionID: 2)
    var found = DetectionTable()
    found.append(video: "v", second: 902, box: unit, actionID: 1, score: 0.5)
    found.append(video: "v", second: 903, box: unit, actionID: 1, score: 0.6)
    found.append(video: "v", second: 904, box: unit, actionID: 1, score: 0.7)
    return (found, truth)
  }

  @Test(
    "Detections in frames without ground truth",
    arguments: [(EvaluationRules.official, 0.5), (.pyslowfast, 1.0 / 3), (.mmaction2, 1.0)])
  func framesWithoutTruth(_ rules: EvaluationRules, _ ap: Double) throws {
    let (found, truth) = tables()
    let result = try evaluate(
      detections: found, groundTruth: truth, labelMap: try #require(labels), dataset: .ava, rules: rules)
    #expect(result.perClass[0].ap == ap)
    #expect(result.counts.ignoredRows == (rules == .official ? 1 : rules == .mmaction2 ? 2 : 0))
  }

  @Test("A class that nobody detected is 0, and leaves MMAction2's mean")
  func undetected() throws {
    let (found, truth) = tables()
    let labels = try #require(labels)
    let results = try evaluate(
      detections: found, groundTruth: truth, labelMap: labels, dataset: .ava, rules: EvaluationRules.all)
    let (scores, means): ([Double?], [Double?]) = ([0, 0, nil], [0.25, 1.0 / 6, 1])
    #expect(results.map { $0.perClass[1].ap } == scores)
    #expect(results.map(\.mAP) == means)
  }

  @Test("Excluded frames: unknown to the official rules; MMAction2 still counts their truth")
  func exclusions() throws {
    var (found, truth) = tables()
    truth.append(video: "v", second: 1000, box: unit, actionID: 1)
    found.append(video: "v", second: 1000, box: unit, actionID: 1, score: 0.9)
    var excluded = ExcludedTimestamps()
    excluded.insert(video: "v", time: Timestamp(second: 1000))
    let results = try evaluate(
      detections: found, groundTruth: truth, labelMap: try #require(labels), exclusions: excluded, dataset: .ava,
      rules: EvaluationRules.all)
    #expect(results.map { $0.perClass[0].groundTruthCount } == [2, 1, 2])
    #expect(results.map(\.counts.excludedRows) == [0, 1, 1])
    #expect(results[1].perClass[0].ap == 1.0 / 3)
    #expect(results[2].perClass[0].ap == 0.5)
  }

  @Test("Ground truth of an unknown class lists its frame; its rows are not scored")
  func unknownClasses() throws {
    var (found, truth) = tables()
    truth.append(video: "v", second: 904, box: unit, actionID: 77)
    found.append(video: "v", second: 902, box: unit, actionID: 78, score: 0.99)
    let labels = try #require(labels)
    let result = try evaluate(detections: found, groundTruth: truth, labelMap: labels, dataset: .ava, rules: .official)
    #expect(result.perClass[0].ap == 1.0 / 3 && result.counts.scoredRows == 3)
    let tables = try AlignedTables(detections: found, groundTruth: truth, labelMap: labels, dataset: .ava)
    let unknown = AVAEval.audit(tables).filter { [.unknownClasses, .unknownTruthClasses].contains($0.kind) }
    #expect(unknown.map(\.examples) == [["78 (1 row)"], ["77 (1 row)"]])
    let audit = FrameAudit(tables)
    #expect(audit.groundTruthFrames == 2 && audit.detectionFrames == 3)
    #expect(audit.framesOnlyInDetections.isEmpty && audit.framesOnlyInGroundTruth == ["v,0905"])
  }

  @Test("The audit names frames and videos that only one side has")
  func audit() throws {
    var (found, truth) = tables()
    found.append(video: "w", second: 1, box: unit, actionID: 1, score: 1)
    truth.append(video: "x", second: 1, box: unit, actionID: 1)
    let audit = FrameAudit(
      try AlignedTables(detections: found, groundTruth: truth, labelMap: try #require(labels), dataset: .ava))
    #expect(audit.framesOnlyInDetections == ["v,0904", "w,0001"])
    #expect(audit.framesOnlyInGroundTruth == ["v,0905", "x,0001"])
    #expect(audit.videosOnlyInDetections == ["w"] && audit.videosOnlyInGroundTruth == ["x"])
  }

  @Test("Nothing detected, nothing known")
  func degenerate() throws {
    let (found, truth) = tables()
    let labels = try #require(labels)
    for rules in EvaluationRules.all {
      let undetected = try evaluate(
        detections: DetectionTable(), groundTruth: truth, labelMap: labels, dataset: .ava, rules: rules)
      #expect(undetected.mAP == (rules == .mmaction2 ? nil : 0))
      let unknown = try evaluate(
        detections: found, groundTruth: GroundTruthTable(), labelMap: labels, dataset: .ava, rules: rules)
      #expect(unknown.mAP == nil && unknown.mAPInterval == nil)
      #expect(unknown.perClass.allSatisfy { $0.ap == nil })
      let nothing = try evaluate(
        detections: DetectionTable(), groundTruth: GroundTruthTable(), labelMap: labels, dataset: .ava, rules: rules)
      #expect(nothing.mAP == nil)
    }
  }

  @Test("NaN in a table is an error that names the row", arguments: [Double.nan, .infinity])
  func notANumber(_ value: Double) throws {
    var (found, truth) = tables()
    let labels = try #require(labels)
    found.append(video: "v", second: 950, box: unit, actionID: 1, score: value)
    let error = #expect(throws: EvaluationError.self) {
      try evaluate(detections: found, groundTruth: truth, labelMap: labels, dataset: .ava, rules: .pyslowfast)
    }
    #expect(error == .notANumber(table: "detections", row: 3, frame: "v,0950"))
    truth.append(video: "v", second: 951, box: box(0, 0, value, 1), actionID: 1)
    #expect(throws: EvaluationError.notANumber(table: "ground truth", row: 2, frame: "v,0951")) {
      try evaluate(detections: DetectionTable(), groundTruth: truth, labelMap: labels, dataset: .ava, rules: .official)
    }
  }
}

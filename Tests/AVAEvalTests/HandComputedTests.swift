import AVAEval
import AVARecords
import Datasets
import Geometry
import Testing

/// A box from AVA's evaluators' own order of corners.
func box(_ y1: Double, _ x1: Double, _ y2: Double, _ x2: Double) -> UnitBox { UnitBox(x1: x1, y1: y1, x2: x2, y2: y2) }

@Suite struct HandComputedTests {
  private let labels = try? LabelMap([.init(id: 1, name: "a"), .init(id: 3, name: "c"), .init(id: 4, name: "d")])

  private func evaluation(
    _ detections: [(UnitBox, Int, Double)], truth: [(UnitBox, Int)], _ rules: EvaluationRules
  ) throws -> Evaluation {
    var found = DetectionTable()
    for (box, id, score) in detections { found.append(video: "v", second: 902, box: box, actionID: id, score: score) }
    var known = GroundTruthTable()
    for (box, id) in truth { known.append(video: "v", second: 902, box: box, actionID: id) }
    return try evaluate(
      detections: found, groundTruth: known, labelMap: try #require(labels), dataset: .ava, rules: rules)
  }

  /// The example of three videos, to the last bit.
  private static var sorted: EvaluationRules {
    var rules = EvaluationRules.pyslowfast
    rules.matchingOrder = .descendingScore
    return rules
  }

  @Test(
    "The worked example comes out to the last bit",
    arguments: [
      (EvaluationRules.pyslowfast, 0.26666666666666666, 0.8333333333333333, 0.55),
      (sorted, 0.3333333333333333, 0.8333333333333333, 0.5833333333333333),
      (.official, 0.3333333333333333, 1.0, 0.6666666666666666),
    ])
  func workedExample(_ rules: EvaluationRules, _ a: Double, _ c: Double, _ mean: Double) throws {
    var truth = GroundTruthTable()
    truth.append(video: "v1", second: 902, box: box(0.1, 0.1, 0.5, 0.5), actionID: 1)
    truth.append(video: "v1", second: 902, box: box(0.2, 0.6, 0.7, 0.9), actionID: 3)
    truth.append(video: "v1", second: 903, box: box(0.1, 0.1, 0.5, 0.5), actionID: 1)
    truth.append(video: "v1", second: 903, box: box(0.1, 0.1, 0.5, 0.5), actionID: 3)
    truth.append(video: "v2", second: 902, box: box(0, 0, 0.4, 0.4), actionID: 1)
    var found = DetectionTable()
    found.append(video: "v1", second: 902, box: box(0.12, 0.1, 0.5, 0.5), actionID: 1, score: 0.3)
    found.append(video: "v1", second: 902, box: box(0.1, 0.1, 0.5, 0.48), actionID: 1, score: 0.8)
    found.append(video: "v1", second: 902, box: box(0.2, 0.6, 0.7, 0.88), actionID: 3, score: 0.9)
    found.append(video: "v1", second: 903, box: box(0.1, 0.1, 0.5, 0.3), actionID: 1, score: 0.95)
    found.append(video: "v1", second: 903, box: box(0.1, 0.12, 0.5, 0.5), actionID: 3, score: 0.2)
    found.append(video: "v2", second: 902, box: box(0, 0, 0.4, 0.38), actionID: 1, score: 0.6)
    found.append(video: "v2", second: 902, box: box(0.5, 0.5, 0.9, 0.9), actionID: 1, score: 0.7)
    found.append(video: "v3", second: 1000, box: box(0.1, 0.1, 0.2, 0.2), actionID: 3, score: 0.5)
    let result = try evaluate(
      detections: found, groundTruth: truth, labelMap: try #require(labels), dataset: .ava, rules: rules)
    #expect(result.perClass.map(\.ap) == [a, c, nil])
    // The published mean is printed with fewer digits than the classes.
    #expect(abs(try #require(result.mAP) - mean) < 2e-16)
    #expect(result.mAPInterval == result.mAP.map { $0...$0 })
    #expect(result.perClass.map(\.groundTruthCount) == [3, 2, 0])
  }

  private static let unit = box(0, 0, 1, 1)

  @Test("An IoU of exactly 0.5 is a match", arguments: EvaluationRules.all)
  func exactHalf(_ rules: EvaluationRules) throws {
    let result = try evaluation([(box(0, 0, 1, 0.5), 1, 0.9)], truth: [(Self.unit, 1)], rules)
    #expect(result.perClass[0].ap == 1)
  }

  @Test("Both detections take the first of two equal boxes", arguments: EvaluationRules.all)
  func equalTruth(_ rules: EvaluationRules) throws {
    let result = try evaluation(
      [(Self.unit, 1, 0.9), (Self.unit, 1, 0.8)], truth: [(Self.unit, 1), (Self.unit, 1)], rules)
    #expect(result.perClass[0].ap == 0.5)
    #expect(result.perClass[0].truePositiveCount == 1)
  }

  @Test("The second-best box is never tried", arguments: EvaluationRules.all)
  func secondBest(_ rules: EvaluationRules) throws {
    let result = try evaluation(
      [(box(0, 0, 1, 0.98), 1, 0.9), (box(0, 0, 1, 0.97), 1, 0.8)],
      truth: [(Self.unit, 1), (box(0, 0, 1, 0.9), 1)], rules)
    #expect(result.perClass[0].ap == 0.5)
  }

  @Test("A box without area disappears, or is a false positive under MMAction2's rules")
  func zeroArea() throws {
    let rows = [(box(0, 0.5, 1, 0.5), 1, 0.95), (Self.unit, 1, 0.9), (box(0, 0.9, 1, 0.1), 1, 0.99)]
    for rules in [EvaluationRules.official, .pyslowfast] {
      let result = try evaluation(rows, truth: [(Self.unit, 1)], rules)
      #expect(result.perClass[0].ap == 1 && result.counts.rowsWithoutArea == 2)
    }
    let result = try evaluation(rows, truth: [(Self.unit, 1)], .mmaction2)
    #expect(result.perClass[0].ap == 1.0 / 3 && result.counts.rowsWithoutArea == 0)
  }

  @Test("Ground truth without area is never found but counts", arguments: EvaluationRules.all)
  func zeroAreaTruth(_ rules: EvaluationRules) throws {
    let flat = box(0, 0.5, 1, 0.5)
    let result = try evaluation([(flat, 1, 0.9), (Self.unit, 1, 0.8)], truth: [(flat, 1)], rules)
    #expect(result.perClass[0].ap == 0)
  }

  @Test("The official cap keeps 50 rows; one that ties with the least is dropped, a better one replaces it")
  func cap() throws {
    let far = (0..<50).map { _ in (box(0, 0, 0.1, 0.1), 3, 0.5) }
    let tied = try evaluation(far + [(Self.unit, 1, 0.5)], truth: [(Self.unit, 1)], .official)
    #expect(tied.perClass[0].ap == 0 && tied.counts.rowsBeyondCap == 1)
    let better = try evaluation(far + [(Self.unit, 1, 0.51)], truth: [(Self.unit, 1)], .official)
    #expect(better.perClass[0].ap == 1 && better.perClass[1].detectionCount == 49)
    #expect(try evaluation(far + [(Self.unit, 1, 0.5)], truth: [(Self.unit, 1)], .pyslowfast).perClass[0].ap == 1)
  }

  @Test("Of equal scores the later one ranks first, and the interval spans both orders")
  func tieOrder() throws {
    let miss = (box(0, 0, 0.1, 0.1), 1, 0.5)
    let hit = (Self.unit, 1, 0.5)
    let hitFirst = try evaluation([hit, miss], truth: [(Self.unit, 1)], .pyslowfast)
    #expect(hitFirst.perClass[0].ap == 0.5 && hitFirst.perClass[0].apInterval == 0.5...1)
    let missFirst = try evaluation([miss, hit], truth: [(Self.unit, 1)], .pyslowfast)
    #expect(missFirst.perClass[0].ap == 1 && missFirst.perClass[0].apInterval == 0.5...1)
  }

  @Test("Precision is made non-increasing before it is summed")
  func envelope() {
    let outcomes = [false, true, true, false, true].enumerated().map { index, isHit in
      Outcome(score: 1 - Double(index) * 0.1, row: Int32(index), truthRow: isHit ? Int32(index) : -1)
    }
    let curve = PrecisionRecallCurve(outcomes, groundTruthCount: 4)
    let precisions: [Double] = [0.5, 2.0 / 3, 0.6]
    #expect(curve.precisions == precisions)
    let area: Double = (2.0 / 3 + 2.0 / 3 + 0.6) / 4
    #expect(abs(curve.averagePrecision - area) < 1e-15)
  }

  @Test("The groups are ranges of AVA's ids")
  func groups() {
    let groups = [-1, 1, 14, 15, 63, 64, 80, 81].map { ActionDataset.ava.group(of: $0)?.title }
    let (pose, object, person) = ("pose", "person–object", "person–person")
    #expect(groups == [pose, pose, pose, object, object, person, person, person])
  }
}

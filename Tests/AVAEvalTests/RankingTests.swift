import AVAEval
import AVARecords
import Datasets
import Geometry
import Parallel
import Tensors
import Testing

/// The order of outcomes, where there are enough of them for every way of sorting.
@Suite struct RankingTests {
  private static let box = UnitBox(x1: 0, y1: 0, x2: 1, y2: 1)

  /// Scores that are equal, nearly equal, negative, zero of either sign, and all kinds of sizes.
  private func score(_ random: inout SeededGenerator) -> Double {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: 0.5
    case 1: 0.5 + Double(Int.random(in: 0..<40, using: &random)) * 1e-15
    case 2: 0.25 + Double(Int.random(in: 0..<9, using: &random)) * 1e-9
    case 3: -random.uniform()
    case 4: Bool.random(using: &random) ? 0.0 : -0.0
    case 5: random.uniform() * 1e-9
    case 6: (random.uniform() * 100).rounded() / 100
    default: random.uniform(-1e6, 1e6)
    }
  }

  @Test(
    "Scores descend, and of equal ones the later in the stated order comes first",
    arguments: 1...3 as ClosedRange<UInt64>)
  func statedOrder(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var (found, truth) = (DetectionTable(), GroundTruthTable())
    var frameOfRow: [Int] = []
    for frame in (0..<900).shuffled(using: &random) {
      truth.append(video: "v", second: frame, box: Self.box, actionID: 1)
    }
    let place = Dictionary(
      uniqueKeysWithValues: truth.frameIndex.frames.enumerated().map { ($1.time.wholeSecond ?? -1, $0) })
    for frame in 0..<900 {
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        frameOfRow.append(frame)
        found.append(video: "v", second: frame, box: Self.box, actionID: 1, score: score(&random))
      }
    }
    let tables = try AlignedTables(
      detections: found, groundTruth: truth, labelMap: try LabelMap([.init(id: 1, name: "a")]), dataset: .ava)
    let scores = found.scores
    for outcomes in match(tables, rules: EvaluationRules.all, pool: WorkerPool(threads: 2)) {
      let name = outcomes.rules.name
      let isSingle = outcomes.rules.precision == .float32
      let values = isSingle ? scores.map { Double(Float($0)) } : scores
      // In a key frame the two sorting protocols match by descending score as it was read.
      let sequence = scores.indices.sorted { a, b in
        let (first, second) = (
          isSingle ? place[frameOfRow[a]] ?? 0 : frameOfRow[a], isSingle ? place[frameOfRow[b]] ?? 0 : frameOfRow[b]
        )
        if first != second { return first < second }
        if name != "pyslowfast", scores[a] != scores[b] { return scores[a] > scores[b] }
        return a < b
      }
      let rank = Dictionary(uniqueKeysWithValues: sequence.enumerated().map { ($1, $0) })
      let expected = scores.indices.sorted { a, b in
        values[a] != values[b] ? values[a] > values[b] : (rank[a] ?? 0) > (rank[b] ?? 0)
      }
      let ranked = outcomes.classes[0].ranked
      if name == "official" {
        // The heap's order decides between equal scores of a key frame: only the scores are told in advance.
        #expect(ranked.map(\.score) == expected.map { values[$0] }, "seed \(seed)")
      } else {
        #expect(ranked.map { Int($0.row) } == expected, "\(name), seed \(seed)")
      }
      #expect(zip(ranked, ranked.dropFirst()).allSatisfy { $0.score >= $1.score }, "\(name), seed \(seed)")
      #expect(ranked.allSatisfy { values[Int($0.row)] == $0.score }, "\(name), seed \(seed)")
      #expect(outcomes.classes[0].hitCount == 900 && outcomes.classes[0].groundTruthCount == 900)
    }
  }

  @Test("Outcomes do not depend on the threads", arguments: 1...2 as ClosedRange<UInt64>)
  func threads(seed: UInt64) throws {
    let scene = try AuditScene(seed: seed)
    var rows = DetectionTable()
    for copy in 0..<8 {
      for row in scene.rows {
        rows.append(
          video: "\(row.video)\(copy)", second: Int(row.second), box: row.box, actionID: row.id, score: row.score)
      }
    }
    let tables = try AlignedTables(detections: rows, groundTruth: scene.truth, labelMap: scene.labels, dataset: .ava)
    let alone = match(tables, rules: EvaluationRules.all)
    for threads in [2, 3, 7] {
      let shared = match(tables, rules: EvaluationRules.all, pool: WorkerPool(threads: threads))
      for (a, b) in zip(alone, shared) {
        #expect(a.counts == b.counts)
        #expect(a.classes.map(\.ranked) == b.classes.map(\.ranked))
      }
    }
  }

  @Test("A row leads to its key frame, video and found box")
  func places() throws {
    let scene = try AuditScene(seed: 3)
    let tables = try scene.tables()
    for outcome in match(tables, rules: [.pyslowfast])[0].classes.flatMap(\.ranked) where outcome.isHit {
      let frame = tables.frame(ofDetection: Int(outcome.row))
      #expect(frame == tables.frame(ofTruth: Int(outcome.truthRow)))
      #expect(
        tables.classPosition(ofDetection: Int(outcome.row)) == tables.classPosition(ofTruth: Int(outcome.truthRow)))
      #expect(tables.truthRows(of: frame).contains(outcome.truthRow))
      let box = tables.detections.box(ofRow: Int(outcome.row))
      #expect(intersectionOverUnion(box, tables.groundTruth.boxes[Int(outcome.truthRow)]) >= 0.5)
    }
  }
}

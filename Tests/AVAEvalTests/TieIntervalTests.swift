import AVAEval
import AVARecords
import Datasets
import Geometry
import Tensors
import Testing

/// A scene so small that every order of its equal scores can be tried: two key frames of one class.
private struct TinyScene {
  struct Row {
    let frame: Int
    let box: UnitBox
    let score: Double
  }

  var rows: [Row] = []
  var truth: [(frame: Int, box: UnitBox)] = []

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for frame in 0..<2 {
      let people = (0..<Int.random(in: 1...2, using: &random)).map { person in
        let corner = 0.3 * Double(person) + random.uniform(0, 0.1)
        return UnitBox(x1: corner, y1: 0.1, x2: corner + 0.4, y2: 0.6)
      }
      for box in people { truth.append((frame, box)) }
      for _ in 0..<3 {
        let near = people[Int.random(in: people.indices, using: &random)]
        let shift = random.uniform(-0.15, 0.15)
        rows.append(
          Row(
            frame: frame, box: UnitBox(x1: near.x1 + shift, y1: near.y1, x2: near.x2 + shift, y2: near.y2),
            score: Double(Int.random(in: 1...2, using: &random)) / 4))
      }
    }
  }

  func evaluation(_ rules: EvaluationRules) throws -> Evaluation {
    var found = DetectionTable()
    for row in rows {
      found.append(video: "v", second: 902 + row.frame, box: row.box, actionID: 1, score: row.score)
    }
    var known = GroundTruthTable()
    for (frame, box) in truth { known.append(video: "v", second: 902 + frame, box: box, actionID: 1) }
    return try evaluate(
      detections: found, groundTruth: known, labelMap: try LabelMap([.init(id: 1, name: "a")]), dataset: .ava,
      rules: rules)
  }

  /// AP of every order of matching joined to every order of ranking that the scores allow.
  func everyAP(matchesByScore: Bool) -> [Double] {
    let orders = permutations(rows.count).filter { order in
      zip(order, order.dropFirst()).allSatisfy { rows[$0].score >= rows[$1].score }
    }
    let matchings = matchesByScore ? orders : [Array(rows.indices)]
    let patterns = Set(matchings.map { hits(matching: $0) })
    return patterns.flatMap { hits in orders.map { averagePrecision($0.map { hits[$0] }) } }
  }

  private func hits(matching order: [Int]) -> [Bool] {
    var hits = [Bool](repeating: false, count: rows.count)
    var taken: Set<Int> = []
    for index in order {
      let row = rows[index]
      let own = truth.indices.filter { truth[$0].frame == row.frame }
      let overlaps = own.map { overlap(row.box, truth[$0].box) }
      guard let most = overlaps.max(), most >= 0.5, let place = overlaps.firstIndex(of: most) else { continue }
      hits[index] = taken.insert(own[place]).inserted
    }
    return hits
  }

  /// The boxes of a scene differ along x only.
  private func overlap(_ a: UnitBox, _ b: UnitBox) -> Double {
    let both = max(0, min(a.x2, b.x2) - max(a.x1, b.x1))
    return both / (a.x2 - a.x1 + b.x2 - b.x1 - both)
  }

  private func averagePrecision(_ hits: [Bool]) -> Double {
    var points: [Double] = []
    for (rank, isHit) in hits.enumerated() where isHit { points.append(Double(points.count + 1) / Double(rank + 1)) }
    return points.indices.reduce(0) { $0 + (points[$1...].max() ?? 0) } / Double(truth.count)
  }
}

@Suite struct TieIntervalTests {
  @Test("The interval is exactly what all orders of the equal scores give", arguments: 1...40 as ClosedRange<UInt64>)
  func everyOrder(seed: UInt64) throws {
    let scene = TinyScene(seed: seed)
    for rules in EvaluationRules.all {
      let values = scene.everyAP(matchesByScore: rules.matchingOrder == .descendingScore)
      let result = try scene.evaluation(rules).perClass[0]
      let interval = try #require(result.apInterval)
      let (worst, best) = (try #require(values.min()), try #require(values.max()))
      #expect(abs(interval.lowerBound - worst) < 1e-12, "worst, \(rules.name), seed \(seed)")
      #expect(abs(interval.upperBound - best) < 1e-12, "best, \(rules.name), seed \(seed)")
      let ap = try #require(result.ap)
      #expect(values.contains { abs($0 - ap) < 1e-12 }, "\(rules.name), seed \(seed)")
    }
  }

  @Test("The order of matching changes which row hits, not the interval")
  func orderOfMatching() throws {
    var scenes = 0
    for seed in 1...200 as ClosedRange<UInt64> {
      let scene = TinyScene(seed: seed)
      var turned = scene
      turned.rows.reverse()
      let (before, after) = (try scene.evaluation(.official), try turned.evaluation(.official))
      let (a, b) = (try #require(before.perClass[0].apInterval), try #require(after.perClass[0].apInterval))
      #expect(a == b, "seed \(seed)")
      if before.perClass[0].ap != after.perClass[0].ap { scenes += 1 }
    }
    #expect(scenes > 20)
  }

  @Test("Rows that only the order of equal scores keeps out of the cap are counted")
  func tiesAtTheCap() throws {
    var found = DetectionTable()
    let box = UnitBox(x1: 0, y1: 0, x2: 1, y2: 1)
    for row in 0..<60 {
      found.append(video: "v", second: 902, box: box, actionID: 1, score: row < 40 ? 0.9 : row < 58 ? 0.5 : 0.1)
    }
    var known = GroundTruthTable()
    known.append(video: "v", second: 902, box: box, actionID: 1)
    let result = try evaluate(
      detections: found, groundTruth: known, labelMap: try LabelMap([.init(id: 1, name: "a")]), dataset: .ava,
      rules: .official)
    #expect(result.counts.rowsBeyondCap == 10 && result.counts.rowsTiedAtCap == 8)
  }
}

private func permutations(_ count: Int) -> [[Int]] {
  if count == 0 { return [[]] }
  return permutations(count - 1).flatMap { order in
    (0...order.count).map { place in Array(order[..<place]) + [count - 1] + Array(order[place...]) }
  }
}

import AVAEval
import AVARecords
import Datasets
import Geometry
import Testing

@Suite struct RepairTests {
  private let fine = Repair(decimals: Decimals(box: 9, score: 9))

  @Test("A repair does not change the official score of a good file", arguments: 1...4 as ClosedRange<UInt64>)
  func sameScore(seed: UInt64) throws {
    let scene = try AuditScene(seed: seed)
    let (repaired, changes) = fine.apply(to: scene.table, labelMap: scene.labels)
    #expect(changes.kept == repaired.count && changes.kept + changes.beyondCap == scene.rows.count)
    func mean(_ table: DetectionTable) throws -> Double? {
      try evaluate(detections: table, groundTruth: scene.truth, labelMap: scene.labels, dataset: .ava, rules: .official)
        .mAP
    }
    let (before, after) = (try #require(try mean(scene.table)), try #require(try mean(repaired)))
    #expect(abs(before - after) < 1e-12, "seed \(seed)")
  }

  @Test("What is repaired is sorted, capped and needs no second repair", arguments: 1...4 as ClosedRange<UInt64>)
  func again(seed: UInt64) throws {
    var scene = try AuditScene(seed: seed)
    scene.rows.reverse()
    scene.rows += scene.rows.prefix(30).map { row in
      var row = row
      row.score /= 2
      return row
    }
    let (once, changes) = fine.apply(to: scene.table, labelMap: scene.labels)
    #expect(changes.duplicates == 30 && changes.moved > 0)
    #expect(once.count == 90 * 50)
    for row in 1..<once.count {
      let (a, b) = (Int(once.frames[row - 1]), Int(once.frames[row]))
      #expect(a <= b && (a < b || once.scores[row - 1] >= once.scores[row]))
    }
    let names = once.frameIndex.frames.map { "\(once.frameIndex.videos[$0.video]),\($0.time)" }
    #expect(names == names.sorted())
    let (twice, more) = fine.apply(to: once, labelMap: scene.labels)
    #expect(twice.scores == once.scores && twice.actionIDs == once.actionIDs && twice.boxes == once.boxes)
    #expect(more.kept == once.count && more.beyondCap + more.duplicates + more.moved + more.clipped == 0)
  }

  @Test("Small scores keep their digits; what rounding makes equal is counted")
  func smallScores() throws {
    #expect(Decimals.submission(largestScore: 1).score == 6 && Decimals.submission(largestScore: 0.12).score == 6)
    #expect(Decimals.submission(largestScore: 0.012).score == 7 && Decimals.submission(largestScore: 2e-7).score == 12)
    #expect(Decimals.submission(largestScore: 0.0999999999).score == 6, "it is written as 0.1")
    #expect(Decimals.submission(largestScore: 1e-30).score == 15 && Decimals.submission(largestScore: 0).score == 6)
    var table = DetectionTable()
    let scores = [0.5, 0.3000001, 0.3000002, 0.3000003, 0.2, 0.2]
    for (row, score) in scores.enumerated() {
      let box = UnitBox(x1: 0, y1: 0, x2: Double(row + 1) / 8, y2: 1)
      table.append(video: "v", second: 902, box: box, actionID: 1, score: score)
    }
    let labels = try LabelMap([.init(id: 1, name: "a")])
    let (_, changes) = Repair().apply(to: table, labelMap: labels)
    #expect(changes.mergedScores == 2 && changes.rounded == 3)
    #expect(changes.lines(Repair()).contains { $0.hasSuffix("2 different scores became equal to others") })
  }

  @Test("Of rows that repeat each other the best scored stays; boxes are clipped, flat ones go; the rest is counted")
  func byHand() throws {
    let labels = try LabelMap([.init(id: 1, name: "a"), .init(id: 3, name: "c")])
    let box = UnitBox(x1: -0.1, y1: 0.12345678, x2: 0.5, y2: 1.2)
    var table = DetectionTable()
    table.append(video: "b", second: 903, box: box, actionID: 1, score: 0.2)
    table.append(video: "b", second: 903, box: box, actionID: 1, score: 0.4)
    table.append(video: "b", second: 902, box: box, actionID: 3, score: 0.12345678)
    table.append(video: "a", second: 905, box: box, actionID: 2, score: 1)
    table.append(video: "a", second: 905, box: UnitBox(x1: 0.5, y1: 0, x2: 0.4, y2: 1), actionID: 1, score: 1)
    table.append(video: "a", second: 905, box: UnitBox(x1: 1.1, y1: 0, x2: 1.4, y2: 1), actionID: 1, score: 1)
    let repair = Repair(decimals: Decimals(box: 3, score: 4))
    let (repaired, changes) = repair.apply(to: table, labelMap: labels)
    #expect(repaired.scores == [0.12345678, 0.4])
    #expect(repaired.box(ofRow: 0) == UnitBox(x1: 0, y1: 0.123, x2: 0.5, y2: 1))
    #expect(changes.duplicates == 1 && changes.unknownClasses == 1 && changes.withoutArea == 2 && changes.kept == 2)
    #expect(changes.clipped == 3 && changes.rounded == 2 && changes.moved == 1)
    let lines = changes.lines(repair)
    #expect(lines.contains("1 row dropped: repeating a better scored row"), "\(lines)")
    #expect(lines.contains("2 rows rounded to 3 decimals of boxes and 4 of scores"), "\(lines)")
    let (early, more) = Repair(convention: Convention(shift: -903)).apply(to: table, labelMap: labels)
    #expect(more.outsideTime == 1 && early.frameIndex.frames.map(\.time) == [Timestamp(second: 0)])
  }

  @Test("The cap keeps what the official evaluator keeps, ties included")
  func ties() throws {
    let labels = try LabelMap((1...3).map { .init(id: $0, name: "\($0)") })
    var table = DetectionTable()
    for row in 0..<60 {
      let left = Double(row % 40) / 100
      table.append(
        video: "v", second: 1, box: UnitBox(x1: left, y1: 0, x2: left + 0.5, y2: 1), actionID: 3 - row % 3,
        score: row < 45 ? 0.9 : 0.5)
    }
    var truth = GroundTruthTable()
    for id in 1...3 { truth.append(video: "v", second: 1, box: UnitBox(x1: 0.2, y1: 0, x2: 0.7, y2: 1), actionID: id) }
    let (repaired, _) = fine.apply(to: table, labelMap: labels)
    #expect(repaired.count == 50)
    func classes(_ table: DetectionTable) throws -> [ClassResult] {
      try evaluate(detections: table, groundTruth: truth, labelMap: labels, dataset: .ava, rules: .official).perClass
    }
    let (before, after) = (try classes(table), try classes(repaired))
    #expect(before.map(\.detectionCount) == after.map(\.detectionCount))
    // Of the fifteen that score 0.5, the first five to come.
    let least = (45..<50).map { "\(3 - $0 % 3) \(Decimals.submission.rounded(table.box(ofRow: $0)).x1)" }
    let kept = (0..<repaired.count).filter { repaired.scores[$0] == 0.5 }.map { row in
      "\(repaired.actionIDs[row]) \(repaired.box(ofRow: row).x1)"
    }
    #expect(kept.sorted() == least.sorted())
    #expect(before.map(\.apInterval) == after.map(\.apInterval))
  }
}

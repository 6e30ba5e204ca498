import AVAEval
import AVARecords
import Datasets
import Geometry
import Parallel
import Statistics
import Tensors
import Testing

@Suite struct ComparisonTests {
  private typealias Matched = (tables: AlignedTables, outcomes: ProtocolOutcomes)

  private func matched(_ scene: RandomScene, _ rules: EvaluationRules) throws -> Matched {
    let tables = try AlignedTables(
      detections: scene.table, groundTruth: scene.truth, labelMap: scene.labels, exclusions: scene.excluded,
      dataset: .ava)
    return (tables, match(tables, rules: [rules])[0])
  }

  /// The same people with other scores.
  private func rescored(_ scene: RandomScene, seed: UInt64) -> RandomScene {
    var random = SeededGenerator(seed: seed)
    var other = scene
    for row in other.found.indices { other.found[row].score = (other.found[row].score + random.uniform()) / 2 }
    return other
  }

  @Test("A file and itself: no difference, share 1, no key frame", arguments: 1...4 as ClosedRange<UInt64>)
  func itself(seed: UInt64) throws {
    for rules in EvaluationRules.all {
      let one = try matched(try RandomScene(seed: seed, decimals: 10, crowd: 6), rules)
      let result = compare(one, one, Resampling(count: 30, seed: seed))
      for difference in [result.mAP] + result.groups + result.classes.map(\.ap) where difference.a != nil {
        #expect(difference.difference == 0 && difference.interval == 0...0 && difference.share == 1)
      }
      #expect(result.frames.isEmpty && result.videoCount == 3)
    }
  }

  @Test("Differences, intervals and shares are those of the drawn videos", arguments: 1...4 as ClosedRange<UInt64>)
  func literally(seed: UInt64) throws {
    let a = try RandomScene(seed: seed, decimals: nil, crowd: 3)
    let b = rescored(a, seed: seed + 50)
    for rules in EvaluationRules.all {
      let result = compare(
        try matched(a, rules), try matched(b, rules), Resampling(count: 15, seed: seed, confidence: 0.8))
      let draws = LiteralBootstrap.draws(["v0", "v1", "v2"], count: 15, seed: seed)
      let first = try draws.map { try LiteralBootstrap(scene: a, rules: rules).evaluation(of: $0) }
      let second = try draws.map { try LiteralBootstrap(scene: b, rules: rules).evaluation(of: $0) }
      expect(result.mAP, first.map(\.mAP), second.map(\.mAP), "mAP, \(rules.name), seed \(seed)")
      for position in result.classes.indices {
        let about = "class \(position), \(rules.name), seed \(seed)"
        expect(
          result.classes[position].ap, first.map { $0.perClass[position].ap },
          second.map { $0.perClass[position].ap }, about)
      }
      let (before, after) = (try a.evaluate(rules), try b.evaluate(rules))
      #expect(result.mAP.a == before.mAP && result.mAP.b == after.mAP)
      #expect(result.classes.map(\.ap.a) == before.perClass.map(\.ap))
      #expect(result.groups.map(\.b) == ActionDataset.ava.groups.map { after.mAP(of: $0) })
    }
  }

  private func expect(_ found: Difference, _ first: [Double?], _ second: [Double?], _ about: String) {
    let gaps = zip(first, second).compactMap { a, b in a.flatMap { a in b.map { $0 - a } } }
    let interval = LiteralBootstrap.interval(gaps, confidence: 0.8)
    expectNear(found.interval?.lowerBound, interval?.first, about)
    expectNear(found.interval?.upperBound, interval?.last, about)
    let worse = Double(gaps.count { $0 < -1e-12 } + gaps.count { abs($0) <= 1e-12 } + 1) / Double(gaps.count + 1)
    let better = Double(gaps.count { $0 > 1e-12 } + gaps.count { abs($0) <= 1e-12 } + 1) / Double(gaps.count + 1)
    expectNear(found.share, gaps.isEmpty ? nil : min(1, 2 * min(worse, better)), about)
  }

  @Test("Key frames add up to the difference; turned round, all signs turn", arguments: 1...4 as ClosedRange<UInt64>)
  func frames(seed: UInt64) throws {
    let a = try RandomScene(seed: seed, decimals: nil, crowd: 3)
    let b = rescored(a, seed: seed + 50)
    for rules in EvaluationRules.all {
      let (one, two) = (try matched(a, rules), try matched(b, rules))
      let result = compare(one, two, Resampling(count: 9), frameLimit: 1000)
      expectNear(result.frames.reduce(0) { $0 + $1.difference }, result.mAP.difference, "\(rules.name), seed \(seed)")
      for frame in result.frames {
        expectNear(frame.classes.reduce(0) { $0 + $1.lossA - $1.lossB }, frame.difference)
      }
      let sizes = result.frames.map { abs($0.difference) }
      #expect(sizes == sizes.sorted(by: >))
      let turned = compare(two, one, Resampling(count: 9), frameLimit: 1000)
      expectNear(turned.mAP.difference, result.mAP.difference.map { -$0 })
      expectNear(turned.mAP.interval?.lowerBound, result.mAP.interval.map { -$0.upperBound })
      #expect(turned.mAP.share == result.mAP.share && turned.frames.count == result.frames.count)
    }
  }

  @Test("A frame that one file lacks is found by its name, and its classes named")
  func oneSided() throws {
    var (a, b) = (Situation(), Situation())
    for second in [902, 903] {
      a.label(Situation.strip(0, 0.4), 1, second: second)
      b.label(Situation.strip(0, 0.4), 1, second: second)
      a.detect(Situation.strip(0, 0.4), 1, 0.5, second: second)
      b.detect(Situation.strip(0, 0.4), 1, 0.5, second: second)
    }
    // In a key frame without ground truth, above all hits: both fall to precision 2/3 and 1/2.
    b.detect(Situation.strip(0, 0.4), 1, 0.9, second: 950)
    let one = try a.matched(.pyslowfast)
    let two = try b.matched(.pyslowfast)
    let result = compare((one.0, one.1), (two.0, two.1), Resampling(count: 5))
    #expect(result.mAP.a == 1)
    expectNear(result.mAP.b, 2.0 / 3)
    #expect(result.frames.map(\.time) == [Timestamp(second: 950)] && result.frames.map(\.video) == ["v"])
    expectNear(result.frames.first?.difference, -1.0 / 3)
    #expect(result.frames.first?.classes.map(\.classPosition) == [0] && result.frames.first?.lossA == 0)
    #expect(result.mAP.share == nil && result.videoCount == 1)
    let turned = compare((two.0, two.1), (one.0, one.1), Resampling(count: 5))
    #expect(turned.frames.map(\.time) == [Timestamp(second: 950)] && (turned.frames.first?.difference ?? 0) > 0)
  }

  @Test("Files without detections, threads")
  func degenerate() throws {
    var empty = Situation.ranking
    empty.found = DetectionTable()
    let (one, two) = (try empty.matched(), try Situation.ranking.matched())
    let result = compare((one.0, one.1), (two.0, two.1), Resampling(count: 20))
    #expect(result.classes[0].ap.a == 0 && (result.classes[0].ap.b ?? 0) > 0)
    #expect(result.classes[2].ap == result.classes[2].ap && result.classes[2].ap.share == nil)
    let nothing = compare((one.0, one.1), (one.0, one.1), Resampling(count: 20))
    #expect(nothing.mAP.difference == 0 && nothing.mAP.interval == nil)
    // Two videos, the same rows: every resample has no difference.
    var both = Situation()
    for video in ["a", "b"] {
      both.label(Situation.strip(0, 0.4), 1, video: video)
      both.detect(Situation.strip(0, 0.4), 1, 0.5, video: video)
    }
    let pair = try both.matched()
    let same = compare((pair.0, pair.1), (pair.0, pair.1), Resampling(count: 20))
    #expect(same.mAP.difference == 0 && same.mAP.interval == 0...0 && same.mAP.share == 1)
    let threaded = compare((one.0, one.1), (two.0, two.1), Resampling(count: 20), pool: WorkerPool(threads: 3))
    #expect("\(threaded)" == "\(result)")
  }
}

import AVAEval
import AVARecords
import Datasets
import Geometry
import Parallel
import Statistics
import Tensors
import Testing

/// The bootstrap done literally: the rows of every drawn video written again under another name, and evaluated.
struct LiteralBootstrap {
  let scene: RandomScene
  let rules: EvaluationRules

  /// The drawing, as `Resampling` has it: as many videos as there are, sorted by name, one after the other.
  static func draws(_ videos: [String], count: Int, seed: UInt64) -> [[String]] {
    var random = SeededGenerator(seed: seed)
    let sorted = videos.sorted()
    return (0..<count).map { _ in sorted.map { _ in sorted[Int.random(in: 0..<sorted.count, using: &random)] } }
  }

  func evaluation(of draw: [String]) throws -> Evaluation {
    var copy = scene
    copy.found = []
    copy.truth = GroundTruthTable()
    copy.excluded = ExcludedTimestamps()
    for (place, video) in draw.enumerated() {
      let name = "\(video) drawn as \(place)"
      for row in scene.found where row.video == video {
        copy.found.append((name, row.second, row.box, row.id, row.score))
      }
      for frame in scene.truth.frameIndex.frames where scene.truth.frameIndex.videos[frame.video] == video {
        copy.truth.list(video: name, time: frame.time)
      }
      for row in 0..<scene.truth.count {
        let frame = scene.truth.frameIndex.frames[Int(scene.truth.frames[row])]
        if scene.truth.frameIndex.videos[frame.video] != video { continue }
        copy.truth.append(
          video: name, time: frame.time, box: scene.truth.boxes[row], actionID: Int(scene.truth.actionIDs[row]))
      }
      for second in 902..<932 where scene.excluded.contains(video: video, time: Timestamp(second: second)) {
        copy.excluded.insert(video: name, time: Timestamp(second: second))
      }
    }
    return try copy.evaluate(rules)
  }

  /// The middle of some values, by another formula than the module's.
  static func interval(_ values: [Double?], confidence: Double) -> [Double]? {
    let sorted = values.compactMap { $0 }.sorted()
    if sorted.isEmpty { return nil }
    return [(1 - confidence) / 2, 1 - (1 - confidence) / 2].map { share in
      let place = share * Double(sorted.count - 1)
      let (low, high) = (sorted[Int(place.rounded(.down))], sorted[Int(place.rounded(.up))])
      let fraction = place - place.rounded(.down)
      return low * (1 - fraction) + high * fraction
    }
  }
}

@Suite struct BootstrapTests {
  private func matched(_ scene: RandomScene, _ rules: EvaluationRules) throws -> (AlignedTables, ProtocolOutcomes) {
    let tables = try AlignedTables(
      detections: scene.table, groundTruth: scene.truth, labelMap: scene.labels, exclusions: scene.excluded,
      dataset: .ava)
    return (tables, match(tables, rules: [rules])[0])
  }

  private func expectInterval(_ found: BootstrapInterval?, _ values: [Double?], _ confidence: Double, _ about: String) {
    let expected = LiteralBootstrap.interval(values, confidence: confidence)
    expectNear(found?.interval.lowerBound, expected?.first, "low, \(about)")
    expectNear(found?.interval.upperBound, expected?.last, "high, \(about)")
    #expect((found?.count ?? 0) == values.count { $0 != nil }, "\(about)")
  }

  @Test("Every number is what evaluating the drawn videos anew gives", arguments: 1...5 as ClosedRange<UInt64>)
  func literally(seed: UInt64) throws {
    let scene = try RandomScene(seed: seed, decimals: nil, crowd: 3)
    for (rules, confidence) in zip(EvaluationRules.all, [0.95, 0.9, 0.5]) {
      let (tables, outcomes) = try matched(scene, rules)
      let result = bootstrap(tables, outcomes, Resampling(count: 21, seed: seed, confidence: confidence))
      #expect(result.videoCount == 3)
      let literal = LiteralBootstrap(scene: scene, rules: rules)
      let evaluations = try LiteralBootstrap.draws(["v0", "v1", "v2"], count: 21, seed: seed).map {
        try literal.evaluation(of: $0)
      }
      let about = "\(rules.name), seed \(seed)"
      expectInterval(result.mAP, evaluations.map(\.mAP), confidence, "mAP, \(about)")
      for (index, group) in ActionDataset.ava.groups.enumerated() {
        expectInterval(result.groups[index], evaluations.map { $0.mAP(of: group) }, confidence, "\(group), \(about)")
      }
      for position in result.perClass.indices {
        let values = evaluations.map { $0.perClass[position].ap }
        expectInterval(result.perClass[position], values, confidence, "class \(position), \(about)")
      }
    }
  }

  @Test("Two videos, one all right and one all wrong, by hand")
  func byHand() throws {
    var scene = Situation()
    for video in ["a", "b"] { scene.label(Situation.strip(0, 0.4), 1, video: video) }
    scene.detect(Situation.strip(0, 0.4), 1, 0.9, video: "a")
    scene.detect(Situation.strip(0.5, 0.9), 1, 0.8, video: "b")
    let (tables, outcomes) = try scene.matched()
    // A resample has a twice (AP 1), both (0.5) or b twice (0).
    let result = bootstrap(tables, outcomes, Resampling(count: 400, seed: 7, confidence: 1))
    #expect(result.videoCount == 2 && result.mAP?.interval == 0...1 && result.perClass[0]?.interval == 0...1)
    #expect(abs((result.mAP?.standardError ?? 0) - 0.125.squareRoot()) < 0.03)
    #expect(result.perClass[1] == nil)
    let middle = bootstrap(tables, outcomes, Resampling(count: 400, seed: 7, confidence: 0.4))
    #expect(middle.mAP?.interval == 0.5...0.5)
  }

  @Test("One video says nothing about others: no interval")
  func oneVideo() throws {
    let (tables, outcomes) = try Situation.ranking.matched()
    let result = bootstrap(tables, outcomes, Resampling(count: 9))
    #expect(result.videoCount == 1 && result.mAP == nil)
    #expect(result.groups.allSatisfy { $0 == nil } && result.perClass.allSatisfy { $0 == nil })
    // Detections in another video move PySlowFast's numbers, but nothing else is ever asked for.
    var two = Situation.ranking
    two.detect(Situation.strip(0, 0.4), 1, 0.99, video: "elsewhere")
    let (wider, found) = try two.matched(.pyslowfast)
    let others = bootstrap(wider, found, Resampling(count: 9))
    #expect(others.videoCount == 2 && others.truthVideoCount == 1 && others.mAP == nil)
    #expect(others.groups.allSatisfy { $0 == nil })
    let beside = compare((wider, found), (wider, found), Resampling(count: 9))
    #expect(beside.truthVideoCount == 1 && beside.mAP.interval == nil && beside.mAP.share == nil)
    let same = compare((tables, outcomes), (tables, outcomes), Resampling(count: 9))
    #expect(same.mAP.interval == nil && same.mAP.share == nil && same.mAP.difference == 0)
    #expect(same.classes[0].ap.interval == nil && same.classes[0].ap.a != nil)
  }

  @Test("One resample: no width")
  func oneResample() throws {
    var scene = Situation()
    for video in ["a", "b"] { scene.label(Situation.strip(0, 0.4), 1, video: video) }
    scene.detect(Situation.strip(0, 0.4), 1, 0.9, video: "a")
    let (tables, outcomes) = try scene.matched()
    let result = bootstrap(tables, outcomes, Resampling(count: 1))
    let interval = try #require(result.perClass[0])
    #expect(interval.interval.lowerBound == interval.interval.upperBound && interval.standardError == 0)
  }

  @Test("A class of two videos is missing from resamples without them; one of one video has no interval")
  func rareClass() throws {
    var scene = Situation()
    for video in ["a", "b", "c", "d"] { scene.label(Situation.strip(0, 0.4), 1, video: video) }
    for video in ["b", "c"] { scene.label(Situation.strip(0, 0.4), 20, video: video) }
    let (tables, outcomes) = try scene.matched()
    let result = bootstrap(tables, outcomes, Resampling(count: 300, seed: 2))
    #expect(result.perClass[0]?.count == 300)
    // One draw in 16 takes neither of two videos out of four.
    let share = Double(result.perClass[1]?.count ?? 0) / 300
    #expect(abs(share - 0.9375) < 0.05)
    var single = Situation()
    for video in ["a", "b"] { single.label(Situation.strip(0, 0.4), 1, video: video) }
    single.label(Situation.strip(0, 0.4), 20, video: "b")
    let (few, found) = try single.matched()
    let other = bootstrap(few, found, Resampling(count: 50))
    #expect(other.perClass[0] != nil && other.perClass[1] == nil && other.mAP != nil)
  }

  @Test("Seeds decide, threads do not")
  func invariance() throws {
    let scene = try RandomScene(seed: 4, decimals: 10, crowd: 3)
    let (tables, outcomes) = try matched(scene, .official)
    let result = bootstrap(tables, outcomes, Resampling(count: 50, seed: 5))
    #expect(bootstrap(tables, outcomes, Resampling(count: 50, seed: 5), pool: WorkerPool(threads: 3)) == result)
    #expect(bootstrap(tables, outcomes, Resampling(count: 50, seed: 6)).mAP != result.mAP)
  }
}

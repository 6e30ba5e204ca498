import AVAEval
import AVARecords
import Datasets
import Geometry
import Parallel
import Statistics
import Tensors
import Testing

@Suite struct ExplanationTests {
  private func explanation(
    _ scene: RandomScene, _ rules: EvaluationRules, _ table: DetectionTable? = nil, threads: Int = 1
  ) throws -> Explanation {
    let tables = try AlignedTables(
      detections: table ?? scene.table, groundTruth: scene.truth, labelMap: scene.labels, exclusions: scene.excluded,
      dataset: .ava)
    var options = ExplanationOptions()
    options.worstFrames = 1000
    options.resampling = Resampling(count: 20, seed: 3)
    let pool = WorkerPool(threads: threads)
    return explain(tables, match(tables, rules: [rules], pool: pool)[0], options: options, pool: pool)
  }

  @Test("Curve, best F1 and calibration of a ranking, by hand")
  func ranking() throws {
    let entry = try Situation.ranking.explanation(.pyslowfast).classes[0]
    let (third, half) = (1.0 / 3, 0.5)
    #expect(entry.curve.map(\.recall) == [third, 2 * third] && entry.curve.map(\.precision) == [half, half])
    #expect(entry.curve.map(\.envelope) == [half, half] && entry.curve.map(\.score) == [0.8, 0.6])
    let best = try #require(entry.bestF1)
    #expect(best.threshold == 0.6 && best.precision == 0.5 && best.recall == 2.0 / 3 && best.detectionCount == 4)
    expectNear(best.f1, 4.0 / 7)
    let calibration = try #require(entry.calibration)
    #expect(calibration.bins.map(\.count) == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    #expect(calibration.bins.map(\.hitCount) == [0, 0, 0, 0, 0, 0, 1, 0, 1, 0])
    expectNear(calibration.expectedError, (0.4 + 0.7 + 0.2 + 0.9) / 4)
    expectNear(calibration.meanScore, 0.75)
    #expect(calibration.hitShare == 0.5)
  }

  @Test("A threshold lies between different scores only")
  func equalScores() throws {
    let (hit, miss) = (Situation.strip(0, 0.4), Situation.strip(0.5, 0.9))
    for boxes in [[hit, miss], [miss, hit]] {
      var scene = Situation()
      scene.label(hit, 1)
      for box in boxes { scene.detect(box, 1, 0.5) }
      let best = try #require(try scene.explanation(.pyslowfast).classes[0].bestF1)
      #expect(best.threshold == 0.5 && best.detectionCount == 2 && best.precision == 0.5 && best.recall == 1)
    }
  }

  @Test("A score on a border belongs to the upper bin, 1 to the last; beyond 0 to 1 nothing is calibrated")
  func bins() throws {
    var scene = Situation()
    scene.label(Situation.strip(0, 0.4), 1)
    for score in [0, 0.07, 0.29, 0.57, 0.58, 1] { scene.detect(Situation.strip(0.5, 0.9), 1, score) }
    let bins = try #require(try scene.explanation { $0.calibrationBins = 100 }.calibration).bins
    #expect(bins.indices.filter { bins[$0].count > 0 } == [0, 7, 29, 57, 58, 99])
    scene.detect(Situation.strip(0.5, 0.9), 20, 1.5)
    let odd = try scene.explanation()
    #expect(odd.calibration == nil && odd.classes[1].calibration == nil && odd.classes[0].calibration != nil)
  }

  @Test("What the boxes allow, by hand")
  func proposals() throws {
    var scene = Situation()
    let (left, right) = (Situation.strip(0, 0.4), Situation.strip(0.5, 0.9))
    scene.label(left, 1)
    scene.label(left, 20)
    scene.label(right, 1)
    for id in [20, 70] { scene.detect(left, id, 0.5) }
    scene.detect(Situation.strip(0.5, 0.75), 70, 0.4)
    scene.detect(Situation.strip(0.9, 1), 70, 0.4)
    let proposals = try scene.explanation().proposals
    #expect(proposals.personCount == 2 && proposals.boxCount == 3)
    #expect(proposals.recalls.map(\.overlap) == [0.5, 0.6, 0.7, 0.8, 0.9])
    #expect(proposals.recalls.map(\.share) == [1, 1, 0.5, 0.5, 0.5])
    #expect(proposals.precision == 2.0 / 3 && proposals.ceilings == [1, 1, nil] && proposals.ceiling == 1)
    scene.found = DetectionTable()
    scene.detect(left, 70, 0.5)
    let fewer = try scene.explanation().proposals
    #expect(fewer.ceilings == [0.5, 1, nil] && fewer.ceiling == 0.75 && fewer.precision == 1)
  }

  @Test("Sizes and crowds, by hand")
  func slices() throws {
    var scene = Situation()
    // Alone and small, found; two large people, one found by half; nobody, one detection.
    scene.label(Situation.strip(0, 0.04), 1)
    scene.detect(Situation.strip(0, 0.06), 1, 0.9)
    scene.label(Situation.strip(0, 0.5), 1, second: 903)
    scene.label(Situation.strip(0.5, 1), 1, second: 903)
    scene.detect(Situation.strip(0, 0.5), 1, 0.8, second: 903)
    scene.detect(Situation.strip(0, 0.2), 1, 0.7, second: 904)
    let result = try scene.explanation(.pyslowfast)
    #expect(result.boxSizes.map(\.name) == ["below 0.05", "0.05 to 0.15", "0.15 to 0.3", "0.3 to 0.5", "0.5 and more"])
    #expect(result.boxSizes.map(\.groundTruthCount) == [1, 0, 0, 0, 2])
    #expect(result.boxSizes.map(\.detectionCount) == [1, 0, 1, 0, 1])
    #expect(result.boxSizes.map { $0.ap[0] } == [1, nil, nil, nil, 0.5])
    #expect(result.crowds.map(\.name) == ["0", "1", "2", "3 to 4", "5 to 7", "8 and more"])
    #expect(result.crowds.map(\.keyFrameCount) == [1, 1, 1, 0, 0, 0])
    #expect(result.crowds.map(\.mAP) == [nil, 1, 0.5, nil, nil, nil])
    #expect(result.crowds.map(\.recall) == [nil, 1, 0.5, nil, nil, nil])
    #expect(result.videos.map(\.name) == ["v"] && result.videos[0].keyFrameCount == 3)
  }

  @Test("Losses add up to 1 - mAP whatever they are shared among", arguments: 1...8 as ClosedRange<UInt64>)
  func sums(seed: UInt64) throws {
    for (decimals, crowd) in [(nil, 3), (10, 9)] as [(Int?, Int)] {
      let scene = try RandomScene(seed: seed, decimals: decimals, crowd: crowd)
      for rules in EvaluationRules.all {
        let result = try explanation(scene, rules)
        let about = "\(rules.name), seed \(seed)"
        let missing = 1 - (try #require(result.evaluation.mAP))
        expectNear(result.errors.reduce(0) { $0 + ($1.loss ?? 0) }, missing, "errors, \(about)")
        for slices in [result.boxSizes, result.crowds, result.videos] {
          expectNear(slices.reduce(0) { $0 + $1.loss }, missing, "slices, \(about)")
          #expect(slices.reduce(0) { $0 + $1.detectionCount } == result.evaluation.counts.scoredRows)
        }
        expectNear(result.worstFrames.reduce(0) { $0 + $1.loss }, missing, "key frames, \(about)")
        for frame in result.worstFrames {
          let parts = frame.unfound.reduce(0) { $0 + $1.loss } + frame.falseDetections.reduce(0) { $0 + $1.loss }
          expectNear(parts, frame.loss, "rows, \(about)")
        }
        for entry in result.classes {
          guard let ap = entry.result.ap else { continue }
          expectNear(entry.errors.reduce(0) { $0 + ($1.loss ?? 0) }, 1 - ap, "class, \(about)")
          #expect(ap <= (entry.ceiling ?? 1) + 1e-12, "ceiling, \(about)")
        }
        for group in result.groups {
          guard let mAP = group.mAP else { continue }
          expectNear(mAP, result.evaluation.mAP(of: group.group), about)
          expectNear(group.errors.reduce(0) { $0 + ($1.loss ?? 0) }, 1 - mAP, "group, \(about)")
        }
      }
    }
  }

  @Test("A video's or a crowd's AP is that of a file with nothing else", arguments: 1...6 as ClosedRange<UInt64>)
  func slicesAlone(seed: UInt64) throws {
    let scene = try RandomScene(seed: seed, decimals: nil, crowd: 6)
    func part(_ isKept: (_ frame: String) -> Bool) -> RandomScene {
      var part = scene
      part.found = scene.found.filter { isKept("\($0.video),0\($0.second)") }
      part.truth = GroundTruthTable()
      for row in 0..<scene.truth.count {
        let frame = scene.truth.frameIndex.frames[Int(scene.truth.frames[row])]
        let video = scene.truth.frameIndex.videos[frame.video]
        if !isKept("\(video),\(frame.time)") { continue }
        part.truth.append(
          video: video, time: frame.time, box: scene.truth.boxes[row], actionID: Int(scene.truth.actionIDs[row]))
      }
      for frame in scene.truth.frameIndex.frames {
        let video = scene.truth.frameIndex.videos[frame.video]
        if isKept("\(video),\(frame.time)") { part.truth.list(video: video, time: frame.time) }
      }
      return part
    }
    for rules in EvaluationRules.all {
      let result = try explanation(scene, rules)
      for slice in result.videos {
        let alone = try part { $0.hasPrefix(slice.name + ",") }.evaluate(rules)
        for (a, b) in zip(slice.ap, alone.perClass) { expectNear(a, b.ap, "\(slice.name), \(rules.name), \(seed)") }
      }
      let people = Dictionary(grouping: scene.naive.truth.filter { $0.id != 99 }, by: \.frame)
        .mapValues { Set($0.map(\.box)).count }
      for (index, range) in [0...0, 1...1, 2...2, 3...4, 5...7].enumerated() {
        let alone = try part { range.contains(people[$0] ?? 0) }.evaluate(rules)
        for (a, b) in zip(result.crowds[index].ap, alone.perClass) {
          expectNear(a, b.ap, "\(range) people, \(rules.name), seed \(seed)")
        }
      }
    }
  }

  @Test("A size's AP is that of the outcomes of this size", arguments: 1...4 as ClosedRange<UInt64>)
  func sizes(seed: UInt64) throws {
    let scene = try RandomScene(seed: seed, decimals: nil, crowd: 6)
    let tables = try AlignedTables(
      detections: scene.table, groundTruth: scene.truth, labelMap: scene.labels, exclusions: scene.excluded,
      dataset: .ava)
    let outcomes = match(tables, rules: [.pyslowfast])[0]
    var options = ExplanationOptions()
    options.boxAreas = [0.06]
    let result = explain(tables, outcomes, options: options)
    for (position, entry) in outcomes.classes.enumerated() {
      let isSmall = { (row: Int32) in tables.groundTruth.boxes[Int(row)].area < 0.06 }
      let rows = entry.truthRows.filter(isSmall)
      let ranked = entry.ranked.filter {
        $0.isHit ? isSmall($0.truthRow) : tables.detections.box(ofRow: Int($0.row)).area < 0.06
      }
      let ap = PrecisionRecallCurve(ranked, groundTruthCount: rows.count).averagePrecision
      #expect(result.boxSizes[0].ap[position] == (rows.isEmpty ? nil : ap))
    }
  }

  @Test("Threads and the order of the videos change nothing", arguments: 1...4 as ClosedRange<UInt64>)
  func invariance(seed: UInt64) throws {
    let scene = try RandomScene(seed: seed, decimals: nil, crowd: 6)
    var turned = scene
    turned.found = ["v2", "v0", "v1"].flatMap { video in scene.found.filter { $0.video == video } }
    for rules in EvaluationRules.all {
      let result = try explanation(scene, rules)
      #expect("\(try explanation(scene, rules, threads: 3))" == "\(result)")
      let other = try explanation(turned, rules)
      for (a, b) in zip(result.classes, other.classes) {
        #expect(a.result == b.result && a.curve == b.curve && a.bestF1 == b.bestF1 && a.errors == b.errors)
      }
      #expect(result.proposals == other.proposals && result.videos.map(\.ap) == other.videos.map(\.ap))
      #expect(Set(result.worstFrames.map(\.frame)) == Set(other.worstFrames.map(\.frame)))
      let (mean, otherMean) = (result.bootstrap?.mAP?.interval, other.bootstrap?.mAP?.interval)
      expectNear(mean?.lowerBound, otherMean?.lowerBound)
      expectNear(mean?.upperBound, otherMean?.upperBound)
    }
  }

  @Test("A thinned curve keeps its ends and no more points than asked for")
  func thinning() throws {
    var scene = Situation()
    for second in 0..<250 {
      scene.label(Situation.strip(0, 0.4), 1, second: second)
      scene.detect(Situation.strip(0, 0.4), 1, 1 - Double(second) / 1000, second: second)
    }
    for (limit, count) in [(2, 2), (100, 100), (249, 249), (250, 250), (1000, 250)] {
      let curve = try scene.explanation { $0.curvePoints = limit }.classes[0].curve
      #expect(curve.count == count && curve.first?.recall == 1.0 / 250 && curve.last?.recall == 1)
      #expect(zip(curve, curve.dropFirst()).allSatisfy { $0.recall < $1.recall && $0.score > $1.score })
    }
  }

  @Test("Nothing to explain: no detections, no ground truth, neither", arguments: EvaluationRules.all)
  func nothing(_ rules: EvaluationRules) throws {
    var scene = Situation()
    scene.label(Situation.strip(0, 0.4), 1)
    let undetected = try scene.explanation(rules) { $0.resampling = Resampling(count: 9) }
    #expect(undetected.calibration == nil && undetected.classes[0].bestF1 == nil && undetected.classes[0].curve.isEmpty)
    #expect(undetected.proposals.recalls.allSatisfy { $0.share == 0 } && undetected.proposals.precision == nil)
    let isLeftOut = rules == .mmaction2
    #expect(undetected.errors[ErrorKind.missed.position].gain == (isLeftOut ? nil : 1))
    #expect(undetected.bootstrap != nil && undetected.bootstrap?.mAP == nil)
    #expect(undetected.worstFrames.count == (isLeftOut ? 0 : 1))
    scene.truth = GroundTruthTable()
    scene.detect(Situation.strip(0, 0.4), 1, 0.5)
    for found in [scene.found, DetectionTable()] {
      scene.found = found
      let result = try scene.explanation(rules) { $0.resampling = Resampling(count: 9) }
      #expect(result.evaluation.mAP == nil && result.errors.allSatisfy { $0.gain == nil && $0.loss == nil })
      #expect(result.worstFrames.isEmpty && result.proposals.ceiling == nil && result.bootstrap?.mAP == nil)
      #expect(result.proposals.recalls.allSatisfy { $0.share == nil })
    }
  }
}

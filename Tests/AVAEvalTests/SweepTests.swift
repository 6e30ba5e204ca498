import AVAEval
import AVARecords
import Datasets
import Geometry
import Tensors
import Testing

/// Random tables: people that move a little between truth and detection, some frames on one side only.
struct RandomScene {
  var truth = GroundTruthTable()
  var found: [(video: String, second: Int, box: UnitBox, id: Int, score: Double)] = []
  var excluded = ExcludedTimestamps()
  var naive: NaiveEvaluator
  let labels: LabelMap

  static let ids = [1, 3, 20, 70]

  init(seed: UInt64, decimals: Int?, crowd: Int = 3) throws {
    var random = SeededGenerator(seed: seed)
    labels = try LabelMap(Self.ids.map { .init(id: $0, name: "class \($0)") })
    naive = NaiveEvaluator(truth: [], detections: [], listed: [], excluded: [], ids: Set(Self.ids))
    for frame in 0..<30 {
      let (video, second) = ("v\(frame % 3)", 902 + frame)
      let name = "\(video),0\(second)"
      let fate = Int.random(in: 0..<10, using: &random)
      if fate == 0 {
        excluded.insert(video: video, time: Timestamp(second: second))
        naive.excluded.insert(name)
      }
      if fate == 1 {
        truth.list(video: video, time: Timestamp(second: second))
        naive.listed.insert(name)
      }
      for _ in 0..<Int.random(in: 1...crowd, using: &random) {
        let person = Self.person(&random)
        for id in Self.ids + [99] where random.uniform() < 0.5 && fate > 2 || (fate == 0 && id == 1) {
          truth.append(video: video, second: second, box: person, actionID: id)
          naive.truth.append(NaiveRow(frame: name, box: person, id: id, score: 1))
          naive.listed.insert(name)
        }
        if fate == 9 { continue }
        for _ in 0..<Int.random(in: 1...2, using: &random) {
          let box = Self.jittered(person, &random)
          for id in Self.ids + [99] where random.uniform() < 0.8 {
            var score = random.uniform()
            if let decimals { score = (score * Double(decimals)).rounded() / Double(decimals) }
            found.append((video, second, box, id, score))
            naive.detections.append(NaiveRow(frame: name, box: box, id: id, score: score))
          }
        }
      }
    }
  }

  private static func person(_ random: inout SeededGenerator) -> UnitBox {
    let (x, y) = (random.uniform(0, 0.6), random.uniform(0, 0.6))
    return UnitBox(x1: x, y1: y, x2: x + random.uniform(0.1, 0.4), y2: y + random.uniform(0.1, 0.4))
  }

  private static func jittered(_ box: UnitBox, _ random: inout SeededGenerator) -> UnitBox {
    if random.uniform() < 0.03 { return UnitBox(x1: box.x1, y1: box.y1, x2: box.x1, y2: box.y2) }
    let step = { (generator: inout SeededGenerator) in generator.uniform(-0.06, 0.06) }
    return UnitBox(
      x1: box.x1 + step(&random), y1: box.y1 + step(&random), x2: box.x2 + step(&random), y2: box.y2 + step(&random))
  }

  var table: DetectionTable {
    var table = DetectionTable()
    for row in found {
      table.append(video: row.video, second: row.second, box: row.box, actionID: row.id, score: row.score)
    }
    return table
  }

  func evaluate(_ rules: EvaluationRules, _ table: DetectionTable? = nil) throws -> Evaluation {
    try AVAEval.evaluate(
      detections: table ?? self.table, groundTruth: truth, labelMap: labels, exclusions: excluded, dataset: .ava,
      rules: rules)
  }
}

@Suite struct SweepTests {
  private func isClose(_ a: Double?, _ b: Double?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return abs(a - b) < 1e-12
  }

  @Test("The module agrees with the re-stated evaluators", arguments: 1...12 as ClosedRange<UInt64>)
  func independent(seed: UInt64) throws {
    for (decimals, crowd) in [(nil, 3), (nil, 14), (20, 3), (4, 14)] as [(Int?, Int)] {
      let scene = try RandomScene(seed: seed, decimals: decimals, crowd: crowd)
      for rules in EvaluationRules.all {
        let result = try scene.evaluate(rules)
        let expected = scene.naive.results(rules.name)
        for entry in result.perClass {
          let wanted = try #require(expected[entry.id])
          var faults: [String] = []
          if !isClose(entry.apInterval?.lowerBound, wanted.worst) { faults.append("worst") }
          if !isClose(entry.apInterval?.upperBound, wanted.best) { faults.append("best") }
          // The order of equal scores is re-stated only where rows are matched in the order of the file.
          if decimals == nil || rules == .pyslowfast, !isClose(entry.ap, wanted.ap) { faults.append("ap") }
          if let ap = entry.ap, let interval = entry.apInterval, !interval.contains(ap) { faults.append("outside") }
          #expect(
            faults == [], "\(rules.name), class \(entry.id), seed \(seed), decimals \(decimals ?? 0), crowd \(crowd)")
        }
      }
    }
  }

  @Test("The order of frames does not matter where scores differ", arguments: 1...6 as ClosedRange<UInt64>)
  func permutedFrames(seed: UInt64) throws {
    let scene = try RandomScene(seed: seed, decimals: nil, crowd: 6)
    var random = SeededGenerator(seed: seed &+ 100)
    let place = Dictionary(
      uniqueKeysWithValues: (902..<932).shuffled(using: &random).enumerated().map { ($0.element, $0.offset) })
    var shuffled = scene
    shuffled.found = scene.found.enumerated().sorted {
      (place[$0.element.second] ?? 0, $0.offset) < (place[$1.element.second] ?? 0, $1.offset)
    }.map(\.element)
    for rules in EvaluationRules.all {
      #expect(try shuffled.evaluate(rules).perClass == scene.evaluate(rules).perClass, "\(rules.name), seed \(seed)")
    }
  }

  @Test("Only the order of scores matters", arguments: 1...6 as ClosedRange<UInt64>)
  func scaledScores(seed: UInt64) throws {
    let scene = try RandomScene(seed: seed, decimals: 50, crowd: 6)
    var scaled = scene
    for row in scaled.found.indices { scaled.found[row].score = scaled.found[row].score * 0.25 - 3 }
    for rules in EvaluationRules.all {
      #expect(try scaled.evaluate(rules).perClass == scene.evaluate(rules).perClass, "\(rules.name), seed \(seed)")
    }
  }

  @Test("More rows below all others never raise AP; nor do repeated ones", arguments: 1...6 as ClosedRange<UInt64>)
  func moreRows(seed: UInt64) throws {
    let scene = try RandomScene(seed: seed, decimals: nil)
    var noisy = scene
    var repeated = scene
    for row in scene.found {
      noisy.found.append((row.video, row.second, UnitBox(x1: 0.98, y1: 0.98, x2: 1, y2: 1), row.id, -row.score))
      repeated.found.append((row.video, row.second, row.box, row.id, row.score / 2))
    }
    for rules in EvaluationRules.all {
      for (before, after) in zip(try scene.evaluate(rules).perClass, try noisy.evaluate(rules).perClass) {
        #expect((after.ap ?? 0) <= (before.ap ?? 0), "\(rules.name), class \(before.id), seed \(seed)")
      }
      for (before, after) in zip(try scene.evaluate(rules).perClass, try repeated.evaluate(rules).perClass) {
        #expect((after.ap ?? 0) <= (before.ap ?? 0), "\(rules.name), class \(before.id), seed \(seed)")
      }
    }
  }
}

import AVAEval
import AVARecords
import Geometry
import Testing

@Suite struct ErrorKindTests {
  /// A person who does class 1 on the left, one who does class 20 on the right.
  private var pair: Situation {
    var scene = Situation()
    scene.label(Situation.strip(0, 0.4), 1)
    scene.label(Situation.strip(0.5, 0.9), 20)
    return scene
  }

  @Test("Every kind of error, once", arguments: EvaluationRules.all)
  func kinds(_ rules: EvaluationRules) throws {
    var scene = pair
    scene.detect(Situation.strip(0, 0.4), 1, 0.9)
    scene.detect(Situation.strip(0, 0.39), 1, 0.8)
    scene.detect(Situation.strip(0.5, 0.9), 1, 0.7)
    scene.detect(Situation.strip(0, 0.15), 1, 0.6)
    scene.detect(Situation.strip(0.5, 0.65), 1, 0.5)
    scene.detect(Situation.strip(0.95, 1), 1, 0.4)
    let diagnosis = try scene.diagnosis(ofClass: 0, rules)
    #expect(
      diagnosis.kinds == [nil, .duplicate, .wrongClass, .poorBox, .wrongClassAndPoorBox, .background],
      "\(rules.name)")
    #expect(diagnosis.unfound.isEmpty && diagnosis.rescuedRanks.isEmpty)
  }

  @Test("Borders: 0.1 is a poor box, 0.5 is no longer one", arguments: EvaluationRules.all)
  func borders(_ rules: EvaluationRules) throws {
    var scene = Situation()
    scene.label(Situation.strip(0, 1), 1)
    scene.label(Situation.strip(0, 1), 20, second: 903)
    // An eighth and a half are exact in every precision.
    scene.detect(Situation.strip(0, 0.0625), 1, 0.9)
    scene.detect(Situation.strip(0, 0.125), 1, 0.8)
    scene.detect(Situation.strip(0, 0.4375), 1, 0.7, second: 903)
    scene.detect(Situation.strip(0, 0.5), 1, 0.6, second: 903)
    let diagnosis = try scene.diagnosis(ofClass: 0, rules)
    #expect(diagnosis.kinds == [.background, .poorBox, .wrongClassAndPoorBox, .wrongClass])
  }

  @Test("Among people who overlap, a good box of somebody else is a wrong class, not a poor box")
  func crowd() throws {
    var scene = Situation()
    scene.label(Situation.strip(0, 0.5), 1)
    scene.label(Situation.strip(0.3, 0.8), 20)
    scene.detect(Situation.strip(0.3, 0.8), 1, 0.9)
    #expect(try scene.diagnosis(ofClass: 0).kinds == [.wrongClass])
    #expect(try scene.diagnosis(ofClass: 0).unfound.map(\.kind) == [.missed])
  }

  @Test("Many labels on a box: each class is judged by itself")
  func manyLabels() throws {
    var scene = Situation()
    let person = Situation.strip(0, 0.4)
    for id in [1, 20] { scene.label(person, id) }
    for (id, score) in [(1, 0.9), (20, 0.2), (70, 0.8)] { scene.detect(person, id, score) }
    let kinds = try (0..<3).map { try scene.diagnosis(ofClass: $0).kinds }
    #expect(kinds == [[nil], [nil], [.wrongClass]])
  }

  @Test("Of poor boxes the best scored one is repaired, the others are taken away")
  func rescue() throws {
    var scene = pair
    scene.detect(Situation.strip(0, 0.1), 1, 0.9)
    scene.detect(Situation.strip(0, 0.15), 1, 0.8)
    scene.detect(Situation.strip(0.95, 1), 1, 0.7)
    let diagnosis = try scene.diagnosis(ofClass: 0)
    #expect(diagnosis.kinds == [.poorBox, .poorBox, .background] && diagnosis.rescuedRanks == [0])
    #expect(diagnosis.unfound.map(\.kind) == [.poorBox])
    #expect(diagnosis.averagePrecision(repairing: []) == 0)
    #expect(diagnosis.averagePrecision(repairing: [.poorBox]) == 1)
    #expect(diagnosis.averagePrecision(repairing: [.missed]) == 0)
  }

  @Test("Where nothing is found, taking away what is missed helps only where nothing wrong is said")
  func allMissed() throws {
    var scene = pair
    #expect(try scene.diagnosis(ofClass: 0).averagePrecision(repairing: [.missed]) == 1)
    scene.detect(Situation.strip(0.95, 1), 1, 0.7)
    let diagnosis = try scene.diagnosis(ofClass: 0)
    #expect(diagnosis.averagePrecision(repairing: [.missed]) == 0)
    #expect(diagnosis.averagePrecision(repairing: [.background]) == 0)
    #expect(diagnosis.averagePrecision(repairing: [.missed, .background]) == 1)
    #expect(diagnosis.averagePrecision(repairing: Set(ErrorKind.allCases)) == 1)
    #expect(try scene.diagnosis(ofClass: 2).averagePrecision(repairing: []).isNaN)
  }

  @Test("A box without area is background")
  func flat() throws {
    var scene = pair
    scene.detect(Situation.strip(0.2, 0.2), 1, 0.9)
    scene.detect(Situation.strip(0.3, 0.1), 1, 0.8)
    #expect(try scene.diagnosis(ofClass: 0, .mmaction2).kinds == [.background, .background])
    #expect(try scene.diagnosis(ofClass: 0, .official).kinds == [])
  }

  @Test("Gains and losses of a ranking, by hand")
  func costs() throws {
    let explanation = try Situation.ranking.explanation(.pyslowfast)
    let entry = explanation.classes[0]
    expectNear(entry.result.ap, 1.0 / 3)
    let cost = Dictionary(uniqueKeysWithValues: entry.errors.map { ($0.kind, $0) })
    expectNear(cost[.background]?.loss, 1.0 / 4)
    expectNear(cost[.wrongClass]?.loss, 1.0 / 12)
    expectNear(cost[.missed]?.loss, 1.0 / 3)
    expectNear(cost[.background]?.gain, 2.0 / 9)
    expectNear(cost[.wrongClass]?.gain, 1.0 / 9)
    expectNear(cost[.missed]?.gain, 1.0 / 6)
    expectNear(cost[.duplicate]?.gain, 0)
    #expect(cost[.background]?.detectionCount == 1 && cost[.missed]?.truthCount == 1)
    // Class 20 has one box and no detection; class 70 nothing, and does not count.
    #expect(explanation.classes[1].errors[ErrorKind.missed.position].loss == 1)
    #expect(explanation.classes[2].errors.allSatisfy { $0.loss == nil && $0.gain == nil })
    expectNear(explanation.errors[ErrorKind.background.position].loss, 1.0 / 8)
    expectNear(explanation.errors[ErrorKind.missed.position].loss, 2.0 / 3)
    expectNear(explanation.errors[ErrorKind.missed.position].gain, (1.0 / 6 + 1) / 2)
  }

  @Test("Every kind has its place")
  func places() {
    #expect(ErrorKind.allCases.map(\.position) == Array(ErrorKind.allCases.indices))
  }
}

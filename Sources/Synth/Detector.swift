internal import Geometry
internal import Tensors

/// A made-up person detector: boxes a little off, sure of people, unsure of what it sees elsewhere.
struct Detector {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// A box that the detector reports, with its score.
  struct Proposal {
    var box: UnitBox
    var score: Double
  }

  /// Reports a key frame: one box a person with a score above 0.9, and now and then a decoy below 0.75.
  mutating func propose(_ people: [UnitBox]) -> [Proposal] {
    var proposals: [Proposal] = []
    for box in people { proposals.append(Proposal(box: jittered(box), score: generator.uniform(0.91, 0.999))) }
    if generator.uniform() < 0.5 {
      let (x, y) = (generator.uniform(0, 0.75), generator.uniform(0, 0.5))
      let decoy = UnitBox(
        x1: x, y1: y, x2: x + generator.uniform(0.08, 0.25), y2: y + generator.uniform(0.15, 0.45))
      proposals.append(Proposal(box: decoy, score: generator.uniform(0.05, 0.75)))
    }
    return proposals
  }

  private mutating func jittered(_ box: UnitBox) -> UnitBox {
    let (width, height) = (box.x2 - box.x1, box.y2 - box.y1)
    // The sum of three uniform numbers is close enough to a normal one; the spread is 2 % of the side.
    func noise(_ generator: inout SeededGenerator) -> Double {
      0.02 * (generator.uniform(-1, 1) + generator.uniform(-1, 1) + generator.uniform(-1, 1))
    }
    func moved(_ value: Double, _ side: Double) -> Double { min(max(value + side * noise(&generator), 0), 1) }
    return UnitBox(
      x1: moved(box.x1, width), y1: moved(box.y1, height), x2: moved(box.x2, width), y2: moved(box.y2, height))
  }
}

internal import Geometry
internal import Tensors

/// A made-up person detector with the errors of a good one.
///
/// Boxes are a little off, seldom more so. Large and fully visible people score high. A few people are missed or
/// score below 0.8, few things that are no person (or hardly visible) score above it, and now and then somebody is
/// found twice.
struct Detector {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// A box that the detector reports, with its score.
  struct Proposal {
    var box: UnitBox
    var score: Double
  }

  /// Reports a key frame.
  mutating func propose(_ people: [World.VisiblePerson]) -> [Proposal] {
    var proposals: [Proposal] = []
    for person in people {
      if !person.isLabelled {
        // A leg or a head behind somebody: seldom found, and rarely with confidence.
        if person.visibleShare > 0.15, generator.chance(0.25) { found(person.box, generator.uniform(0.2, 0.82)) }
        continue
      }
      if generator.chance(0.025) { continue }
      if generator.chance(0.02) {
        found(person.box, generator.uniform(0.35, 0.79))
        continue
      }
      let size = min((person.box.y2 - person.box.y1) / 0.6, 1)
      let doubt = 0.004 + 0.06 * (1 - person.visibleShare) + 0.03 * (1 - size)
      found(person.box, max(0.999 - doubt * generator.uniform(0.2, 2), 0.81))
      if generator.chance(0.012) { found(person.box, generator.uniform(0.4, 0.9), spread: 0.06) }
    }
    if generator.chance(0.3) { proposals.append(Proposal(box: decoy(), score: generator.uniform(0.05, 0.75))) }
    if generator.chance(0.06) { proposals.append(Proposal(box: decoy(), score: generator.uniform(0.8, 0.93))) }
    return proposals

    func found(_ box: UnitBox, _ score: Double, spread: Double? = nil) {
      let usual = generator.chance(0.05) ? 0.05 : 0.018
      proposals.append(Proposal(box: jittered(box, spread ?? usual), score: score))
    }
  }

  /// A box around something that is no person.
  private mutating func decoy() -> UnitBox {
    let (x, y) = (generator.uniform(0, 0.75), generator.uniform(0, 0.5))
    return UnitBox(x1: x, y1: y, x2: x + generator.uniform(0.08, 0.25), y2: y + generator.uniform(0.15, 0.45))
  }

  /// Moves every side by a random part of the box's length there.
  private mutating func jittered(_ box: UnitBox, _ spread: Double) -> UnitBox {
    let (width, height) = (box.x2 - box.x1, box.y2 - box.y1)
    func moved(_ value: Double, _ side: Double) -> Double {
      // The sum of three uniform numbers is close enough to a normal one, and never far off.
      let noise = generator.uniform(-1, 1) + generator.uniform(-1, 1) + generator.uniform(-1, 1)
      return min(max(value + side * spread * noise, 0), 1)
    }
    return UnitBox(
      x1: moved(box.x1, width), y1: moved(box.y1, height), x2: moved(box.x2, width), y2: moved(box.y2, height))
  }
}

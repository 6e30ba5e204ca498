internal import Geometry
internal import Overlay
internal import Tensors

/// The people of a world.
enum Cast {
  /// Makes up one to five people, from the back of the scene to the front.
  static func actors(_ generator: inout SeededGenerator, size: SceneSize, seconds: Double) -> [Actor] {
    let count = generator.pick([1, 2, 2, 2, 3, 3, 3, 4, 4, 5])
    let shirts = generator.below(Figure.shirts.count)
    let base = size.height * generator.uniform(0.38, count > 3 ? 0.52 : 0.68)
    let slots = Array(0..<count).shuffled(using: &generator)
    let actors = (0..<count).map { index in
      let depth = (Double(index) + generator.uniform(0.1, 0.9)) / Double(count)
      let ground = size.height * (0.74 + 0.22 * depth)
      var stature = base * (0.88 + 0.24 * depth) * generator.uniform(0.93, 1.07)
      // Heads stay in the image, and who lies does, too.
      stature = min(max(stature, 0.35 * size.height), 0.75 * size.height, 0.62 * size.width, 0.82 * ground)
      let edge = 0.3 * stature
      let x = edge + (size.width - 2 * edge) * (Double(slots[index]) + generator.uniform(0.25, 0.75)) / Double(count)
      let actor = Actor(
        figure: Figure(index: index, &generator, shirtOffset: shirts), stature: stature, start: Point(x, ground),
        facing: generator.chance(0.5) ? 1 : -1, turnsAt: edge...(size.width - edge), phase: generator.uniform(0, 3),
        pace: generator.uniform(0.88, 1.12))
      var writer = ScriptWriter(
        for: actor, middle: size.width / 2, generator: SeededGenerator(seed: generator.next()))
      return writer.write(seconds: seconds)
    }
    return actors.sorted { $0.start.y < $1.start.y }
  }
}

internal import Geometry
internal import Overlay
internal import Tensors

extension Cast {
  /// The one person of a video that shows one activity: half way through, in the middle of the picture.
  static func performer(
    of activity: Activity, _ generator: inout SeededGenerator, size: SceneSize, seconds: Double
  ) -> Actor {
    let ground = size.height * generator.uniform(0.8, 0.95)
    let stature = min(size.height * generator.uniform(0.42, 0.72), 0.62 * size.width, 0.82 * ground)
    let edge = 0.3 * stature
    var actor = Actor(
      figure: Figure(index: 0, &generator, shirtOffset: generator.below(Figure.shirts.count)), stature: stature,
      start: Point(size.width / 2, ground), facing: generator.chance(0.5) ? 1 : -1,
      turnsAt: edge...(size.width - edge), phase: generator.uniform(0, 3), pace: generator.uniform(0.88, 1.12))
    actor.script = script(of: activity, seconds: seconds, &generator)
    actor.start.x += generator.uniform(-0.1, 0.1) * min(size.width, size.height)
    for motion in actor.script.map(\.motion) {
      switch motion {
      case .walk, .run: actor.start.x -= actor.facing * motion.speed * actor.pace * stature * seconds / 2
      case .fall(let fall), .rise(let fall), .lie(let fall):
        // Lying, one reaches a whole length to one side of where one stood.
        let side = fall == .onTheFace ? actor.facing : -actor.facing
        actor.start.x = size.width / 2 - side * 0.45 * stature
      default: break
      }
    }
    actor.start.x = min(max(actor.start.x, actor.turnsAt.lowerBound), actor.turnsAt.upperBound)
    return actor
  }

  /// One activity for a whole video: what takes about a second is in the middle, after what must come before it and
  /// before what must follow.
  ///
  /// - Parameter seconds: 2 or more.
  private static func script(
    of activity: Activity, seconds: Double, _ generator: inout SeededGenerator
  ) -> [Actor.Part] {
    let middle = seconds / 2 + generator.uniform(-0.2, 0.2)
    let half = generator.uniform(0.45, 0.6)
    func change(from before: Motion, by motion: Motion, to after: Motion) -> [Actor.Part] {
      [
        Actor.Part(start: 0, motion: before), Actor.Part(start: middle - half, motion: motion),
        Actor.Part(start: middle + half, motion: after),
      ]
    }
    func all(_ motion: Motion) -> [Actor.Part] { [Actor.Part(start: 0, motion: motion)] }
    let fall: Motion.Fall = generator.chance(0.5) ? .onTheBack : .onTheFace
    let isSeated = generator.chance(0.5)
    switch activity {
    case .fall: return change(from: .stand, by: .fall(fall), to: .lie(fall))
    case .getUp:
      return isSeated
        ? change(from: .sit, by: .standUp, to: .stand) : change(from: .lie(fall), by: .rise(fall), to: .stand)
    case .sit: return isSeated ? all(.sit) : change(from: .stand, by: .sitDown, to: .sit)
    case .lie: return all(.lie(fall))
    case .stand:
      let rhythm = generator.pick([Motion.Rhythm.walk, .run, .dance, .wave, .clap])
      let at = generator.uniform()
      return all(generator.chance(0.75) ? .hold(rhythm, at: at) : .stand)
    case .walk: return all(.walk)
    case .run: return all(.run)
    case .bend: return all(.bend)
    case .crouch: return all(.crouch)
    case .jump: return all(.jump)
    case .dance: return all(.dance)
    case .wave: return all(.wave)
    case .clap: return all(.clap)
    }
  }
}

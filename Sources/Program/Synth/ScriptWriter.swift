internal import Overlay
internal import Tensors

/// Writes what an actor does: chains that a body can do, with changes of label between the key frames.
///
/// Key frames are at whole seconds. A motion lasts some of them and ends about half a second after its last one;
/// sitting down, falling and the ways back take the second around one key frame.
struct ScriptWriter {
  private var generator: SeededGenerator
  private var actor: Actor
  /// The first key second of the next part.
  private var second = 0
  private var start = 0.0
  private let middle: Double

  /// - Parameters:
  ///   - actor: Without a script.
  ///   - middle: Of the image: who falls, falls towards it.
  init(for actor: Actor, middle: Double, generator: SeededGenerator) {
    self.actor = actor
    self.middle = middle
    self.generator = generator
  }

  /// The actor with a script for this many seconds.
  mutating func write(seconds: Double) -> Actor {
    var mayMove = true
    switch generator.uniform() {
    case ..<0.12: sit()
    case ..<0.24: lie(down: generator.chance(0.5) ? .onTheBack : .onTheFace)
    default: mayMove = false
    }
    while Double(second) <= seconds {
      if mayMove || !visitGround() { add(onFeet(), keys: generator.pick([2, 2, 2, 3, 3, 4])) }
      mayMove.toggle()
    }
    return actor
  }

  private mutating func add(_ motion: Motion, keys: Int = 1) {
    actor.script.append(Actor.Part(start: start, motion: motion))
    second += keys
    start = Double(second) - 0.5 + generator.uniform(-0.12, 0.12)
  }

  /// Sits or lies down, stays a while and gets up again; or returns false, having chosen neither.
  private mutating func visitGround() -> Bool {
    let choice = generator.uniform()
    if choice < 0.42 {
      let (anchor, facing, _) = actor.place(at: start)
      let ahead = facing * (middle - anchor.x) > 0
      let fall: Motion.Fall = ahead ? .onTheFace : .onTheBack
      add(.fall(fall))
      lie(down: fall)
      return true
    }
    if choice < 0.62, seatIsFree() {
      add(.sitDown)
      sit()
      return true
    }
    return false
  }

  private mutating func sit() {
    add(.sit, keys: generator.pick([1, 2, 3]))
    add(.standUp)
  }

  private mutating func lie(down fall: Motion.Fall) {
    add(.lie(fall), keys: generator.pick([1, 1, 2, 3]))
    add(.rise(fall))
  }

  /// Whether a stool here would stand where one is already, or well away from all.
  private func seatIsFree() -> Bool {
    var trial = actor
    trial.script.append(Actor.Part(start: start, motion: .sit))
    let here = trial.seats[trial.seats.count - 1].x
    return actor.seats.allSatisfy { abs($0.x - here) < 0.02 * actor.stature || abs($0.x - here) > 0.6 * actor.stature }
  }

  /// Something done upright, another one than just now.
  ///
  /// Between two movements people often stand still: so often that each pose of what repeats itself is held as often as
  /// it is moved through, and a single image of it is a coin's toss.
  private mutating func onFeet() -> Motion {
    let isStill = actor.script.last?.motion.activity == .stand
    if !isStill, generator.chance(Self.stillness) {
      let at = generator.uniform()
      let held: [(Motion, Double)] = Self.repeating.map { (.hold($0.rhythm, at: at), $0.weight) }
      return choice(held + [(.stand, 0.4)])
    }
    let others: [(Motion, Double)] = [(.bend, 1), (.crouch, 1), (.jump, 1)]
    while true {
      let motion = choice(Self.repeating.map { ($0.rhythm.motion, $0.weight) } + others)
      if motion.activity != actor.script.last?.motion.activity { return motion }
    }
  }

  /// What repeats itself, by how often it is done.
  private static let repeating: [(rhythm: Motion.Rhythm, weight: Double)] = [
    (.walk, 1), (.run, 1), (.dance, 1), (.wave, 0.75), (.clap, 0.85),
  ]
  /// Chosen so that poses are held as often as they are moved through: stillness never follows stillness, movements
  /// may follow each other.
  private static let stillness = 0.54

  private mutating func choice(_ choices: [(motion: Motion, weight: Double)]) -> Motion {
    var place = generator.uniform() * choices.reduce(0) { $0 + $1.weight }
    for (motion, weight) in choices {
      place -= weight
      if place < 0 { return motion }
    }
    return choices[choices.count - 1].motion
  }
}

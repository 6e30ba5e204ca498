internal import Glibc

/// What a figure does for a while: finer than AVA's classes, which name only some of the differences.
public enum Motion: Hashable, Sendable {
  case stand
  /// Stands still in one pose of something that moves, `at` being where in its rhythm (0 to 1).
  case hold(Rhythm, at: Double)
  case walk
  case run
  case sit
  case bend
  case crouch
  case jump
  case dance
  case wave
  case clap
  case lie(Fall)
  case sitDown
  /// The way of `sitDown`, backwards.
  case standUp
  case fall(Fall)
  /// The way of `fall`, backwards.
  case rise(Fall)

  /// What repeats itself and looks like standing when it is stopped.
  public enum Rhythm: Hashable, Sendable {
    case wave
    case clap
    case walk
    case run
    case dance
  }

  /// The way to the ground and how one lies there.
  public enum Fall: Hashable, Sendable {
    case onTheBack
    case onTheFace
  }

  /// AVA has no class for sitting down: who does that is labelled as sitting.
  public var activity: Activity {
    switch self {
    case .stand, .hold: return .stand
    case .walk: return .walk
    case .run: return .run
    case .sit, .sitDown: return .sit
    case .bend: return .bend
    case .crouch: return .crouch
    case .jump: return .jump
    case .dance: return .dance
    case .wave: return .wave
    case .clap: return .clap
    case .lie: return .lie
    case .fall: return .fall
    case .standUp, .rise: return .getUp
    }
  }

  /// Whether the figure moves over the ground.
  var travels: Bool { self == .walk || self == .run }

  /// Ground speed in statures a second.
  var speed: Double {
    switch self {
    case .walk: return 0.62
    case .run: return 1.3
    default: return 0
    }
  }

  /// The distance of one gait cycle (two steps), in statures.
  var stride: Double { self == .run ? 1.25 : 0.8 }
}

extension Motion {
  /// A moment of a motion.
  public struct Moment {
    /// Seconds, shifted so that no two people move in step.
    public var time: Double
    /// Gait cycles walked or run so far.
    public var cycles: Double
    /// How much of the motion is over, 0 to 1: what sitting down and the like go by.
    public var progress: Double

    public init(time: Double = 0, cycles: Double = 0, progress: Double = 0) {
      (self.time, self.cycles, self.progress) = (time, cycles, progress)
    }
  }

  /// The pose at a moment.
  public func pose(at moment: Moment) -> Pose {
    let time = moment.time
    switch self {
    case .stand: return .standing(sway: 0.02 * sin(time * 1.6))
    case .hold(let rhythm, let at): return rhythm.pose(at)
    case .walk: return Rhythm.walk.pose(moment.cycles)
    case .run: return Rhythm.run.pose(moment.cycles)
    case .sit: return .sitting(nod: 0.03 * sin(time * 1.3))
    case .bend: return .bending(depth: 0.5 - 0.5 * cos(time * 2.4))
    case .crouch: return .crouching(sway: 0.05 * sin(time * 1.9))
    case .jump: return .jumping(phase: time / 1.05)
    case .dance: return Rhythm.dance.pose(time * 0.6)
    case .wave: return Rhythm.wave.pose(time * 1.7)
    case .clap: return Rhythm.clap.pose(time * 1.9)
    case .lie(let fall): return fall.way.end
    case .sitDown: return PosePath.toTheSeat.pose(moment.progress)
    case .standUp: return PosePath.toTheSeat.pose(1 - moment.progress)
    case .fall(let fall): return fall.way.pose(moment.progress)
    case .rise(let fall): return fall.way.pose(1 - moment.progress)
    }
  }
}

extension Motion.Rhythm {
  /// The pose at a place of the rhythm, whose period is 1. A foot is always on the ground, so that each can be held.
  func pose(_ phase: Double) -> Pose {
    let angle = 2 * Double.pi * phase
    switch self {
    case .wave: return .waving(angle)
    case .clap: return .clapping(angle)
    case .walk: return .gait(angle, thigh: 0.48, knee: 0.75, elbow: 0.3, lean: 0.05)
    case .run: return .gait(angle, thigh: 0.85, knee: 1.5, elbow: 1.45, lean: 0.24)
    case .dance: return .dancing(angle)
    }
  }

  /// What moves in this rhythm.
  var motion: Motion {
    switch self {
    case .wave: .wave
    case .clap: .clap
    case .walk: .walk
    case .run: .run
    case .dance: .dance
    }
  }
}

extension Motion.Fall {
  var way: PosePath { self == .onTheBack ? .ontoTheBack : .ontoTheFace }
}

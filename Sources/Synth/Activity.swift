/// What a figure can be doing, named by AVA's classes.
public enum Activity: String, CaseIterable, Sendable {
  case stand
  case walk
  case run
  case sit
  case bend
  case crouch
  case jump
  case dance
  case wave
  case clap

  /// AVA's class ids: the pose first, then what is done in it.
  public var classIDs: [Int] {
    switch self {
    case .bend: return [1]
    case .crouch: return [3]
    case .dance: return [4]
    case .jump: return [7]
    case .run: return [10]
    case .sit: return [11]
    case .stand: return [12]
    case .walk: return [14]
    case .clap: return [12, 67]
    case .wave: return [12, 69]
    }
  }

  /// Whether the figure moves over the ground.
  var travels: Bool { self == .walk || self == .run }

  /// Ground speed in statures a second.
  var speed: Double {
    switch self {
    case .walk: return 0.62
    case .run: return 1.35
    default: return 0
    }
  }

  /// The distance of one gait cycle (two steps), in statures.
  var stride: Double { self == .run ? 1.25 : 0.8 }
}

/// AVA's names of the classes that figures can show.
public let activityClassNames: [(id: Int, name: String)] = [
  (1, "bend/bow (at the waist)"), (3, "crouch/kneel"), (4, "dance"), (7, "jump/leap"), (10, "run/jog"), (11, "sit"),
  (12, "stand"), (14, "walk"), (67, "hand clap"), (69, "hand wave"),
]

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
  case fall
  case getUp
  case lie
  case wave
  case clap

  /// AVA's class ids: the pose first, then what is done in it.
  public var classIDs: [Int] {
    switch self {
    case .bend: return [1]
    case .crouch: return [3]
    case .dance: return [4]
    case .fall: return [5]
    case .getUp: return [6]
    case .jump: return [7]
    case .lie: return [8]
    case .run: return [10]
    case .sit: return [11]
    case .stand: return [12]
    case .walk: return [14]
    case .clap: return [12, 67]
    case .wave: return [12, 69]
    }
  }
}

/// AVA's names of the classes that figures can show.
public let activityClassNames: [(id: Int, name: String)] = [
  (1, "bend/bow (at the waist)"), (3, "crouch/kneel"), (4, "dance"), (5, "fall down"), (6, "get up"),
  (7, "jump/leap"), (8, "lie/sleep"), (10, "run/jog"), (11, "sit"), (12, "stand"), (14, "walk"), (67, "hand clap"),
  (69, "hand wave"),
]

extension RunIdentity {
  /// What scores depend on beside the keys of a configuration, each with the word that begins its entries' names.
  public enum Thing: String, CaseIterable, Sendable {
    case framesPerSecond = "frames a second"
    case still
    case precision
    case kernels
    case convolution
    case weights
    /// What integers stand for.
    case calibration
    case randomWeights = "random weights"
    case partialWeights = "partial weights"
    case frameLists = "frame list"
    case proposals
    /// A video as a list of images.
    case frames = "frames of"
    case video
    case tasks = "key frames and boxes"
    case shard
    /// How a detector of people sees images.
    case detector
    /// One of an ensemble's, by number.
    case model

    /// The thing that an entry is of; nil for a configuration key.
    init?(entry name: String) {
      guard let found = Self.allCases.first(where: { name == $0.rawValue || name.hasPrefix($0.rawValue + " ") }) else {
        return nil
      }
      self = found
    }

    /// Whether other tasks follow from another one.
    var shapesTasks: Bool {
      switch self {
      case .framesPerSecond, .frameLists, .proposals, .frames, .video: true
      case .still, .precision, .kernels, .convolution, .weights, .calibration, .randomWeights, .partialWeights, .tasks,
        .shard,
        .model, .detector:
        false
      }
    }

    var isPlural: Bool {
      switch self {
      case .weights, .proposals, .frames, .tasks: true
      default: false
      }
    }
  }

  /// Adds a thing of which there is one.
  public mutating func add(_ thing: Thing, _ value: String) { append(thing.rawValue, value) }

  /// Adds one of several things of a kind.
  ///
  /// - Parameter which: Its number or name.
  public mutating func add(_ thing: Thing, _ which: String, _ value: String) {
    append("\(thing.rawValue) \(which)", value)
  }

  /// What is said of a thing of which there is one.
  public subscript(thing: Thing) -> String? { self[thing.rawValue] }
}

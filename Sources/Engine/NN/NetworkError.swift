/// What can be wrong with the values that a network is laid out for.
public enum NetworkError: Error, Equatable, CustomStringConvertible {
  /// A kernel does not fit into what reaches it.
  case tooSmall(operation: String, input: String)
  /// Maps that are to be joined differ in extent.
  case unequal(maps: [String])
  /// An operator was given values that do not suit it or each other.
  case unsuited(operation: String, needs: String, found: [ValueShape])
  /// The frames do not divide into the groups of a non-local block.
  case ungrouped(frames: Int, groups: Int)
  /// An operator of a network that is to be trained knows no gradient.
  case untrainable(operation: String)
  /// The activations take more memory than the machine has.
  case tooLarge(bytes: Int, memory: Int)

  public var description: String {
    switch self {
    case .unequal(let maps):
      return
        "laying out the network: maps of \(maps.joined(separator: " and ")) (T x H x W) are to be joined, and differ"
        + " -> give a number of frames that every pathway's rate divides"
    case .unsuited(let operation, let needs, let found):
      return
        "laying out the network: \(operation) needs \(needs), and is given "
        + found.map(\.description).joined(separator: " and ")
        + " (N x T x H x W x C) -> give it such values where the network is built"
    case .ungrouped(let frames, let groups):
      return "laying out the network: a non-local block of \(groups) groups cannot share out \(frames) frames"
        + " -> give a number of frames that the groups divide"
    case .untrainable(let operation):
      return "laying out the network for training: a gradient of \(operation) is not known here"
        + " -> train a network without it"
    case .tooLarge(let bytes, let memory):
      return "laying out the network: its activations take \(bytes >> 20) MB, the machine has \(memory >> 20) MB"
        + " -> give smaller pictures (DATA.TEST_CROP_SIZE), fewer frames or a narrower network"
    case .tooSmall(let operation, let input):
      return "laying out the network: \(operation) does not fit into a map of \(input) (T x H x W)"
        + " -> give larger pictures or more frames"
    }
  }
}

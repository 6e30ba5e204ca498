internal import Configuration
internal import VideoModels

/// A published network with its own number: an entry of PySlowFast's, PyTorchVideo's, MMAction2's or VideoMAE's model zoo, or
/// of a family of one's own.
///
/// `docs/zoo.md` lists all of those four, `inspect` those that a file may be.
public struct PublishedModel: Sendable {
  /// What this program makes of the file.
  public enum Status: Sendable, Equatable {
    /// Scores of the library's own code are reproduced on smaller weights of the same network.
    case reproduced
    /// The network is built and takes the file's tensors.
    case loads
    /// The network is not built, or no score is to be had of the file.
    case unsupported(why: String)
  }

  public let library: String
  /// Its name in the library, and clips.
  public let name: String
  /// The configuration in this project that suits, by its path; nil where there is none.
  public let config: String?
  /// What the library calls the file, by the end of its address; nil where this project does not know.
  public let file: String?
  /// Accuracy in per cent, or mAP, with the words that tell.
  public let number: String
  public let status: Status
  /// What tells the network, see ``traits(_:scoresBoxes:classes:_:)``; empty where no file is recognised by it.
  let traits: Set<String>

  init(
    _ library: String, _ traits: String, _ name: String, _ config: String?, _ file: String?, _ number: String,
    _ status: Status
  ) {
    self.library = library
    self.traits = Self.words(traits)
    self.name = name
    self.config = config.map { "configs/\($0).yaml" }
    self.file = file
    self.number = number
    self.status = status
  }

  /// An entry of a family of one's own.
  ///
  /// - Parameters:
  ///   - traits: Those that `recognise` gives, and what the head scores: "boxes", or the number of its classes.
  ///   - config: By its path from the project's folder.
  public init(
    library: String, traits: Set<String>, name: String, config: String?, file: String? = nil, number: String,
    status: Status
  ) {
    (self.library, self.traits, self.name, self.config) = (library, traits, name, config)
    (self.file, self.number, self.status) = (file, number, status)
  }

  /// Every entry of the four model zoos, library by library.
  public static let all = ofPySlowFast + ofPyTorchVideo + ofMMAction2 + ofVideoMAE

  static let ownLibrary = "PySlowFast"

  /// Traits of a table's entry, divided by spaces.
  static func words(_ traits: String) -> Set<String> { Set(traits.split(separator: " ").map(String.init)) }

  /// What tells a published network: what its family says of it, what its head scores, and what another library's head does.
  static func traits(_ network: Recognition, scoresBoxes: Bool?, classes: Int?, _ semantics: PeerSemantics?) -> Set<
    String
  > {
    guard !network.traits.isEmpty, let scoresBoxes else { return [] }
    var traits = network.traits
    traits.insert(scoresBoxes ? "boxes" : classes.map { "\($0)" } ?? "clips")
    if let boxes = semantics?.boxes {
      if boxes.hasContext { traits.insert("context") }
      if boxes.frames == .maximum { traits.insert("max") }
      if boxes.hidden != nil { traits.insert("mlp") }
    }
    return traits
  }
}

/// A config of a network of which nothing was published.
public struct UnpublishedConfig: Sendable {
  /// Those that `recognise` gives, and what the head scores: "boxes", or the number of its classes.
  public let traits: Set<String>
  /// By its path from the project's folder.
  public let config: String
  /// Whose names the files have; nil for those that are read as they are.
  public let library: String?

  public init(traits: Set<String>, config: String, library: String? = nil) {
    (self.traits, self.config, self.library) = (traits, config, library)
  }
}

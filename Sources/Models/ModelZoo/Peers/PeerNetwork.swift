public import Checkpoint

/// A network of another library, as a file holds it.
public struct PeerNetwork: Sendable {
  /// A layer's name there and here.
  public struct Module: Sendable, Equatable {
    public let own: String
    public let model: String

    public init(own: String, model: String) {
      self.own = own
      self.model = model
    }
  }

  /// Whose it is, as "PyTorchVideo".
  public let library: String
  /// What read the file.
  var mapping: (any PeerMapping)?
  let modules: [Module]
  /// Whether it scores boxes, by its names; nil where it has no head.
  let scoresBoxes: Bool?
  /// What its network does otherwise than a configuration says.
  var semantics: PeerSemantics
  /// The classifier whose first row is a class that no test asks for.
  var classifierWithBackground: String?
  /// Whether the library's names are those of two pathways, be it that all tensors of one are missing.
  var hasFastPathway = false
  /// What names begin with that belong to no network.
  var ignored: [String] = []
  /// Frames of a clip and the distance between them, where the file says so.
  var clip: (frames: Int, rate: Int)?
  /// What could not be found out and was assumed, in words.
  var assumptions: [String] = []

  public init(library: String, modules: [Module], scoresBoxes: Bool?, semantics: PeerSemantics) {
    self.library = library
    self.modules = modules
    self.scoresBoxes = scoresBoxes
    self.semantics = semantics
  }

  /// nil for PySlowFast's own files, and those of networks that are not built here.
  ///
  /// - Parameter families: Whose networks are looked for.
  public init?(_ checkpoint: Checkpoint, families: [any ModelFamily] = modelFamilies) {
    guard case .network(let network)? = PeerReading(PeerFile(checkpoint), families) else { return nil }
    self = network
  }

  /// How many of a file's names are those of its layers.
  func countKnown(_ names: [String]) -> Int {
    let own = Set(modules.map(\.own))
    return names.count { name in name.lastIndex(of: ".").map { own.contains(String(name[..<$0])) } ?? false }
  }

  /// The pixels that the network was trained on; nil where the configuration's are as good.
  public var pixels: PeerPixels? { semantics.pixels }
}

/// How a library normalises pixels of 0 to 1, per channel in the order red, green, blue.
public struct PeerPixels: Sendable, Equatable {
  public let mean: [Double]
  public let std: [Double]

  public init(mean: [Double], std: [Double]) {
    self.mean = mean
    self.std = std
  }
}

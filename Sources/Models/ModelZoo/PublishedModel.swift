internal import Configuration
internal import VideoModels

/// A published entry of PySlowFast's, PyTorchVideo's or MMAction2's model zoo, with its own number.
///
/// `docs/zoo.md` lists them all, `inspect` those that a file may be.
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
  /// What tells the network, see `traits`; empty where no file is recognised by it.
  let traits: String

  init(
    _ library: String, _ traits: String, _ name: String, _ config: String?, _ file: String?, _ number: String,
    _ status: Status
  ) {
    self.library = library
    self.traits = traits
    self.name = name
    self.config = config.map { "configs/\($0).yaml" }
    self.file = file
    self.number = number
    self.status = status
  }

  /// Every entry, library by library.
  public static let all = ofPySlowFast + ofPyTorchVideo + ofMMAction2

  static let ownLibrary = "PySlowFast"

  /// The published networks that a file of such traits may be.
  static func candidates(_ library: String, _ traits: [String]) -> [PublishedModel] {
    if traits.isEmpty { return [] }
    return all.filter { $0.library == library && $0.traits.split(separator: " ").map(String.init) == traits }
  }

  /// What tells a network: architecture, depth, what it scores, and what is unusual about it.
  static func traits(_ network: Recognition, scoresBoxes: Bool?, classes: Int?, _ semantics: PeerSemantics?) -> [String]
  {
    let settings = Dictionary(network.settings.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    func value<Content: Sendable>(_ key: Key<Content>) -> String? { settings[key.name] }
    guard let arch = value(.modelArch), let scoresBoxes else { return [] }
    var traits = [arch]
    if let depth = value(.resnetDepth) { traits.append("R\(depth)") }
    if let factor = value(.x3dDepthFactor) { traits.append(factor) }
    traits.append(scoresBoxes ? "boxes" : classes.map { "\($0)" } ?? "clips")
    if let kernel = value(.slowfastFusionKernelSz) { traits.append("k\(kernel)") }
    if value(.resnetDepth) == "101", value(.resnetNumBlockTempKernel)?.contains("23") == true { traits.append("23") }
    if value(.nonlocalLocation) != nil { traits.append("nl") }
    if let boxes = semantics?.boxes {
      if boxes.hasContext { traits.append("context") }
      if boxes.frames == .maximum { traits.append("max") }
      if boxes.hidden != nil { traits.append("mlp") }
    }
    return traits
  }
}

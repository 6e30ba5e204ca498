internal import Checkpoint
public import Configuration

/// How another library has networks of a family: how its files are told, what it calls the layers, and what becomes of
/// tensors on the way there.
///
/// A family lists its own in ``ModelFamily/peers``. Without ``archs`` files are read and none is written.
public protocol PeerMapping: Sendable {
  /// The library, as "PyTorchVideo".
  var library: String { get }

  /// What a file holds; nil where it is not of the library, or of another network of it.
  func read(_ file: PeerFile) -> PeerReading?

  /// What a file's network does under a configuration: by default what ``read(_:)`` said. Another one's configuration may
  /// read the same tensors in its own way, as those of PySlowFast's wrappers.
  func semantics(_ own: PeerSemantics, under config: Configuration) -> PeerSemantics

  /// The values of `MODEL.ARCH`, as the family recognises files, whose networks it can write.
  var archs: [String] { get }

  /// Whether PySlowFast has these networks from the library alone: it then reads them under the library's names, after
  /// `model.`.
  var isWrapped: Bool { get }

  /// Whether the library has these networks with a head that scores boxes, too.
  var scoresBoxes: Bool { get }

  /// What the library calls the layers of a network.
  func layers(_ network: ConvertedNetwork) -> ConvertedLayers

  /// Makes what the library's network has of tensors that still have PySlowFast's names.
  func prepare(_ weights: inout NamedWeights)
}

extension PeerMapping {
  public var archs: [String] { [] }
  public var isWrapped: Bool { false }
  public var scoresBoxes: Bool { false }
  public func semantics(_ own: PeerSemantics, under config: Configuration) -> PeerSemantics { own }
  public func layers(_ network: ConvertedNetwork) -> ConvertedLayers { ConvertedLayers(modules: []) }
  public func prepare(_ weights: inout NamedWeights) {}
}

/// A network that is to be written under a library's names.
public struct ConvertedNetwork: Sendable {
  /// Under PySlowFast's names.
  public let tensors: TensorIndex
  /// `MODEL.ARCH`, as its family recognises it.
  public let arch: String
  /// Whose file it is; nil for PySlowFast's own.
  public let origin: PeerNetwork?
  /// What the file says of itself; nil where it carries no configuration.
  public let config: Configuration?
  /// Whether its head scores boxes; nil where there is none.
  public let scoresBoxes: Bool?
  /// Whether PySlowFast's wrapper is to read it.
  public let isWrapped: Bool
}

/// What a library calls a network's layers.
public struct ConvertedLayers: Sendable {
  public var modules: [PeerNetwork.Module]
  /// What the weights need and the library's network has not, in words; without any it can be written.
  public var obstacles: [String] = []
  /// What the file cannot say to its next reader.
  public var notices: [String] = []

  public init(modules: [PeerNetwork.Module]) { self.modules = modules }
}

/// What a library's file holds.
public enum PeerReading: Sendable {
  case network(PeerNetwork)
  /// A network that is not built here.
  ///
  /// - Parameter example: A tensor whose name or shape tells.
  case unsupported(library: String, what: String, example: String)

  /// That of the mapping which knows the most of a file's layers: what the file lacks decides nothing. nil where it is of no
  /// library that the families know.
  init?(_ file: PeerFile, _ families: [any ModelFamily]) {
    // The last first, as where files of PySlowFast are recognised: of equals the first is taken.
    let mappings = families.reversed().flatMap(\.peers)
    let readings = mappings.compactMap { mapping in mapping.read(file).map { (mapping, $0) } }
    let networks = readings.compactMap { mapping, reading -> PeerNetwork? in
      guard case .network(var network) = reading else { return nil }
      network.mapping = mapping
      return network
    }
    let known = networks.count < 2 ? networks.map { _ in 0 } : networks.map { $0.countKnown(file.names) }
    if let network = zip(networks, known).max(by: { $0.1 < $1.1 })?.0 {
      self = .network(network)
    } else if let (_, reading) = readings.first {
      self = reading
    } else {
      return nil
    }
  }
}

extension FileContent {
  /// Gives the tensors of a library's network the names that they have in PySlowFast's; nothing changes in other files.
  ///
  /// - Returns: Whether it is one.
  mutating func renamePeer(_ families: [any ModelFamily]) -> Bool {
    let file = PeerFile(self)
    guard case .network(let network)? = PeerReading(file, families) else { return false }
    let modules = Dictionary(network.modules.map { ($0.own, $0.model) }, uniquingKeysWith: { first, _ in first })
    for (index, own) in file.names.enumerated() {
      if network.ignored.contains(where: { own.hasPrefix($0) }) { items[index].isOfTraining = true }
      guard let dot = own.lastIndex(of: ".") else { continue }
      let module = String(own[..<dot])
      guard let model = modules[module] else { continue }
      // Parameters of the network itself belong to no module there.
      items[index].name = model.isEmpty ? String(own[own.index(after: dot)...]) : model + own[dot...]
      if network.classifierWithBackground == module { items[index].dropFirstRow() }
    }
    notices.append("the tensors have \(network.library)'s names and are read under PySlowFast's")
    if let module = network.classifierWithBackground {
      notices.append("row 0 of '\(module)' is \(network.library)'s background class and is left out")
    }
    return true
  }
}

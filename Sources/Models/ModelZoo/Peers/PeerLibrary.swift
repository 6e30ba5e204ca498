internal import Checkpoint

/// A library whose networks are built here too, under names of its own and with differences of function.
///
/// Another library is a file or two that conform to this, and an entry in ``peerLibraries``.
protocol PeerLibrary: Sendable {
  var name: String { get }

  /// What a file of its own holds; nil for the files of others.
  func read(_ file: PeerFile) -> PeerReading?
}

/// What a library says of a file of its own.
enum PeerReading {
  case network(PeerNetwork)
  /// A network that is not built here.
  ///
  /// - Parameter example: A tensor whose name or shape tells.
  case unsupported(library: String, what: String, example: String)

  /// nil where the file is of no library that is known.
  init?(_ file: PeerFile) {
    guard let reading = peerLibraries.lazy.compactMap({ $0.read(file) }).first else { return nil }
    self = reading
  }
}

/// The libraries whose weights are read.
let peerLibraries: [any PeerLibrary] = [PyTorchVideo(), MMAction2()]

extension FileContent {
  /// Gives the tensors of a library's network the names that they have in PySlowFast's; nothing changes in other files.
  ///
  /// - Returns: Whether it is one.
  mutating func renamePeer() -> Bool {
    let file = PeerFile(self)
    guard case .network(let network)? = PeerReading(file) else { return false }
    let modules = Dictionary(network.modules.map { ($0.own, $0.model) }, uniquingKeysWith: { first, _ in first })
    for (index, own) in file.names.enumerated() {
      guard let dot = own.lastIndex(of: ".") else { continue }
      let module = String(own[..<dot])
      if network.ignored.contains(where: { own.hasPrefix($0) }) { items[index].isOfTraining = true }
      guard let model = modules[module] else { continue }
      items[index].name = model + own[dot...]
      if network.classifierWithBackground == module { items[index].dropFirstRow() }
    }
    notices.append("the tensors have \(network.library)'s names and are read under PySlowFast's")
    if let module = network.classifierWithBackground {
      notices.append("row 0 of '\(module)' is \(network.library)'s background class and is left out")
    }
    return true
  }
}

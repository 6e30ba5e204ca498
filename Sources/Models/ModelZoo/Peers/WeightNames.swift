/// Whose names tensors are written under: PySlowFast's, or those of a library that a family writes.
public struct WeightNames: Sendable, Equatable {
  static let pySlowFast = "PySlowFast"

  /// The library; nil for PySlowFast.
  let library: String?

  /// As a command line has it: the library in small letters.
  public var name: String { (library ?? Self.pySlowFast).lowercased() }

  public static let pyslowfast = WeightNames(library: nil)
  public static let pytorchvideo = WeightNames(library: PyTorchVideo.name)

  /// PySlowFast and the libraries that the families write, each once.
  public static func all(_ families: [any ModelFamily] = modelFamilies) -> [WeightNames] {
    let written = families.flatMap(\.peers).filter { !$0.archs.isEmpty }.map { WeightNames(library: $0.library) }
    return written.reduce(into: [.pyslowfast]) { all, names in if !all.contains(names) { all.append(names) } }
  }
}

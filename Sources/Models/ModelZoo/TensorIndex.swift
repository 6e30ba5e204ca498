public import Checkpoint

/// A file's tensors, sorted by the stages, pathways and blocks that their names tell of.
public struct TensorIndex: Sendable {
  private let shapes: [String: [Int]]
  /// Ascending.
  private let names: [String]
  /// Block numbers by "s4.pathway0_res", without duplicates, ascending.
  private let numbers: [String: [Int]]
  /// Whether its kernels are stored without an extent of time.
  let hasKernelsOfPictures: Bool
  /// What the branches of residual blocks are made of: "a", "a_bn", "se".
  let branchParts: Set<String>
  /// Of a network of stages: whether any tensor is of a second pathway, or joins one to the first.
  let hasFastPathway: Bool

  /// Looks at names and shapes; no numbers are read.
  public init(_ checkpoint: Checkpoint) { self.init(checkpoint, nil) }

  /// - Parameter peer: The library's network that the file holds; nil for PySlowFast's own.
  init(_ checkpoint: Checkpoint, _ peer: PeerNetwork?) {
    shapes = Dictionary(
      checkpoint.entries.map { ($0.name, Self.withTime($0.shape, $0.name)) }, uniquingKeysWith: { _, last in last })
    names = checkpoint.entries.map(\.name).sorted()
    hasKernelsOfPictures = checkpoint.entries.contains { $0.shape.count == 4 && $0.name.hasSuffix(".weight") }
    var found: [String: Set<Int>] = [:]
    var parts: Set<String> = []
    for name in names {
      guard let (blocks, number, layer) = StageNames.numbered(name) else { continue }
      found[blocks, default: []].insert(number)
      let words = layer.split(separator: ".", maxSplits: 2)
      if words.count > 2, words[0] == StageNames.branch { parts.insert(String(words[1])) }
    }
    numbers = found.mapValues { $0.sorted() }
    branchParts = parts
    hasFastPathway = peer?.hasFastPathway == true || names.contains(where: StageNames.isOfTwoPathways)
  }

  /// Networks of pictures may be stored without the one frame that their kernels see.
  private static func withTime(_ shape: [Int], _ name: String) -> [Int] {
    guard shape.count == 4, name.hasSuffix(".weight") else { return shape }
    return Array(shape[..<2]) + [1] + shape[2...]
  }

  public func shape(_ name: String) -> [Int]? { shapes[name] }

  public func hasPrefix(_ prefix: String) -> Bool { first(from: prefix)?.hasPrefix(prefix) ?? false }

  /// The first name that is not before a text.
  private func first(from text: String) -> String? {
    var (low, high) = (0, names.count)
    while low < high {
      let middle = (low + high) / 2
      if names[middle] < text { low = middle + 1 } else { high = middle }
    }
    return low < names.count ? names[low] : nil
  }

  /// The numbers of a stage's residual blocks.
  public func blocks(stage: Int, pathway: Int) -> [Int] {
    numbers["s\(stage).pathway\(pathway)\(StageNames.residual)"] ?? []
  }

  /// The blocks that a non-local one follows.
  public func nonLocalBlocks(stage: Int, pathway: Int) -> [Int] {
    numbers["s\(stage).pathway\(pathway)\(StageNames.nonLocal)"] ?? []
  }

  /// How many blocks res2 to res5 have, by the highest number in any pathway: one between may be missing.
  public var blockCounts: [Int] {
    (2...5).map { stage in (0...1).map { (blocks(stage: stage, pathway: $0).max() ?? -1) + 1 }.max()! }
  }

  /// Whether there are residual blocks of stages, be it that the file lacks others.
  var hasStages: Bool {
    let count = (2...5).reduce(0) { $0 + blocks(stage: $1, pathway: 0).count + blocks(stage: $1, pathway: 1).count }
    return count > 1 || count > 0 && (stem(pathway: 0) != nil || stem(pathway: 1) != nil)
  }

  /// The shape of the convolution of a pathway's stem, where the network is one of stages.
  func stem(pathway: Int) -> [Int]? {
    let shape = shape("\(StageNames.stem(pathway: pathway)).\(StageNames.stemConvolution).weight")
    return shape?.count == 5 ? shape : nil
  }

  /// The shape of a convolution of a block's branch.
  func convolution(_ name: String, block: Int, stage: Int, pathway: Int) -> [Int]? {
    shape("\(StageNames.block(block, stage: stage, pathway: pathway)).\(StageNames.branch).\(name).weight")
  }

  /// The temporal kernel of each block up to the highest number; nil where it is missing.
  func temporalKernels(stage: Int, pathway: Int) -> [Int?] {
    (0..<((blocks(stage: stage, pathway: pathway).max() ?? -1) + 1)).map { block in
      let shape = convolution("a", block: block, stage: stage, pathway: pathway) ?? []
      return shape.count == 5 ? shape[2] : nil
    }
  }

  /// The shapes of the blocks' convolutions of a name, of all stages and of both pathways.
  func convolutions(_ name: String) -> [[Int]] {
    (2...5).flatMap { stage in
      (0...1).flatMap { pathway in
        blocks(stage: stage, pathway: pathway).compactMap {
          convolution(name, block: $0, stage: stage, pathway: pathway)
        }
      }
    }.filter { $0.count == 5 }
  }

  /// The numbers that names have after a first part, such as "blocks".
  func numbers(after part: String) -> Set<Int> {
    let start = part + "."
    return Set(
      names.lazy.filter { $0.hasPrefix(start) }.compactMap { leadingNumber($0.dropFirst(start.count))?.number }
        .filter { $0 < 1024 })
  }

  // MARK: Channels

  /// The channels that a layer makes: of its kernel, or where that is missing of the normalisation after it.
  func channels(of layer: String, norm: String) -> Int? {
    if let shape = shape("\(layer).weight") { return shape.first }
    return ["weight", "bias", "running_mean", "running_var"].lazy.compactMap { self.shape("\(norm).\($0)")?.first }
      .first
  }

  /// The channels of a pathway's stem.
  func stemChannels(pathway: Int) -> Int? {
    let scope = StageNames.stem(pathway: pathway)
    return channels(of: "\(scope).\(StageNames.stemConvolution)", norm: "\(scope).bn")
  }

  /// The channels that one of some layers of a stage's blocks makes, the first that is there.
  func channels(of layers: [String], stage: Int, pathway: Int) -> Int? {
    blocks(stage: stage, pathway: pathway).lazy.flatMap { block in
      layers.lazy.map { "\(StageNames.block(block, stage: stage, pathway: pathway)).\($0)" }
    }.compactMap { self.channels(of: $0, norm: $0 + "_bn") }.first
  }

  /// The channels that bottlenecks of a stage make.
  func width(stage: Int, pathway: Int) -> Int? {
    channels(of: ["\(StageNames.branch).c", StageNames.shortcut], stage: stage, pathway: pathway)
  }

  /// The channels inside the bottlenecks of a stage.
  func innerWidth(stage: Int, pathway: Int) -> Int? {
    channels(of: ["a", "b"].map { "\(StageNames.branch).\($0)" }, stage: stage, pathway: pathway)
      ?? blocks(stage: stage, pathway: pathway).lazy.compactMap {
        self.convolution("c", block: $0, stage: stage, pathway: pathway)
      }.first { $0.count == 5 }?[1]
  }
}

public import Checkpoint

/// A file's tensors, sorted by the stages, pathways and blocks that their names tell of.
public struct TensorIndex: Sendable {
  private let shapes: [String: [Int]]
  private let names: [String]
  /// Block numbers by "s4.pathway0_res", without duplicates, ascending.
  private let numbers: [String: [Int]]
  /// Whether its kernels are stored without an extent of time.
  let hasKernelsOfPictures: Bool

  /// Looks at names and shapes; no numbers are read.
  public init(_ checkpoint: Checkpoint) {
    shapes = Dictionary(
      checkpoint.entries.map { ($0.name, Self.withTime($0.shape, $0.name)) }, uniquingKeysWith: { _, last in last })
    names = checkpoint.entries.map(\.name)
    hasKernelsOfPictures = checkpoint.entries.contains { $0.shape.count == 4 && $0.name.hasSuffix(".weight") }
    var found: [String: Set<Int>] = [:]
    for (blocks, number) in names.lazy.compactMap(StageNames.numbered) { found[blocks, default: []].insert(number) }
    numbers = found.mapValues { $0.sorted() }
  }

  /// Networks of pictures may be stored without the one frame that their kernels see.
  private static func withTime(_ shape: [Int], _ name: String) -> [Int] {
    guard shape.count == 4, name.hasSuffix(".weight") else { return shape }
    return Array(shape[..<2]) + [1] + shape[2...]
  }

  public func shape(_ name: String) -> [Int]? { shapes[name] }

  public func hasPrefix(_ prefix: String) -> Bool { names.contains { $0.hasPrefix(prefix) } }

  /// The numbers of a stage's residual blocks.
  public func blocks(stage: Int, pathway: Int) -> [Int] {
    numbers["s\(stage).pathway\(pathway)\(StageNames.residual)"] ?? []
  }

  /// The blocks that a non-local one follows.
  public func nonLocalBlocks(stage: Int, pathway: Int) -> [Int] {
    numbers["s\(stage).pathway\(pathway)\(StageNames.nonLocal)"] ?? []
  }

  /// How many blocks res2 to res5 have, by the highest number: one between may be missing.
  public var blockCounts: [Int] { (2...5).map { (blocks(stage: $0, pathway: 0).max() ?? -1) + 1 } }

  /// The depth of which the stages are, or of which a few blocks are missing: a quarter of them at most.
  ///
  /// - Parameter depths: The blocks of res2 to res5 by depth.
  func depth<Depth: Comparable>(of depths: [Depth: [Int]]) -> Depth? {
    let counts = blockCounts
    let sum = counts.reduce(0, +)
    return depths.filter { _, blocks in
      zip(blocks, counts).allSatisfy { $0 >= $1 } && 4 * sum >= 3 * blocks.reduce(0, +)
    }.min { $0.value.reduce(0, +) < $1.value.reduce(0, +) }?.key
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

  /// Whether a block of the first pathway has a convolution of that name in its branch.
  func hasConvolution(_ name: String) -> Bool {
    (2...5).contains { stage in
      blocks(stage: stage, pathway: 0).contains { convolution(name, block: $0, stage: stage, pathway: 0) != nil }
    }
  }
}

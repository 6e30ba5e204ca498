/// The depth that the blocks of a file's stages speak for; some of them may be missing.
struct StageDepth<Depth: Comparable & Hashable & Sendable>: Sendable {
  let depth: Depth
  /// The blocks that a network of this depth has in res2 to res5.
  let blocks: [Int]
  /// The depths that it may be of as well, where the file ends before the blocks that tell.
  let others: [Depth]

  /// - Parameters:
  ///   - counts: The blocks of res2 to res5 that are there, by the highest number.
  ///   - depths: The blocks of the known depths.
  /// - Returns: Nil for stages of no known depth.
  init?(_ counts: [Int], of depths: [Depth: [Int]]) {
    // The least first: what that one has, the deeper ones have too.
    let possible = depths.filter { zip($1, counts).allSatisfy { $0 >= $1 } }
      .sorted { ($0.value.reduce(0, +), $0.key) < ($1.value.reduce(0, +), $1.key) }
    guard let (depth, blocks) = possible.first else { return nil }
    let missesFew = 4 * counts.reduce(0, +) >= 3 * blocks.reduce(0, +)
    guard missesFew || Self.isCut(counts, blocks) else { return nil }
    (self.depth, self.blocks) = (depth, blocks)
    others = missesFew ? [] : possible.dropFirst().map(\.key)
  }

  /// Whether stages are missing as a whole, or all blocks from one on.
  private static func isCut(_ counts: [Int], _ blocks: [Int]) -> Bool {
    counts.contains(0) || counts.dropLast().elementsEqual(blocks.dropLast())
  }

  /// What it is called by; nil where it may be another one.
  var certain: Depth? { others.isEmpty ? depth : nil }
}

extension Recognition {
  /// Says where stages have fewer blocks than the depth that they are taken for.
  mutating func remarkMissingBlocks<Depth>(_ counts: [Int], _ found: StageDepth<Depth>?) {
    guard let found, found.blocks != counts else { return }
    remark(
      "the blocks of its stages, \(counts), are those of no known depth: taken for \(found.depth)'s, \(found.blocks), with "
        + (found.others.isEmpty ? "some missing" : "others missing; deeper ones begin with them too"))
  }
}

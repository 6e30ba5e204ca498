internal import MicroKernels

/// Floats, of two bfloat16 numbers each, in a row of a tile.
let tileDepth = 16

/// The rows of a product's weights, in steps of some tiles.
///
/// Rows that fill no tile come first: their tile's weights reach into the rows that follow, which are taken again by the
/// next tile, and its factors there are zeros. So no tile of weights reaches beyond a matrix.
struct DotSteps {
  /// Tiles of a step, where there is more than one: with the weights of 32 outputs 24 kB, half of a first-level cache.
  static let most = 12
  /// Tiles of a single step at most: weights from the second-level cache cost less than sums that go through memory.
  static let mostOfOne = 24

  /// The rows that a block multiplies with each matrix of its weights. A step takes its rows of all of them.
  let rows: Int
  /// Those of the first tile.
  private let firstRows: Int
  private let tiles: Int
  /// Tiles of every step but the last.
  let longest: Int
  let count: Int

  @inline(__always)
  init(_ block: GEMMBlock) {
    rows = block.taps * block.channels
    tiles = (rows + tileDepth - 1) / tileDepth
    firstRows = rows - (tiles - 1) * tileDepth
    let steps = tiles <= DotSteps.mostOfOne ? 1 : (tiles + DotSteps.most - 1) / DotSteps.most
    longest = (tiles + steps - 1) / steps
    count = (tiles + longest - 1) / longest
  }

  /// Rows of a tile of weights.
  @inline(__always)
  var tileRows: Int { min(tileDepth, rows) }

  struct Step {
    let firstRow: Int
    let tiles: Int
    /// Rows that the first tile takes; the others take `tileDepth` each.
    let firstRows: Int
  }

  @inline(__always)
  subscript(index: Int) -> Step {
    let first = index * longest
    return Step(
      firstRow: first == 0 ? 0 : firstRows + (first - 1) * tileDepth, tiles: min(longest, tiles - first),
      firstRows: first == 0 ? firstRows : tileDepth)
  }
}

internal import MicroKernels

/// Floats, of two bfloat16 numbers or four bytes each, in a row of a tile at most.
let tileDepth = 16

/// The rows of a product's weights, in steps of some tiles.
///
/// Where a tap's channels divide evenly into tiles of 8 to 16 rows, or are fewer than 16, tiles are of so many rows: what a tap
/// sees is then read where it lies. Few rows cost as many products as 16, but copying costs more.
///
/// Else tiles have 16 rows, and rows that fill no tile come first: their tile's weights reach into the rows that follow, which
/// are taken again by the next tile, and its factors there are zeros. So no tile of weights reaches beyond a matrix.
struct DotSteps {
  /// Tiles of a step, where there is more than one: with the weights of 32 outputs 24 kB, half of a first-level cache.
  static let most = 12
  /// Tiles of a single step at most: weights from the second-level cache cost less than sums that go through memory.
  static let mostOfOne = 24

  /// The rows that a block multiplies with each matrix of its weights. A step takes its rows of all of them.
  let rows: Int
  /// Rows of a tile of weights.
  let tileRows: Int
  /// What the first tile takes of them.
  private let firstRows: Int
  private let tiles: Int
  /// Tiles of every step but the last.
  let longest: Int
  let count: Int

  @inline(__always)
  init(_ block: GEMMBlock) {
    rows = block.taps * block.channels
    tileRows = DotSteps.rowsOfTile(block.channels) ?? min(tileDepth, rows)
    tiles = (rows + tileRows - 1) / tileRows
    firstRows = rows - (tiles - 1) * tileRows
    let steps = tiles <= DotSteps.mostOfOne ? 1 : (tiles + DotSteps.most - 1) / DotSteps.most
    longest = (tiles + steps - 1) / steps
    count = (tiles + longest - 1) / longest
  }

  /// The rows of tiles that a tap's channels divide into; nil where they do not.
  @inline(__always)
  static func rowsOfTile(_ channels: Int) -> Int? {
    if channels <= tileDepth { return channels }
    for rows in stride(from: tileDepth, through: tileDepth / 2, by: -1) where channels % rows == 0 { return rows }
    return nil
  }

  struct Step {
    let firstRow: Int
    let tiles: Int
    /// Rows that the first tile takes; the others take whole tiles' each.
    let firstRows: Int
  }

  @inline(__always)
  subscript(index: Int) -> Step {
    let first = index * longest
    return Step(
      firstRow: first == 0 ? 0 : firstRows + (first - 1) * tileRows, tiles: min(longest, tiles - first),
      firstRows: first == 0 ? firstRows : tileRows)
  }
}

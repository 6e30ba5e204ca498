internal import MicroKernels

/// How the tiles and outputs of a convolution are shared by threads that take outputs apart as well: by runs of outputs times blocks of
/// tiles.
///
/// All threads wait for the one that has most to do, so that what a way of cutting takes is counted on that one: the products of whole
/// sixes of tiles, and the weights that come with every piece.
struct WinogradPieces {
  /// What a piece's weights take beside the products, in products of tiles: they come from the third-level cache or memory, and those
  /// that are kept as taps are transformed. What hardly exceeds a core's second-level cache is read while there is something to
  /// multiply.
  static func tilesOfWeights(bytes: Int) -> Int { bytes < 1 << 21 ? 0 : 6 }

  /// Smaller blocks would read more weights than they multiply.
  private static let leastTiles = 12
  /// What takes so much longer than the best way is taken nevertheless, where it reads the weights less often.
  private static let slack = (10, 11)

  private let tiles: Range<Int>
  private let blocks: Int
  let count: Int
  /// The products that the busiest thread takes for each output of a run, in tiles.
  let tilesAThread: Int

  /// - Parameters:
  ///   - tiles: Of a map, or of its part whose points lie in memory together.
  ///   - runs: Of outputs.
  ///   - weights: `tilesOfWeights`.
  init(tiles: Range<Int>, runs: Int, threads: Int, weights: Int) {
    self.tiles = tiles
    let most = max(1, min(tiles.count / Self.leastTiles, 2 * threads))
    let ways = (1...most).map { blocks in
      let perBlock = (tiles.count + blocks - 1) / blocks
      return (runs * blocks + threads - 1) / threads * Self.tiles(perBlock, weights)
    }
    let least = ways.min() ?? 0
    let chosen = ways.firstIndex { $0 * Self.slack.0 <= least * Self.slack.1 } ?? 0
    blocks = chosen + 1
    count = runs * blocks
    tilesAThread = ways[chosen]
  }

  /// The products that the busiest thread takes for each output where pieces are tiles alone, the last one of what is left.
  static func tilesAThread(_ tiles: Int, perPiece: Int, threads: Int, weights: Int) -> Int {
    let last = (tiles - 1) / perPiece
    let whole = last / threads * Self.tiles(perPiece, weights)
    return whole + Self.tiles(last % threads == 0 ? tiles - last * perPiece : perPiece, weights)
  }

  /// What a piece takes.
  private static func tiles(_ count: Int, _ weights: Int) -> Int {
    (count + tilePositions - 1) / tilePositions * tilePositions + weights
  }

  /// The most tiles of a block.
  var tilesPerBlock: Int { (tiles.count + blocks - 1) / blocks }

  /// A run and its tiles.
  subscript(number: Int) -> (run: Int, tiles: Range<Int>) {
    let block = number % blocks
    let (first, end) = (block * tiles.count / blocks, (block + 1) * tiles.count / blocks)
    return (number / blocks, tiles.lowerBound + first..<tiles.lowerBound + end)
  }
}

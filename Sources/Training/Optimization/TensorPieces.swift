internal import Parallel
internal import Tensors

/// Runs through the numbers of several tensors in pieces, on all threads.
///
/// Pieces are cut by their size alone, so that what is computed piece by piece does not depend on the number of threads.
struct TensorPieces {
  struct Piece {
    /// The place of the tensor.
    let tensor: Int
    let range: Range<Int>
  }

  /// Numbers of a piece: enough that handing it out costs nothing, few enough that a small network has several.
  static let size = 1 << 14

  let pieces: [Piece]

  /// - Parameter counts: The numbers of each tensor.
  init(_ counts: [Int]) {
    pieces = counts.enumerated().flatMap { tensor, count in
      stride(from: 0, to: count, by: Self.size).map {
        Piece(tensor: tensor, range: $0..<min(count, $0 + Self.size))
      }
    }
  }

  func forEach(_ pool: WorkerPool, _ body: (Piece) -> Void) { pool.forEach(pieces.count) { body(pieces[$0]) } }
}

/// The sum of the squares of each tensor's numbers, in Double: pieces from the first number to the last, then the pieces.
func sumsOfSquares(_ tensors: [Tensor], _ pool: WorkerPool) -> [Double] {
  let pieces = TensorPieces(tensors.map(\.count)).pieces
  let parts = pool.map(pieces.count) { index in
    let piece = pieces[index]
    let start = tensors[piece.tensor].storage.pointer
    return piece.range.reduce(0.0) { $0 + Double(start[$1]) * Double(start[$1]) }
  }
  var sums = [Double](repeating: 0, count: tensors.count)
  for (piece, part) in zip(pieces, parts) { sums[piece.tensor] += part }
  return sums
}

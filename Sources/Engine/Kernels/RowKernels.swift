internal import MicroKernels

/// Loops over the channels of positions for one instruction set: what pooling and linear layers take.
///
/// The results are the same to the last bit on every instruction set.
public struct RowKernels: Sendable {
  /// Reduces several positions to one, channel by channel.
  ///
  /// - Parameters:
  ///   - positions: [count] Where each position's first wanted channel lies.
  ///   - count: At least 1.
  ///   - output: [channels] May be one of the positions.
  public typealias Reduction =
    @Sendable (
      _ positions: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int,
      _ output: UnsafeMutablePointer<Float>
    ) -> Void

  /// The largest; a NaN wins, as in PyTorch's pooling.
  public let largest: Reduction
  /// The mean, summed in Double in the order of the positions, then rounded once.
  public let mean: Reduction
  /// Products of a matrix with a vector.
  let products: @Sendable (MatrixVectorProduct) -> Void

  /// Computes y = y + A x for a row-major matrix on the calling thread, each row summed in Double.
  ///
  /// - Parameters:
  ///   - a: rows x columns, `aStride` floats from row to row.
  ///   - x: columns.
  ///   - y: rows.
  public func addMatrixVectorProduct(
    rows: Int, columns: Int, a: UnsafePointer<Float>, aStride: Int, x: UnsafePointer<Float>,
    y: UnsafeMutablePointer<Float>
  ) {
    products(MatrixVectorProduct(rows: rows, columns: columns, a: a, aStride: aStride, x: x, y: y))
  }
}

/// Loops over the channels of positions for one instruction set: what pooling takes.
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
}

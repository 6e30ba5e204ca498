/// Loops over the channels of pixels for one instruction set: pooling and residual sums.
///
/// The results are the same to the last bit on every instruction set.
public struct RowKernels: Sendable {
  /// Reduces several pixels to one, channel by channel.
  ///
  /// - Parameters:
  ///   - pixels: [count] Where each pixel's first wanted channel lies.
  ///   - count: At least 1.
  ///   - output: [channels] May be one of the pixels.
  public typealias Reduction =
    @Sendable (
      _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int,
      _ output: UnsafeMutablePointer<Float>
    ) -> Void

  /// Adds a row to another in place.
  ///
  /// - Parameters:
  ///   - target, addend: [count].
  ///   - rectifies: Whether sums below zero become zero (ReLU).
  public typealias Addition =
    @Sendable (
      _ target: UnsafeMutablePointer<Float>, _ addend: UnsafePointer<Float>, _ count: Int, _ rectifies: Bool
    ) -> Void

  /// The largest; a NaN wins, as in PyTorch's pooling.
  public let largest: Reduction
  /// The mean: summed in the order of the pixels, then divided.
  public let mean: Reduction
  /// The sum; a NaN stays one when it is rectified.
  public let add: Addition
}

/// RoIAlign's inner loops for one instruction set.
public struct RoIAlignKernels: Sendable {
  /// Averages the bins of one box over channels-last features.
  ///
  /// On each axis bin `b` owns the entries `starts[b] ..< starts[b + 1]`, each an offset in floats and a weight;
  /// its value is the sum of row weight x column weight x feature over its rows and columns. A channel's sum
  /// does not depend on how the channels are split between calls.
  ///
  /// - Parameters:
  ///   - features: The first wanted channel of the image's first position.
  ///   - channels: How many channels to compute.
  ///   - bins: The number of bins on each axis.
  ///   - rowStarts, columnStarts: [bins + 1].
  ///   - rowOffsets, columnOffsets: From `features` to a row, and from a row to a position.
  ///   - rowWeights, columnWeights: What a row or a column counts in its bin.
  ///   - output: The first wanted channel of the first bin.
  ///   - pitch: The distance in floats from a bin to the next.
  ///   - takesMaximum: Whether only each channel's largest bin is written, to the place of the first bin.
  public typealias Bins =
    @Sendable (
      _ features: UnsafePointer<Float>, _ channels: Int, _ bins: Int,
      _ rowStarts: UnsafePointer<Int>, _ rowOffsets: UnsafePointer<Int>, _ rowWeights: UnsafePointer<Float>,
      _ columnStarts: UnsafePointer<Int>, _ columnOffsets: UnsafePointer<Int>,
      _ columnWeights: UnsafePointer<Float>,
      _ output: UnsafeMutablePointer<Float>, _ pitch: Int, _ takesMaximum: Bool
    ) -> Void

  public let bins: Bins
}

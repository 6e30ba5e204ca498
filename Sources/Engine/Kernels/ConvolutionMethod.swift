internal import Tensors

/// One way to compute a convolution, with the weights packed for it.
protocol ConvolutionMethod: Sendable {
  /// Fills `store.output`.
  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine)
}

/// Where a convolution's sums go, and what is added on the way.
struct ConvolutionStore {
  let output: FeatureMap
  /// [outputs], with a register's worth of floats after it.
  let bias: UnsafePointer<Float>
  let residual: FeatureMap?
  let relu: Bool

  /// Adds bias and residual to one sum, then applies the ReLU.
  func finish(_ sum: Float, position: Int, channel: Int) -> Float {
    var value = sum + bias[channel]
    if let residual { value += residual.value(position: position, channel: channel) }
    // Asked this way round, a NaN stays one, as it does in PyTorch.
    return relu && value < 0 ? 0 : value
  }
}

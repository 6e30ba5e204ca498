internal import Tensors

/// One way to compute a convolution, with the weights packed for it.
protocol ConvolutionMethod: Sendable {
  /// Whether `run` applies an epilogue; what it does not is applied afterwards.
  func fuses(_ epilogue: Epilogue) -> Bool

  /// Fills `store.output`.
  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine)
}

extension ConvolutionMethod {
  func fuses(_ epilogue: Epilogue) -> Bool { epilogue == .none || epilogue == .relu }
}

/// Where a convolution's sums go, and what is added on the way.
struct ConvolutionStore {
  let output: FeatureMap
  /// [outputs], with a register's worth of floats after it.
  let bias: UnsafePointer<Float>
  let residual: FeatureMap?
  let epilogue: Epilogue

  /// What methods apply that fuse nothing else.
  var relu: Bool { epilogue == .relu }

  /// Adds bias and residual to one sum, then applies the epilogue.
  func finish(_ sum: Float, position: Int, channel: Int) -> Float {
    var value = sum + bias[channel]
    if let residual { value += residual.value(position: position, channel: channel) }
    return Float(epilogue(Double(value)))
  }
}

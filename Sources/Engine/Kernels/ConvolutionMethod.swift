public import Tensors

/// One way to compute a convolution, with the weights packed for it.
protocol ConvolutionMethod: Sendable {
  /// Whether `run` applies an epilogue; what it does not is applied afterwards.
  func fuses(_ epilogue: Epilogue) -> Bool

  /// Fills `store.output`.
  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine)

  /// Whether the method scales its input as it reads it, and so saves a pass over it.
  func scales(by epilogue: Epilogue) -> Bool

  /// Fills `store.output` from a scaled input, where the method ``scales(by:)`` that epilogue.
  func run(_ input: FeatureMap, scaledBy scaling: InputScaling, _ store: ConvolutionStore, _ engine: Engine)
}

extension ConvolutionMethod {
  func fuses(_ epilogue: Epilogue) -> Bool { epilogue == .none || epilogue == .relu }

  func scales(by epilogue: Epilogue) -> Bool { false }

  func run(_ input: FeatureMap, scaledBy scaling: InputScaling, _ store: ConvolutionStore, _ engine: Engine) {
    preconditionFailure("a method that scales no input was asked to")
  }
}

/// What a convolution takes of its input: `epilogue(input * factors)`.
public struct InputScaling: Sendable {
  /// N, [1, 1, 1], C in float32: a factor for every channel of every item.
  public let factors: FeatureMap
  public let epilogue: Epilogue

  public init(factors: FeatureMap, epilogue: Epilogue) {
    self.factors = factors
    self.epilogue = epilogue
  }
}

/// Where a convolution's sums go, and what is added on the way.
struct ConvolutionStore {
  let output: FeatureMap
  /// [outputs], with a register's worth of floats after it.
  let bias: UnsafePointer<Float>
  let residual: FeatureMap?
  let epilogue: Epilogue
  /// Which position of the whole output the maps begin with.
  var firstPosition = 0
  /// Whether a register's worth of floats may be written after a position's last channel.
  var hasRoom = false

  /// What methods apply that fuse nothing else.
  var relu: Bool { epilogue == .relu }

  /// Adds bias and residual to one sum, then applies the epilogue.
  func finish(_ sum: Float, position: Int, channel: Int) -> Float {
    var value = sum + bias[channel]
    if let residual { value += residual.value(position: position, channel: channel) }
    return Float(epilogue(Double(value)))
  }
}

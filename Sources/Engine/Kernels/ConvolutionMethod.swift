internal import MicroKernels
public import Tensors

/// One way to compute a convolution, with the weights packed for it.
protocol ConvolutionMethod: Sendable {
  /// Fills `store.output`.
  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine)

  /// Whether the method scales its input as it reads it, and so saves a pass over it.
  var scalesInput: Bool { get }

  /// Fills `store.output` from a scaled input, where the method ``scalesInput``.
  func run(_ input: FeatureMap, scaledBy scaling: InputScaling, _ store: ConvolutionStore, _ engine: Engine)
}

extension ConvolutionMethod {
  var scalesInput: Bool { false }

  func run(_ input: FeatureMap, scaledBy scaling: InputScaling, _ store: ConvolutionStore, _ engine: Engine) {
    preconditionFailure("a method that scales no input was asked to")
  }
}

/// What a convolution takes of its input: `epilogue(input * factors)`.
public struct InputScaling: Sendable {
  /// N, [1, 1, 1], C in float32: a factor for every channel of every item.
  public let factors: FeatureMap
  public let epilogue: Epilogue

  /// - Parameter factors: In either format: they are few, the kernels read float32.
  public init(factors: FeatureMap, epilogue: Epilogue) {
    self.factors = factors.float32()
    self.epilogue = epilogue
  }
}

/// Where a convolution's sums go, and what is added on the way.
struct ConvolutionStore {
  let output: FeatureMap
  /// [outputs], with a register's worth of floats after it.
  var bias: UnsafePointer<Float>
  let residual: FeatureMap?
  let epilogue: Epilogue
  /// Which position of the whole output the maps begin with.
  var firstPosition = 0
  /// Whether a register's worth of floats may be written after a position's last channel.
  var hasRoom = false
  /// How sums of products of integers become outputs.
  var quantized: QuantizedOutputs?

  /// Adds bias and residual to one sum, then applies the epilogue.
  func finish(_ sum: Float, position: Int, channel: Int) -> Float {
    var value = sum + bias[channel]
    if let residual { value += residual.value(position: position, channel: channel) }
    return Float(epilogue(Double(value)))
  }
}

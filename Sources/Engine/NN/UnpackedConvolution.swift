internal import Kernels
internal import Synchronization
internal import Tensors

/// A convolution of a network that is to be quantized: its weights as they came. ``Network/quantized(by:)`` packs them, when
/// it is known which values are integers.
struct UnpackedConvolution: Operator {
  let shape: ConvolutionShape
  let weights: Weights
  let bias: [Float]
  let hasResidual: Bool
  let epilogue: Epilogue
  /// The format of the output, where it is not to be the usual one.
  let output: ElementFormat?

  init(
    _ shape: ConvolutionShape, weights: Tensor, bias: [Float], hasResidual: Bool, epilogue: Epilogue,
    output: ElementFormat?
  ) {
    self.shape = shape
    self.weights = Weights(weights)
    self.bias = bias
    self.hasResidual = hasResidual
    self.epilogue = epilogue
    self.output = output
  }

  /// The memory of weights goes when they are packed.
  final class Weights: Sendable {
    private let tensor: Mutex<Tensor?>

    init(_ tensor: Tensor) { self.tensor = Mutex(tensor) }

    /// What is not packed yet.
    var unpacked: Tensor {
      guard let weights = tensor.withLock({ $0 }) else { preconditionFailure(Self.isPacked) }
      return weights
    }

    private static let isPacked = "weights are packed once"

    func take() -> Tensor {
      tensor.withLock { tensor in
        guard let weights = tensor else { preconditionFailure(Self.isPacked) }
        tensor = nil
        return weights
      }
    }
  }

  var name: String { ConvolutionOperator.name(shape, hasResidual: hasResidual, epilogue) }

  func format(of inputs: [ElementFormat], activations: ElementFormat) -> ElementFormat {
    output ?? (shape.outChannels % 2 == 0 ? activations : .float32)
  }

  var writesEitherFormat: Bool { true }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape { preconditionFailure(Self.isNotPacked) }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) { preconditionFailure(Self.isNotPacked) }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    preconditionFailure(Self.isNotPacked)
  }

  private static let isNotPacked = "a network whose weights are not packed was laid out"

  var canMultiplyIntegers: Bool { shape.canMultiplyIntegers(epilogue) }

  /// Whether the integers may stand for negative numbers, too: where there is no padding, which is 0.
  var multipliesSigned: Bool { shape.isPointwise }

  /// The convolution for an input of integers.
  func quantized(_ input: ChannelScales, means: [Float]?, _ engine: Engine) -> ConvolutionOperator {
    packed(
      Convolution(quantizing: shape, weights: weights.take(), bias: bias, engine: engine, input: input, means: means))
  }

  /// The convolution for pixels.
  func quantized(_ pixels: PixelScale, _ engine: Engine) -> ConvolutionOperator {
    packed(Convolution(pixels: shape, weights: weights.take(), bias: bias, engine: engine, scale: pixels))
  }

  /// The convolution for an input of another format.
  func packed(_ input: ElementFormat, _ engine: Engine) -> ConvolutionOperator {
    packed(Convolution(shape, weights: weights.take(), bias: bias, engine: engine, input: input))
  }

  private func packed(_ convolution: Convolution) -> ConvolutionOperator {
    ConvolutionOperator(convolution: convolution, hasResidual: hasResidual, epilogue: epilogue, output: output)
  }
}

extension ConvolutionShape {
  /// Whether integers can be multiplied, and integers stored: sums of so many products are exact.
  func canMultiplyIntegers(_ epilogue: Epilogue) -> Bool {
    groups == 1 && inChannels % 8 == 0 && outChannels % 8 == 0 && depth <= 65_536
      && (epilogue == .none || epilogue == .relu)
  }
}

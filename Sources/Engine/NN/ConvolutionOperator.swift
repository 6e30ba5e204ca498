public import Kernels
public import Tensors

/// A convolution with bias, an optional residual and an epilogue, as a step of a network.
///
/// Inputs: x, then the residual where there is one; it is added before the epilogue, and may be overwritten.
struct ConvolutionOperator: Operator {
  let convolution: Convolution
  let hasResidual: Bool
  let epilogue: Epilogue
  /// The format of the output, where it is not to be the usual one.
  var output: ElementFormat?

  var name: String {
    "conv \(convolution.shape)" + (hasResidual ? " + residual" : "")
      + (epilogue == .none ? "" : " + \(epilogue.rawValue)")
  }

  var algorithm: String { convolution.algorithm.rawValue }

  func format(of inputs: [ElementFormat], activations: ElementFormat) -> ElementFormat {
    output ?? (convolution.shape.outChannels % 2 == 0 ? activations : .float32)
  }

  var writesEitherFormat: Bool { true }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    let extent = convolution.shape.output(for: inputs[0].extent)
    guard extent.count > 0 else {
      throw .tooSmall(operation: "a convolution \(convolution.shape)", input: "\(inputs[0].extent)")
    }
    return ValueShape(batch: inputs[0].batch, extent: extent, channels: convolution.shape.outChannels)
  }

  var aliasing: Aliasing { hasResidual ? .mayOverwrite(1) : .none }

  var writesSlices: Bool { true }

  var keepsFramesApart: Bool {
    let shape = convolution.shape
    return shape.kernel.t == 1 && shape.stride.t == 1 && shape.padding.t == 0
  }

  func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int {
    convolution.shape.macs(batch: inputs[0].batch, input: inputs[0].extent)
  }

  var weightBytes: Int { convolution.shape.weightShape.reduce(1, *) * convolution.input.bytes }

  var candidates: [any Operator] {
    convolution.candidates().map {
      ConvolutionOperator(convolution: $0, hasResidual: hasResidual, epilogue: epilogue, output: output)
    }
  }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    convolution.run(inputs[0], into: output, adding: hasResidual ? inputs[1] : nil, epilogue: epilogue)
  }

  /// An engine that asks for references has packed the weights for them.
  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    run(inputs, into: output, engine: engine)
  }
}

extension Network {
  /// Adds a convolution; `adding` is summed before the epilogue.
  ///
  /// - Parameters:
  ///   - weights: [out, in / groups, T, H, W].
  ///   - bias: [out].
  ///   - output: The format of the output; nil for the engine's, where the channels come in pairs.
  public mutating func convolution(
    _ x: Value, _ shape: ConvolutionShape, weights: Tensor, bias: [Float], adding residual: Value? = nil,
    epilogue: Epilogue = .none, output: ElementFormat? = nil
  ) -> Value {
    let convolution = Convolution(shape, weights: weights, bias: bias, engine: engine, input: format(of: x))
    let op = ConvolutionOperator(
      convolution: convolution, hasResidual: residual != nil, epilogue: epilogue, output: output)
    return add(op, [x] + (residual.map { [$0] } ?? []))
  }

  /// Every convolution in the order of running.
  public var convolutions: [Convolution] { operators.compactMap { ($0 as? ConvolutionOperator)?.convolution } }
}

public import Kernels
public import Tensors

/// A convolution with bias, an optional residual and an epilogue, as a step of a network.
///
/// Inputs: x, then its factors where it is scaled, then the residual where there is one; that is added before the
/// epilogue, and may be overwritten.
struct ConvolutionOperator: Operator {
  let convolution: Convolution
  let hasResidual: Bool
  let epilogue: Epilogue
  /// The format of the output, where it is not to be the usual one.
  var output: ElementFormat?
  /// What x is scaled through; nil where it is not.
  var scaling: Epilogue?

  var name: String {
    (scaling.map { ChannelScaling(epilogue: $0).name + ", " } ?? "")
      + Self.name(convolution.shape, hasResidual: hasResidual, epilogue)
  }

  static func name(_ shape: ConvolutionShape, hasResidual: Bool, _ epilogue: Epilogue) -> String {
    "conv \(shape)" + (hasResidual ? " + residual" : "") + (epilogue == .none ? "" : " + \(epilogue.rawValue)")
  }

  var algorithm: String { convolution.algorithm.rawValue + (convolution.multipliesIntegers ? " int8" : "") }

  func format(of inputs: [ElementFormat], activations: ElementFormat) -> ElementFormat {
    output ?? (convolution.shape.outChannels % 2 == 0 ? activations : .float32)
  }

  var writesEitherFormat: Bool { true }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    let extent = convolution.shape.output(for: inputs[0].extent)
    guard extent.count > 0 else {
      throw .tooSmall(operation: "a convolution \(convolution.shape)", input: "\(inputs[0].extent)")
    }
    guard inputs[0].channels == convolution.shape.inChannels else {
      throw .unsuited(
        operation: "a convolution \(convolution.shape)", needs: "\(convolution.shape.inChannels) channels",
        found: [inputs[0]])
    }
    let output = ValueShape(batch: inputs[0].batch, extent: extent, channels: convolution.shape.outChannels)
    guard !hasResidual || inputs[residualAt].matches(output) else {
      throw .unsuited(
        operation: "a convolution \(convolution.shape) + residual", needs: "a residual of \(output)",
        found: [inputs[residualAt]])
    }
    return output
  }

  private var residualAt: Int { scaling == nil ? 1 : 2 }

  var aliasing: Aliasing { hasResidual ? .mayOverwrite(residualAt) : .none }

  var writesSlices: Bool { true }

  var keepsFramesApart: Bool { scaling == nil && convolution.shape.keepsFramesApart }

  func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int {
    convolution.shape.macs(batch: inputs[0].batch, input: inputs[0].extent)
      + (scaling == nil ? 0 : inputs[0].positions * inputs[0].channels)
  }

  var doesEveryMultiplyAdd: Bool { convolution.algorithm.doesEveryProduct }

  var convolutions: [Convolution] { [convolution] }

  var weightBytes: Int {
    convolution.shape.weightShape.reduce(1, *) * (convolution.multipliesIntegers ? 1 : convolution.input.bytes)
  }

  var candidates: [any Operator] {
    convolution.candidates().map { convolution in
      ConvolutionOperator(
        convolution: convolution, hasResidual: hasResidual, epilogue: epilogue, output: output, scaling: scaling)
    }
  }

  /// Takes over the scaling of its input where that costs no pass of its own, and the convolution before a depthwise one.
  func absorbing(_ maker: any Operator, input: Int) -> (any Operator)? {
    guard input == 0, scaling == nil else { return nil }
    if let scale = maker as? ChannelScaling, convolution.scalesInput {
      var result = self
      result.scaling = scale.epilogue
      return result
    }
    return (maker as? ConvolutionOperator).flatMap { ConvolutionPairOperator($0, self) }
  }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    convolution.run(
      inputs[0], scaledBy: scaling.map { InputScaling(factors: inputs[1], epilogue: $0) }, into: output,
      adding: hasResidual ? inputs[residualAt] : nil, epilogue: epilogue, on: engine)
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
    if isToBeQuantized {
      let op = UnpackedConvolution(
        shape, weights: weights, bias: bias, hasResidual: residual != nil, epilogue: epilogue, output: output)
      return add(op, [x] + (residual.map { [$0] } ?? []))
    }
    let convolution = Convolution(shape, weights: weights, bias: bias, engine: engine, input: format(of: x))
    return self.convolution(x, by: convolution, adding: residual, epilogue: epilogue, output: output)
  }

  /// Adds a convolution that may stand in several places of the network, its weights once in memory.
  ///
  /// - Parameter convolution: Packed for this network's engine and the format of x.
  public mutating func convolution(
    _ x: Value, by convolution: Convolution, adding residual: Value? = nil, epilogue: Epilogue = .none,
    output: ElementFormat? = nil
  ) -> Value {
    let op = ConvolutionOperator(
      convolution: convolution, hasResidual: residual != nil, epilogue: epilogue, output: output)
    return add(op, [x] + (residual.map { [$0] } ?? []))
  }

  /// Adds to another value the convolution that made a value, with the same weights in memory: what a head does that
  /// several maps share.
  ///
  /// - Parameters:
  ///   - x: Of the format and channels that the other input has.
  ///   - made: What a convolution without residual made.
  public mutating func convolution(_ x: Value, as made: Value) -> Value {
    guard let op = nodes[made.id].op as? ConvolutionOperator, !op.hasResidual else {
      preconditionFailure("a convolution without residual is shared")
    }
    precondition(format(of: x) == op.convolution.input, "the inputs of a shared convolution are of one format")
    return add(op, [x])
  }
}

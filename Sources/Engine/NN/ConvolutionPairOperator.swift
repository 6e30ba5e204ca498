internal import Kernels
internal import Tensors

/// A convolution and the depthwise one after it, some frames at a time: see `ConvolutionPair`.
///
/// Inputs: x, then the second convolution's residual where there is one, which may be overwritten.
struct ConvolutionPairOperator: Operator {
  private let pair: ConvolutionPair
  private let first: ConvolutionOperator
  private let second: ConvolutionOperator

  /// nil where the two are no such pair.
  init?(_ first: ConvolutionOperator, _ second: ConvolutionOperator) {
    guard !first.hasResidual, first.scaling == nil,
      let pair = ConvolutionPair(first.convolution, first.epilogue, second.convolution)
    else { return nil }
    self.pair = pair
    self.first = first
    self.second = second
  }

  var name: String { first.name + ", " + second.name }
  var algorithm: String { first.algorithm + ", " + second.algorithm }
  var aliasing: Aliasing { second.aliasing }
  var writesSlices: Bool { true }
  var writesEitherFormat: Bool { true }
  var doesEveryMultiplyAdd: Bool { first.doesEveryMultiplyAdd && second.doesEveryMultiplyAdd }
  var convolutions: [Convolution] { first.convolutions + second.convolutions }
  var weightBytes: Int { first.weightBytes + second.weightBytes }

  func format(of inputs: [ElementFormat], activations: ElementFormat) -> ElementFormat {
    second.format(of: inputs, activations: activations)
  }

  private func between(_ inputs: [ValueShape]) throws(NetworkError) -> [ValueShape] {
    [try first.shape(of: inputs)] + inputs.dropFirst()
  }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape { try second.shape(of: between(inputs)) }

  func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int {
    guard let between = try? between(inputs) else { return 0 }
    return first.multiplyAdds(inputs, between[0]) + second.multiplyAdds(between, output)
  }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    pair.run(
      inputs[0], into: output, adding: inputs.dropFirst().first, epilogue: second.epilogue, on: engine)
  }

  /// One after the other, with a map between them.
  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let between = FeatureMap(
      zeros: inputs[0].batch, first.convolution.shape.output(for: inputs[0].extent),
      channels: first.convolution.shape.outChannels, format: second.convolution.input)
    first.run(inputs, into: between, engine: engine)
    second.run([between] + inputs.dropFirst(), into: output, engine: engine)
  }
}

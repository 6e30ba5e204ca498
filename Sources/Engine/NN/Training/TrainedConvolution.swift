public import Kernels
internal import Tensors

/// A convolution whose weights are trained: packed anew whenever they have changed.
struct TrainedConvolution: TrainableOperator {
  let shape: ConvolutionShape
  /// [out, in / groups, T, H, W], or fewer last axes of length 1.
  let weight: Parameter
  /// [out]
  let bias: Parameter?

  private final class Packed {
    var version = -1
    var forward: Convolution?
    var backwardVersion = -1
    var backward: InputGradient?
  }

  var name: String { "conv \(shape)" }
  var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  var writesSlices: Bool { true }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    let extent = shape.output(for: inputs[0].extent)
    guard extent.count > 0 else {
      throw .tooSmall(operation: "a convolution \(shape)", input: "\(inputs[0].extent)")
    }
    guard inputs[0].channels == shape.inChannels else {
      throw .unsuited(
        operation: "a convolution \(shape)", needs: "\(shape.inChannels) channels", found: [inputs[0]])
    }
    return ValueShape(batch: inputs[0].batch, extent: extent, channels: shape.outChannels)
  }

  func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int {
    shape.macs(batch: inputs[0].batch, input: inputs[0].extent)
  }

  func makeState() -> AnyObject? { Packed() }

  private var weights: Tensor { weight.value.reshaped(shape.weightShape) }

  private func convolution(_ engine: Engine) -> Convolution {
    Convolution(
      shape, weights: weights, bias: bias?.value.array ?? [Float](repeating: 0, count: shape.outChannels),
      engine: engine)
  }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    convolution(engine).run(inputs[0], into: output)
  }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    run(inputs, into: output, engine: engine)
  }

  func forward(_ pass: ForwardPass) {
    guard let packed = pass.state as? Packed else { return run(pass.inputs, into: pass.output, engine: pass.engine) }
    let version = weight.version + (bias?.version ?? 0)
    if packed.version != version || packed.forward == nil {
      packed.forward = nil
      packed.forward = convolution(pass.engine)
      packed.version = version
    }
    packed.forward?.run(pass.inputs[0], into: pass.output, on: pass.engine)
  }

  func backward(_ pass: BackwardPass) {
    let engine = pass.engine
    if let bias, bias.isTrained {
      for (c, sum) in engine.channelSums(pass.gradient).enumerated() { bias.gradient.mutableValues[c] += Float(sum) }
    }
    if weight.isTrained {
      WeightGradient(shape).run(pass.inputs[0], pass.gradient, into: weight.gradient, adds: true, engine)
    }
    guard let target = pass.targets[0] else { return }
    let packed = pass.state as? Packed
    if packed?.backwardVersion != weight.version || packed?.backward == nil {
      packed?.backward = nil
      packed?.backward = InputGradient(shape, weights: weights, engine)
      packed?.backwardVersion = weight.version
    }
    let backward = packed?.backward ?? InputGradient(shape, weights: weights, engine)
    backward.run(pass.gradient, into: target.map, adds: target.adds, engine)
  }
}

extension Network {
  /// Adds a convolution whose weights are trained.
  ///
  /// - Parameters:
  ///   - weight: [out, in / groups, T, H, W], or as many numbers under another shape.
  ///   - bias: [out].
  public mutating func convolution(
    _ x: Value, _ shape: ConvolutionShape, training weight: Parameter, bias: Parameter? = nil
  ) -> Value {
    precondition(weight.value.count == shape.weightShape.reduce(1, *), "weights must fit the shape")
    return add(TrainedConvolution(shape: shape, weight: weight, bias: bias), [x])
  }
}

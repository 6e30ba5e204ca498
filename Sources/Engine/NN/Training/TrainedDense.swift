internal import Kernels
internal import Tensors

/// A dense layer whose weights are trained: packed anew whenever they have changed, once for everything that goes through it.
///
/// Not to be used by two threads at once.
public final class TrainedDenseLayer: @unchecked Sendable {
  /// [all outputs, in]
  public let weight: Parameter
  /// [all outputs]; nil for none.
  public let bias: Parameter?
  /// The outputs that are computed: those of queries, keys or values may share one weight.
  public let outputs: Range<Int>
  let shape: ConvolutionShape
  private var version = -1
  private var forward: Convolution?
  private var backwardVersion = -1
  private var backward: InputGradient?

  /// - Parameter outputs: nil for all.
  public init(weight: Parameter, bias: Parameter? = nil, outputs: Range<Int>? = nil) {
    let all = weight.value.shape[0]
    precondition(
      weight.value.shape.count == 2 && bias?.value.count ?? all == all, "a dense layer's weight and bias must fit")
    self.weight = weight
    self.bias = bias
    self.outputs = outputs ?? 0..<all
    shape = ConvolutionShape(weight.value.shape[1], self.outputs.count, kernel: .one)
  }

  /// The rows that are computed.
  private var weights: Tensor {
    let depth = shape.inChannels
    if outputs.count == weight.value.shape[0] { return weight.value.reshaped(shape.weightShape) }
    return Tensor(shape.weightShape, weight.value.values[outputs.lowerBound * depth..<outputs.upperBound * depth])
  }

  func convolution(_ engine: Engine) -> Convolution {
    let version = weight.version + (bias?.version ?? 0)
    if let forward, self.version == version { return forward }
    forward = nil
    let own = bias.map { Array($0.value.values[outputs]) } ?? [Float](repeating: 0, count: outputs.count)
    let made = Convolution(shape, weights: weights, bias: own, engine: engine)
    (forward, self.version) = (made, version)
    return made
  }

  func inputGradient(_ engine: Engine) -> InputGradient {
    if let backward, backwardVersion == weight.version { return backward }
    backward = nil
    let made = InputGradient(shape, weights: weights, engine)
    (backward, backwardVersion) = (made, weight.version)
    return made
  }

  /// Adds to the gradients of weight and bias.
  func addGradients(_ input: FeatureMap, _ gradient: FeatureMap, _ engine: Engine) {
    if let bias, bias.isTrained {
      for (c, sum) in engine.channelSums(gradient).enumerated() {
        bias.gradient.mutableValues[outputs.lowerBound + c] += Float(sum)
      }
    }
    guard weight.isTrained else { return }
    if outputs.count == weight.value.shape[0] {
      return WeightGradient(shape).run(input, gradient, into: weight.gradient, adds: true, engine)
    }
    let sums = Tensor(unfilled: shape.weightShape)
    WeightGradient(shape).run(input, gradient, into: sums, engine)
    let to = weight.gradient.storage.pointer + outputs.lowerBound * shape.inChannels
    for index in 0..<sums.count { to[index] += sums.storage.pointer[index] }
  }
}

/// Every position through a dense layer that is trained, and an addition after it.
///
/// Inputs: x, then what is added where there is something.
struct TrainedDense: TrainableOperator {
  let layer: TrainedDenseLayer

  var keepsItemsApart: Bool { true }
  var readsOutput: Bool { false }
  var name: String { "dense \(layer.shape.inChannels)->\(layer.shape.outChannels)" }
  var parameters: [Parameter] { [layer.weight] + (layer.bias.map { [$0] } ?? []) }
  var writesSlices: Bool { true }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    var shape = inputs[0]
    shape.channels = layer.shape.outChannels
    guard inputs[0].channels == layer.shape.inChannels, inputs.dropFirst().allSatisfy({ $0.matches(shape) }) else {
      throw .unsuited(
        operation: "a \(name)", needs: "\(layer.shape.inChannels) channels, and what is added of its output's shape",
        found: inputs)
    }
    return shape
  }

  func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int {
    output.positions * layer.shape.inChannels * layer.shape.outChannels
  }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    layer.convolution(engine).run(inputs[0], into: output, adding: inputs.count > 1 ? inputs[1] : nil, on: engine)
  }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    run(inputs, into: output, engine: engine)
  }

  func backward(_ pass: BackwardPass) {
    layer.addGradients(pass.inputs[0], pass.gradient, pass.engine)
    if let target = pass.targets[0] {
      layer.inputGradient(pass.engine).run(pass.gradient, into: target.map, adds: target.adds, pass.engine)
    }
    if pass.targets.count > 1 { pass.targets[1]?.take(pass.gradient, pass.engine) }
  }
}

extension Network {
  /// Adds a dense layer that is trained.
  ///
  /// - Parameter other: What is added after it.
  public mutating func dense(_ x: Value, _ layer: TrainedDenseLayer, adding other: Value? = nil) -> Value {
    add(TrainedDense(layer: layer), [x] + (other.map { [$0] } ?? []))
  }
}

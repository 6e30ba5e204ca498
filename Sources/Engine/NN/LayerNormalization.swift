public import Kernels
public import Tensors

/// The channels of every position, or each group of them, brought to mean 0 and variance 1, then scaled and moved:
/// `y = (x - mean) / sqrt(variance + epsilon) * weight + bias`. All groups share weight and bias: a group is a head of an
/// attention.
///
/// Source: Ba et al., "Layer Normalization", 2016.
public struct LayerNormalization: Operator {
  private let weight: Storage
  private let bias: Storage
  /// Weight and bias, where they are trained.
  public let parameters: [Parameter]
  private let groups: Int
  private let epsilon: Float

  /// - Parameters:
  ///   - weight: [channels of a group].
  ///   - bias: [channels of a group].
  public init(weight: [Float], bias: [Float], groups: Int = 1, epsilon: Float = 1e-6) {
    precondition(weight.count == bias.count && groups > 0, "a normalisation's weight and bias are alike")
    self.weight = Tensor([weight.count], weight).storage
    self.bias = Tensor([bias.count], bias).storage
    parameters = []
    self.groups = groups
    self.epsilon = epsilon
  }

  /// One that is trained.
  ///
  /// - Parameters:
  ///   - weight: [channels of a group].
  ///   - bias: [channels of a group].
  public init(weight: Parameter, bias: Parameter, groups: Int = 1, epsilon: Float = 1e-6) {
    precondition(
      weight.value.count == bias.value.count && groups > 0, "a normalisation's weight and bias are alike")
    self.weight = weight.value.storage
    self.bias = bias.value.storage
    parameters = [weight, bias]
    self.groups = groups
    self.epsilon = epsilon
  }

  public var name: String { "layer norm" + (groups == 1 ? "" : " of \(groups) groups") }
  public var aliasing: Aliasing { .mayOverwrite(0) }
  public var writesSlices: Bool { true }
  public var keepsFramesApart: Bool { true }
  public var weightBytes: Int { 8 * weight.count }

  public func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    guard inputs[0].channels == groups * weight.count else {
      throw .unsuited(operation: "a \(name)", needs: "\(groups * weight.count) channels", found: inputs)
    }
    return inputs[0]
  }

  public func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int {
    2 * output.positions * output.channels
  }

  public func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    engine.normalize(inputs[0], groups: groups, weight: weight, bias: bias, epsilon: epsilon, into: output)
  }

  public func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    engine.normalizeReference(inputs[0], groups: groups, weight: weight, bias: bias, epsilon: epsilon, into: output)
  }
}

extension LayerNormalization: TrainableOperator {
  public var keepsItemsApart: Bool { true }
  public var readsOutput: Bool { false }

  /// Mean and variance are taken of the input again.
  public func backward(_ pass: BackwardPass) {
    let target = pass.targets[0]
    let sums = pass.engine.normalizationGradients(
      pass.inputs[0], groups: groups, weight: weight, epsilon: epsilon, pass.gradient, into: target?.map,
      adds: target?.adds ?? false)
    for (parameter, sums) in zip(parameters, [sums.weight, sums.bias]) where parameter.isTrained {
      for (c, sum) in sums.enumerated() { parameter.gradient.mutableValues[c] += Float(sum) }
    }
  }
}

extension Network {
  /// Adds a normalisation of every position's channels.
  public mutating func normalize(_ x: Value, _ normalization: LayerNormalization) -> Value { add(normalization, [x]) }
}

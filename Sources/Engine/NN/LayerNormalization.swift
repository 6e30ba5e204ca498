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
  private let groups: Int
  private let epsilon: Float

  /// - Parameters:
  ///   - weight: [channels of a group].
  ///   - bias: [channels of a group].
  public init(weight: [Float], bias: [Float], groups: Int = 1, epsilon: Float = 1e-6) {
    precondition(weight.count == bias.count && groups > 0, "a normalisation's weight and bias are alike")
    self.weight = Tensor([weight.count], weight).storage
    self.bias = Tensor([bias.count], bias).storage
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

extension Network {
  /// Adds a normalisation of every position's channels.
  public mutating func normalize(_ x: Value, _ normalization: LayerNormalization) -> Value { add(normalization, [x]) }
}

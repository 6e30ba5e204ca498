public import Checkpoint
public import Kernels
public import NN
public import Tensors

/// A tensor of a layer, and what learns it where the network is trained.
public struct LayerTensor {
  /// The numbers, in the layer's own order.
  public let tensor: Tensor
  /// Whose value the tensor is; nil where the network is not trained.
  public let parameter: Parameter?

  public init(_ tensor: Tensor, _ parameter: Parameter? = nil) { (self.tensor, self.parameter) = (tensor, parameter) }
}

extension LayerTensor {
  /// Its rows as a part of vectors that are added to tokens.
  public func part(first: Int = 0, divisor: Int = 1, count: Int, factor: Float = 1) -> VectorPart {
    VectorPart(tensor, parameter, first: first, divisor: divisor, count: count, factor: factor)
  }
}

/// The layers that transformers are built of, for inference or for training.
///
/// Those with weights are made first, in the order of PySlowFast's modules, which is that of
/// ``TrainableModel/parameters``; what goes through them comes after.
extension NetworkBuilder {
  /// A tensor of the weights; where there is none, as many times a value.
  ///
  /// - Parameters:
  ///   - hint: The configuration key that sets this shape, for the report of misfits.
  ///   - kernelHint: The one that sets what follows its first two extents.
  ///   - change: What makes one of this shape of the file's.
  public mutating func layerTensor(
    _ scope: WeightReader, _ name: String, _ shape: [Int], _ kind: Parameter.Kind = .weight, hint: String? = nil,
    kernelHint: String? = nil, change: WeightChange? = nil, orElse value: Float = 0
  ) -> LayerTensor {
    if training != nil {
      let made = parameter(
        scope, name, shape, kind, hint: hint, kernelHint: kernelHint, change: change, orElse: value)
      return LayerTensor(made.value, made)
    }
    if let found = scope.tensor(name, shape, hint: hint, kernelHint: kernelHint, change: change) {
      return LayerTensor(found)
    }
    let made = Tensor(zeros: shape)
    made.mutableValues.update(repeating: value)
    return LayerTensor(made)
  }

  /// A tensor that was made of others, under the name that PySlowFast has for it.
  public mutating func layerTensor(
    made tensor: Tensor, _ scope: WeightReader, _ name: String, _ kind: Parameter.Kind = .weight
  ) -> LayerTensor {
    guard training != nil else { return LayerTensor(tensor) }
    let made = Parameter(name: Self.name(scope, name), kind: kind, value: tensor)
    parameters.append(made)
    return LayerTensor(tensor, made)
  }

  /// A normalisation of every position's channels, `weight` and `bias`.
  ///
  /// - Parameters:
  ///   - channels: Of a group.
  ///   - epsilon: PyTorch's own is 1e-5, that of PySlowFast's transformers 1e-6.
  ///   - hint: The configuration key that sets the channels.
  public mutating func layerNorm(
    _ scope: WeightReader, channels: Int, groups: Int = 1, epsilon: Float = 1e-6, hint: String? = nil
  ) -> LayerNormalization {
    let weight = layerTensor(scope, "weight", [channels], .layerNorm, hint: hint, orElse: 1)
    let bias = layerTensor(scope, "bias", [channels], .layerNorm, hint: hint)
    if let weight = weight.parameter, let bias = bias.parameter {
      return LayerNormalization(weight: weight, bias: bias, groups: groups, epsilon: epsilon)
    }
    return LayerNormalization(
      weight: weight.tensor.array, bias: bias.tensor.array, groups: groups, epsilon: epsilon)
  }

  /// A dense layer, `weight` [out, in] and `bias` [out].
  ///
  /// - Parameter hint: The configuration key that sets the widths.
  public mutating func denseLayer(
    _ scope: WeightReader, inputs: Int, outputs: Int, hasBias: Bool = true, hint: String? = nil
  ) -> DenseLayer {
    let weight = layerTensor(scope, "weight", [outputs, inputs], hint: hint)
    return DenseLayer(weight, hasBias ? layerTensor(scope, "bias", [outputs], .bias, hint: hint) : nil)
  }

  /// Adds a dense layer that some values go through, its weights packed once.
  ///
  /// - Parameters:
  ///   - others: Added before the epilogue, one to each value; nil for nothing.
  public mutating func dense(
    _ values: [Value], _ layer: DenseLayer, adding others: [Value]? = nil, epilogue: Epilogue = .none
  ) -> [Value] {
    guard let first = values.first else { return [] }
    if let trained = layer.trained {
      return values.enumerated().map { index, value in
        let other = others?[index]
        if epilogue == .none { return network.dense(value, trained, adding: other) }
        return network.function(epilogue, network.dense(value, trained), adding: other)
      }
    }
    let (outputs, inputs) = (layer.outputs.count, layer.weight.shape[1])
    let convolution = Convolution(
      ConvolutionShape(inputs, outputs, kernel: .one),
      weights: layer.ownWeight.reshaped([outputs, inputs, 1, 1, 1]), bias: layer.ownBias, engine: network.engine,
      input: network.format(of: first))
    return values.enumerated().map { index, value in
      network.convolution(value, by: convolution, adding: others?[index], epilogue: epilogue)
    }
  }

  /// Adds a convolution of every channel by itself, without bias, several channels sharing a kernel.
  ///
  /// - Parameter kernel: [some channels, 1, T, H, W], for as many channels after each other again and again; nil for a mean,
  ///   which counts the padding.
  public mutating func depthwise(_ x: Value, _ shape: ConvolutionShape, sharing kernel: LayerTensor?) -> Value {
    if let parameter = kernel?.parameter { return network.convolution(x, shape, training: parameter) }
    let weights = Tensor(zeros: shape.weightShape)
    for index in 0..<weights.count {
      weights.mutableValues[index] =
        kernel.map { $0.tensor.values[index % $0.tensor.count] } ?? 1 / Float(shape.kernel.count)
    }
    if training != nil {
      let mean = Parameter(name: "mean", kind: .weight, value: weights)
      mean.isTrained = false
      return network.convolution(x, shape, training: mean)
    }
    return network.convolution(
      x, shape, weights: weights, bias: [Float](repeating: 0, count: shape.outChannels))
  }

  /// Relative positions of some tables.
  public func relativePositions(height: LayerTensor?, width: LayerTensor?, time: LayerTensor?) -> RelativePositions {
    if training != nil {
      return RelativePositions(height: height?.parameter, width: width?.parameter, time: time?.parameter)
    }
    return RelativePositions(height: height?.tensor, width: width?.tensor, time: time?.tensor)
  }

  /// Adds some values, the ends of a branch, to those of its shortcut; in training the branch has a dropout, and that of some
  /// items is left out.
  ///
  /// - Parameters:
  ///   - probability: Of leaving the branch of an item out, in training.
  ///   - number: Of the branch: all its values leave out the same items.
  public mutating func addBranch(
    _ values: [Value], _ layer: DenseLayer, to shortcut: [Value], dropout: Double, probability: Double, number: Int
  ) -> [Value] {
    if drawsNothing || (dropout == 0 && probability == 0) { return dense(values, layer, adding: shortcut) }
    return zip(dense(values, layer), shortcut).map { branch, shortcut in
      let branch = network.dropout(branch, probability: dropout)
      if probability == 0 { return network.function(.none, branch, adding: shortcut) }
      return network.dropPath(branch, addedTo: shortcut, probability: probability, number: number)
    }
  }

  /// Whether nothing is left out at random.
  private var drawsNothing: Bool { training?.isEvaluation ?? true }

  /// Adds a dropout of a value, in training.
  public mutating func dropout(_ x: Value, probability: Double) -> Value {
    drawsNothing ? x : network.dropout(x, probability: probability)
  }
}

/// A dense layer of a transformer, with its weights.
public struct DenseLayer {
  /// [all outputs, in]
  fileprivate let weight: Tensor
  /// [all outputs]
  private let bias: Tensor?
  /// Those that are computed.
  fileprivate let outputs: Range<Int>
  /// Where it is trained.
  fileprivate let trained: TrainedDenseLayer?

  private init(_ weight: Tensor, _ bias: Tensor?, _ outputs: Range<Int>, _ trained: TrainedDenseLayer?) {
    self.weight = weight
    self.bias = bias
    self.outputs = outputs
    self.trained = trained
  }

  /// - Parameters:
  ///   - weight: [out, in].
  ///   - bias: [out]; nil for none.
  public init(_ weight: LayerTensor, _ bias: LayerTensor?) {
    self.init(
      weight.tensor, bias?.tensor, 0..<weight.tensor.shape[0],
      weight.parameter.map { TrainedDenseLayer(weight: $0, bias: bias?.parameter) })
  }

  /// The outputs that are computed.
  public var outputCount: Int { outputs.count }

  /// The weights of these, [out, in].
  fileprivate var ownWeight: Tensor {
    if outputs.count == weight.shape[0] { return weight }
    let inputs = weight.shape[1]
    return Tensor(
      [outputs.count, inputs], weight.values[outputs.lowerBound * inputs..<outputs.upperBound * inputs])
  }

  fileprivate var ownBias: [Float] {
    bias.map { Array($0.values[outputs]) } ?? [Float](repeating: 0, count: outputs.count)
  }

  /// The outputs of one of several layers that lie one after the other.
  public func part(_ index: Int, of count: Int) -> DenseLayer {
    let width = outputs.count / count
    let own = outputs.lowerBound + index * width..<outputs.lowerBound + (index + 1) * width
    return DenseLayer(
      weight, bias, own, trained.map { TrainedDenseLayer(weight: $0.weight, bias: $0.bias, outputs: own) })
  }

  /// Multiplies each output with a factor, in the weights themselves.
  public func scale(by factors: [Float]) {
    let inputs = weight.shape[1]
    for i in 0..<weight.count { weight.mutableValues[i] *= factors[i / inputs] }
    guard let bias else { return }
    for i in 0..<bias.count { bias.mutableValues[i] *= factors[i] }
  }
}

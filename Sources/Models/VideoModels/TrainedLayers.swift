public import Checkpoint
internal import Kernels
public import NN
internal import Tensors

/// How a network is built that is to be trained.
public struct TrainingOptions: Sendable, Equatable {
  /// `BN.NUM_SPLITS` of sub-batch norms: the parts of a batch that are normalised by themselves; 1 for plain ones.
  public var splits: Int
  /// Whether they are sub-batch norms, even of one part.
  public var isSubBatchNorm: Bool
  /// `MODEL.DROPOUT_RATE`
  public var dropout: Double
  /// `MODEL.FROZEN_BN`: statistics stay as they are, and normalise.
  public var freezesBatchNorm: Bool
  /// Whether heads see what they see in evaluation: classification heads average windows and give a row for each of them,
  /// and all of them end before their activation. For gradients of scores rather than of a loss.
  public var isEvaluation: Bool
  /// `MODEL.ACT_CHECKPOINT`: some values are kept for the backward pass, the others computed again.
  public var keepsCheckpoints: Bool
  /// `TRAIN.MIXED_PRECISION`: values are kept for the backward pass in bfloat16.
  public var keepsBFloat16: Bool

  public init(
    splits: Int = 1, isSubBatchNorm: Bool = false, dropout: Double = 0, freezesBatchNorm: Bool = false,
    isEvaluation: Bool = false, keepsCheckpoints: Bool = false, keepsBFloat16: Bool = false
  ) {
    self.keepsCheckpoints = keepsCheckpoints
    self.keepsBFloat16 = keepsBFloat16
    self.isEvaluation = isEvaluation
    self.splits = splits
    self.isSubBatchNorm = isSubBatchNorm
    self.dropout = dropout
    self.freezesBatchNorm = freezesBatchNorm
  }
}

extension TrainingOptions {
  /// A network as it scores in evaluation, with gradients: frozen statistics, no dropout.
  public static let evaluation = TrainingOptions(freezesBatchNorm: true, isEvaluation: true)
}

/// The layers of a network that is trained: nothing is folded, so that everything has its gradient.
extension NetworkBuilder {
  /// A tensor that is trained, from the weights.
  ///
  /// - Parameters:
  ///   - hint: The configuration key that sets this shape, for the report of misfits.
  ///   - change: What makes one of this shape of the file's.
  mutating func parameter(
    _ scope: WeightReader, _ name: String, _ shape: [Int], _ kind: Parameter.Kind, hint: String? = nil,
    kernelHint: String? = nil, branchGain: Float? = nil, change: WeightChange? = nil, orElse value: Float = 0
  ) -> Parameter {
    var tensor = scope.tensor(
      name, shape, hint: hint, kernelHint: kernelHint, branchGain: branchGain, change: change)
    if tensor == nil {
      let made = Tensor(zeros: shape)
      made.mutableValues.update(repeating: value)
      tensor = made
    }
    let made = Parameter(name: Self.name(scope, name), kind: kind, value: tensor!)
    parameters.append(made)
    return made
  }

  /// A tensor's name in a checkpoint.
  static func name(_ scope: WeightReader, _ name: String) -> String {
    scope.scope.isEmpty ? name : "\(scope.scope).\(name)"
  }

  /// A convolution, its normalisation, an addition and a function, each by itself.
  mutating func trainedConvolution(
    _ x: Value, _ shape: ConvolutionShape, _ scope: WeightReader, _ name: String, norm: String?, epilogue: Epilogue,
    adding residual: Value?, hasBias: Bool, weightShape: [Int]? = nil, widthKey: String?, kernelKey: String?,
    branchGain: Float?, change: WeightChange? = nil, _ options: TrainingOptions
  ) -> Value {
    let weight = parameter(
      scope, "\(name).weight", weightShape ?? shape.weightShape, .weight, hint: widthKey, kernelHint: kernelKey,
      change: change)
    let bias = hasBias ? parameter(scope, "\(name).bias", [shape.outChannels], .bias, hint: widthKey) : nil
    let y = network.convolution(x, shape, training: weight, bias: bias)
    network.setName(y, Self.name(scope, name))
    guard let norm else {
      return epilogue == .none && residual == nil ? y : network.function(epilogue, y, adding: residual)
    }
    let isFused = epilogue == .none || epilogue == .relu
    let normalized = trainedBatchNorm(
      y, scope[norm], channels: shape.outChannels, widthKey, branchGain: branchGain,
      adding: isFused ? residual : nil, isRectified: epilogue == .relu, options)
    // What has a sum in it is the block's, which is named by itself.
    if epilogue != .relu && (residual == nil || !isFused) {
      network.setName(normalized, Self.name(scope, norm))
    } else if residual == nil, norm.hasSuffix("bn") {
      network.setName(normalized, Self.name(scope, norm.dropLast(2) + "relu"))
    }
    return isFused ? normalized : network.function(epilogue, normalized, adding: residual)
  }

  /// Names what a module of PySlowFast's makes by the module, in training: what is looked at there is asked for by that.
  public mutating func nameModule(_ value: Value, _ scope: WeightReader) {
    if training != nil { network.setName(value, scope.scope) }
  }

  private mutating func trainedBatchNorm(
    _ x: Value, _ scope: WeightReader, channels: Int, _ hint: String?, branchGain: Float?, adding residual: Value?,
    isRectified: Bool, _ options: TrainingOptions
  ) -> Value {
    let kind: Parameter.Kind = options.isSubBatchNorm ? .subBatchNorm : .batchNorm
    let weight = parameter(scope, "weight", [channels], kind, hint: hint, branchGain: branchGain, orElse: 1)
    let bias = parameter(scope, "bias", [channels], kind, hint: hint)
    let running = RunningStatistics(
      name: scope.scope, mean: scope.tensor("running_mean", [channels], hint: hint) ?? Tensor(zeros: [channels]),
      variance: scope.tensor("running_var", [channels], hint: hint)
        ?? Tensor([channels], [Float](repeating: 1, count: channels)),
      splits: options.splits)
    running.isFrozen = options.freezesBatchNorm
    return network.batchNorm(x, weight: weight, bias: bias, running, adding: residual, isRectified: isRectified)
  }

  /// The last layer of a head that is trained, `head.projection`, after a dropout.
  ///
  /// - Parameter x: Rows: N, [1, 1, 1], channels.
  public mutating func trainedProjection(_ x: Value, channels: Int, classes: Int, _ options: TrainingOptions) -> Value {
    let scope = weights[Projection.scope]
    let weight = parameter(scope, "weight", [classes, channels], .weight)
    let bias = parameter(scope, "bias", [classes], .bias)
    return network.convolution(
      network.dropout(x, probability: options.dropout), ConvolutionShape(channels, classes, kernel: .one),
      training: weight, bias: bias)
  }
}

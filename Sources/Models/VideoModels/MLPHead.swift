public import Checkpoint
public import Kernels
public import NN
internal import Tensors

/// Projects each clip by several linear layers with ReLUs between them: what contrastive training compares
/// (`CONTRASTIVE.NUM_MLP_LAYERS`, from 2 on).
///
/// It is trained alone: what learns on the features afterwards has a head of its own.
///
/// Source: PySlowFast's MLPHead in its ResNetBasicHead.
public struct MLPHead: Head, Equatable {
  /// The channels of what is compared.
  public var classes: Int
  /// The channels between the layers (`CONTRASTIVE.MLP_DIM`).
  public var width: Int
  /// How many layers there are, 2 or more.
  public var depth: Int
  /// Whether the layers but the last are normalised by the batch (`CONTRASTIVE.BN_MLP`), and have no biases then.
  public var hasBatchNorm: Bool

  public init(classes: Int, width: Int, depth: Int, hasBatchNorm: Bool = false) {
    precondition(depth > 1, "one layer is a ClassificationHead")
    (self.classes, self.width, self.depth, self.hasBatchNorm) = (classes, width, depth, hasBatchNorm)
  }

  /// The module of the layers' tensors.
  public static let scope = "\(Projection.scope).projection"

  public var scoresBoxes: Bool { false }

  public func layers(channels: [Int], weights: WeightReader, engine: Engine) -> any HeadLayers {
    preconditionFailure("a head of contrastive training scores no clips")
  }

  public func buildTrained(
    _ builder: inout NetworkBuilder, _ maps: [Value], boxes: Value?, channels: [Int], _ options: TrainingOptions
  ) throws(VideoModelError) -> Value {
    let means = maps.map { builder.network.globalAverage($0) }
    let rows = means.count == 1 ? means[0] : builder.network.concatenate(means)
    var x = builder.network.dropout(rows, probability: options.dropout)
    let scope = builder.weights[Self.scope]
    var (inputs, module) = (channels.reduce(0, +), 0)
    for layer in 1...depth {
      let isLast = layer == depth
      let outputs = isLast ? classes : width
      x = builder.trainedConvolution(
        x, ConvolutionShape(inputs, outputs, kernel: .one), scope, "\(module)",
        norm: hasBatchNorm && !isLast ? "\(module + 1)" : nil, epilogue: isLast ? .none : .relu, adding: nil,
        hasBias: isLast || !hasBatchNorm, weightShape: [outputs, inputs], widthKey: nil, kernelKey: nil,
        branchGain: nil, options)
      inputs = outputs
      module += hasBatchNorm ? 3 : 2
    }
    return x
  }
}

public import Checkpoint
internal import Configuration
public import Kernels
public import NN
internal import RoIAlign
internal import Tensors
public import VideoModels

/// Scores clips as X3D does: a 1x1x1 convolution, averages over windows, a dense layer with ReLU, projection and
/// activation at each position, then their mean.
///
/// Source: PySlowFast's X3DHead in evaluation.
public struct X3DHead: Head, Equatable {
  public var classes: Int
  public var activation: Activation
  /// Channels that are averaged, `conv_5`.
  public var inner: Int
  /// `X3D.DIM_C5`, the width of `lin_5`.
  public var width: Int
  /// `X3D.BN_LIN5`
  public var normalisesDense: Bool
  /// The side of the windows over the map.
  public var window: Int?

  public init(classes: Int, activation: Activation, inner: Int, width: Int, normalisesDense: Bool, window: Int?) {
    self.classes = classes
    self.activation = activation
    self.inner = inner
    self.width = width
    self.normalisesDense = normalisesDense
    self.window = window
  }

  public var scoresBoxes: Bool { false }

  /// What its convolution and its dense layer are called.
  static let convolution = "conv_5"
  static let dense = "lin_5"

  public func build(_ builder: inout NetworkBuilder, _ features: [Value], channels: [Int]) -> [Value] {
    let shape = ConvolutionShape(channels[0], inner, kernel: .one)
    return [
      builder.convolution(
        features[0], shape, builder.weights[Projection.headScope], Self.convolution, norm: Self.convolution + "_bn",
        epilogue: .relu,
        widthKey: Key.x3dBottleneckFactor.name)
    ]
  }

  public func layers(channels: [Int], weights: WeightReader, engine: Engine) -> any HeadLayers {
    X3DHeadLayers(self, weights: weights, engine: engine)
  }
}

extension X3DHead {
  /// The scores are those before the activation, as in PySlowFast's training; the window is the whole map then, unless they
  /// are for an evaluation.
  public func buildTrained(
    _ builder: inout NetworkBuilder, _ maps: [Value], boxes: Value?, channels: [Int], _ options: TrainingOptions
  ) throws(VideoModelError) -> Value {
    let mean = builder.averages(maps[0], window: window, options)
    let hidden = builder.convolution(
      mean, ConvolutionShape(inner, width, kernel: .one), builder.weights[Projection.headScope], Self.dense,
      norm: normalisesDense ? Self.dense + "_bn" : nil, epilogue: .relu, hasBias: false, widthKey: Key.x3dDimC5.name)
    return builder.trainedProjection(hidden, channels: width, classes: classes, options)
  }
}

private final class X3DHeadLayers: HeadLayers {
  private let head: X3DHead
  private let dense: Linear
  private let projection: Projection
  private let engine: Engine

  init(_ head: X3DHead, weights: WeightReader, engine: Engine) {
    self.head = head
    self.engine = engine
    let scope = weights[Projection.headScope]
    let shape = [head.width, head.inner, 1, 1, 1]
    let weight = scope.tensor(X3DHead.dense + ".weight", shape, hint: Key.x3dDimC5.name) ?? Tensor(zeros: shape)
    var bias = [Float](repeating: 0, count: head.width)
    if head.normalisesDense {
      BatchNorm(scope[X3DHead.dense + "_bn"], channels: head.width, Key.x3dDimC5.name, branchGain: nil).fold(
        into: weight, &bias, on: engine.pool)
    }
    dense = Linear(
      weights: weight.reshaped([head.width, head.inner]), bias: Tensor([head.width], bias), engine: engine)
    projection = Projection(head.width, classes: head.classes, head.activation, weights: weights, engine: engine)
  }

  private init(_ other: X3DHeadLayers, _ engine: Engine) {
    (head, dense, projection) = (other.head, other.dense, other.projection)
    self.engine = engine
  }

  func copy(on engine: Engine) -> any HeadLayers { X3DHeadLayers(self, engine) }

  func score(_ maps: [FeatureMap], _ regions: [Region]) throws -> Tensor {
    let averages = try WindowAverage(head.window, engine)(maps[0])
    let batch = averages.shape[0]
    let rows = averages.reshaped([batch * averages.shape[1] * averages.shape[2], head.inner])
    return meanScores(projection(hidden(rows)), groups: batch)
  }

  private func hidden(_ rows: Tensor) -> Tensor {
    let hidden = dense(rows)
    // Asked this way round, a NaN stays one.
    for i in 0..<hidden.count where hidden.storage.pointer[i] < 0 { hidden.storage.pointer[i] = 0 }
    return hidden
  }

  func timed(_ maps: [FeatureMap], _ regions: [Region]) throws -> [LayerReport] {
    let (report, positions) = try WindowAverage(head.window, engine).timed(maps[0])
    let rows = Tensor(zeros: [positions, head.inner])
    let layer = LayerReport(
      timing: "linear \(head.inner)->\(head.width) + relu", output: "\(positions) x \(head.width)",
      macs: positions * head.inner * head.width,
      bytes: 4 * (positions * (head.inner + head.width) + head.inner * head.width)
    ) { _ = hidden(rows) }
    return [report, layer, projection.timed(rows: positions)]
  }
}

public import Checkpoint
public import Kernels
public import NN
internal import RoIAlign
internal import Tensors

/// Scores clips: averages over windows, projection and activation at each position, then their mean.
///
/// Source: PySlowFast's ResNetBasicHead in evaluation.
public struct ClassificationHead: Head, Equatable {
  /// How many scores a clip has.
  public var classes: Int
  /// What makes scores of the last layer's numbers.
  public var activation: Activation
  /// The side of the windows over the maps; nil for the whole map.
  public var window: Int?
  /// Whether the features of the last pathway come first in the rows that are projected.
  public var joinsLastFirst: Bool

  public init(classes: Int, activation: Activation, window: Int?, joinsLastFirst: Bool = false) {
    self.classes = classes
    self.activation = activation
    self.window = window
    self.joinsLastFirst = joinsLastFirst
  }

  public var scoresBoxes: Bool { false }

  public func layers(channels: [Int], weights: WeightReader, engine: Engine) -> any HeadLayers {
    ClassificationHeadLayers(self, channels: channels, weights: weights, engine: engine)
  }
}

extension ClassificationHead {
  /// The scores are those before the activation, as in PySlowFast's training; the window is the whole map then, unless they
  /// are for an evaluation.
  public func buildTrained(
    _ builder: inout NetworkBuilder, _ maps: [Value], boxes: Value?, channels: [Int], _ options: TrainingOptions
  ) throws(VideoModelError) -> Value {
    var means = maps.map { builder.averages($0, window: window, options) }
    if joinsLastFirst { means.reverse() }
    let rows = means.count == 1 ? means[0] : builder.network.concatenate(means)
    return builder.trainedProjection(rows, channels: channels.reduce(0, +), classes: classes, options)
  }
}

private final class ClassificationHeadLayers: HeadLayers {
  private let head: ClassificationHead
  private let channels: Int
  private let projection: Projection
  private let engine: Engine

  init(_ head: ClassificationHead, channels: [Int], weights: WeightReader, engine: Engine) {
    self.head = head
    self.channels = channels.reduce(0, +)
    self.engine = engine
    projection = Projection(
      self.channels, classes: head.classes, head.activation, weights: weights, engine: engine)
  }

  private init(_ other: ClassificationHeadLayers, _ engine: Engine) {
    (head, channels, projection) = (other.head, other.channels, other.projection)
    self.engine = engine
  }

  func copy(on engine: Engine) -> any HeadLayers { ClassificationHeadLayers(self, engine) }

  func score(_ maps: [FeatureMap], _ regions: [Region]) throws -> Tensor {
    let averages = try maps.map(WindowAverage(head.window, engine).callAsFunction)
    let batch = averages[0].shape[0]
    let positions = averages[0].shape[1] * averages[0].shape[2]
    let rows = Tensor(zeros: [batch * positions, channels])
    var channel = 0
    for average in head.joinsLastFirst ? averages.reversed() : averages {
      copyColumns(average.reshaped([batch * positions, average.shape[3]]), into: rows, at: channel)
      channel += average.shape[3]
    }
    return meanScores(projection(rows), groups: batch)
  }

  func timed(_ maps: [FeatureMap], _ regions: [Region]) throws -> [LayerReport] {
    let averages = try maps.map(WindowAverage(head.window, engine).timed)
    return averages.map(\.report) + [projection.timed(rows: averages[0].positions)]
  }
}

public import Checkpoint
public import Kernels
public import NN
internal import RoIAlign
public import Tensors
public import VideoModels

/// A network of a head alone: what it reads are the features of boxes, a row each.
public struct FeatureRows: Backbone {
  public let width: Int

  public init(width: Int) { self.width = width }

  public var frames: Int { 1 }
  public var inputs: [PathwayInput] { [PathwayInput(channels: width, frames: [0])] }
  public var featureChannels: [Int] { [width] }
  public var featureStride: Int { 1 }

  public func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value] { inputs }
}

/// The last layers of ``RoIHead`` in training: dropout, projection, activation.
public struct FeatureHead: Head {
  public let classes: Int
  public let activation: Activation

  public init(classes: Int, activation: Activation) { (self.classes, self.activation) = (classes, activation) }

  public var scoresBoxes: Bool { false }

  public func buildTrained(
    _ builder: inout NetworkBuilder, _ maps: [Value], boxes: Value?, channels: [Int], _ options: TrainingOptions
  ) throws(VideoModelError) -> Value {
    let scores = builder.trainedProjection(maps[0], channels: channels[0], classes: classes, options)
    return activation == .sigmoid ? builder.network.function(.sigmoid, scores) : scores
  }

  public func layers(channels: [Int], weights: WeightReader, engine: Engine) -> any HeadLayers {
    FeatureHeadLayers(Projection(channels[0], classes: classes, activation, weights: weights, engine: engine))
  }
}

private final class FeatureHeadLayers: HeadLayers {
  private let projection: Projection

  init(_ projection: Projection) { self.projection = projection }

  func score(_ maps: [FeatureMap], _ regions: [Region]) throws -> Tensor { projection(maps[0].rows) }

  func copy(on engine: Engine) -> any HeadLayers { FeatureHeadLayers(projection) }

  func timed(_ maps: [FeatureMap], _ regions: [Region]) throws -> [LayerReport] {
    [projection.timed(rows: maps[0].positions)]
  }
}

extension FeatureMap {
  /// [rows, 1, 1, 1, channels] as a matrix.
  fileprivate var rows: Tensor {
    let rows = Tensor(zeros: [positions, channels])
    for row in 0..<positions {
      (rows.storage.pointer + row * channels).update(from: start + row * pitch, count: channels)
    }
    return rows
  }

  /// Rows of features as what ``FeatureRows`` reads.
  ///
  /// - Parameter rows: [rows, channels]
  public init(rows: Tensor) {
    self.init(
      storage: rows.storage, offset: 0, batch: rows.shape[0], extent: .one, channels: rows.shape[1],
      pitch: rows.shape[1])
  }
}

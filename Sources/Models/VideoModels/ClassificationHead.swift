public import Checkpoint
public import Kernels
public import NN
internal import RoIAlign
internal import Tensors

/// Scores clips: averages over windows, projection and activation at each position, then their mean.
///
/// Source: PySlowFast's ResNetBasicHead in evaluation.
public struct ClassificationHead: Head, Equatable {
  public var classes: Int
  public var activation: Activation
  /// The side of the windows over the maps; nil for the whole map.
  public var window: Int?

  public init(classes: Int, activation: Activation, window: Int?) {
    self.classes = classes
    self.activation = activation
    self.window = window
  }

  public var scoresBoxes: Bool { false }

  public func layers(channels: [Int], weights: WeightReader, engine: Engine) -> any HeadLayers {
    ClassificationHeadLayers(self, channels: channels, weights: weights, engine: engine)
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

  func score(_ maps: [FeatureMap], _ regions: [Region]) throws -> Tensor {
    let averages = try maps.map { try average($0, window: head.window, engine) }
    let batch = averages[0].shape[0]
    let positions = averages[0].shape[1] * averages[0].shape[2]
    let rows = Tensor(zeros: [batch * positions, channels])
    var channel = 0
    for average in averages {
      copyColumns(average.reshaped([batch * positions, average.shape[3]]), into: rows, at: channel)
      channel += average.shape[3]
    }
    return mean(of: projection(rows), groups: batch)
  }

  func timed(_ maps: [FeatureMap], _ regions: [Region]) throws -> [LayerReport] {
    let averages = try maps.map { try timedAverage($0, window: head.window, engine) }
    return averages.map(\.report) + [projection.timed(rows: averages[0].positions)]
  }
}

/// Averages a map over all frames and a head's windows: [N, rows, columns, C].
func average(_ map: FeatureMap, window: Int?, _ engine: Engine) throws -> Tensor {
  let extent = map.extent
  let side = (height: window ?? extent.h, width: window ?? extent.w)
  guard side.height <= extent.h, side.width <= extent.w else {
    throw VideoModelError.tooSmallForWindow(map: "\(extent.h) x \(extent.w)", window: side.height)
  }
  return averagePool(map.float32(), window: side, engine: engine)
}

/// The same under the clock, with the number of positions that are left.
func timedAverage(
  _ map: FeatureMap, window: Int?, _ engine: Engine
) throws -> (report: LayerReport, positions: Int) {
  let shape = try average(map, window: window, engine).shape
  let report = try LayerReport(
    timing: "mean of \(map.extent.t) frames and windows", output: shape.map(String.init).joined(separator: " x "),
    macs: 0, bytes: 4 * (map.positions * map.channels + shape.reduce(1, *))
  ) { _ = try average(map, window: window, engine) }
  return (report, shape.dropLast().reduce(1, *))
}

/// The mean of each group of consecutive rows.
func mean(of rows: Tensor, groups: Int) -> Tensor {
  let (count, classes) = (rows.shape[0] / groups, rows.shape[1])
  let result = Tensor(zeros: [groups, classes])
  for row in 0..<rows.shape[0] {
    for c in 0..<classes {
      result.storage.pointer[row / count * classes + c] += rows.storage.pointer[row * classes + c]
    }
  }
  for i in 0..<result.count { result.storage.pointer[i] /= Float(count) }
  return result
}

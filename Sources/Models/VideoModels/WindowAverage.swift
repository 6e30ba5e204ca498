public import Kernels
public import NN
public import Tensors

/// The average of a map over all frames and a head's windows.
public struct WindowAverage {
  private let window: Int?
  private let engine: Engine

  /// - Parameter window: The side of the windows; nil for the whole map.
  public init(_ window: Int?, _ engine: Engine) {
    self.window = window
    self.engine = engine
  }

  /// N, [T, H, W], C to [N, rows, columns, C].
  ///
  /// - Throws: `VideoModelError` for a map that is smaller than a window.
  public func callAsFunction(_ map: FeatureMap) throws -> Tensor {
    let extent = map.extent
    let side = (height: window ?? extent.h, width: window ?? extent.w)
    guard side.height <= extent.h, side.width <= extent.w else {
      throw VideoModelError.tooSmallForWindow(map: "\(extent.h) x \(extent.w)", window: side.height)
    }
    return averagePool(map.float32(), window: side, engine: engine)
  }

  /// The same under the clock, with the number of positions that are left.
  public func timed(_ map: FeatureMap) throws -> (report: LayerReport, positions: Int) {
    let shape = try self(map).shape
    let report = try LayerReport(
      timing: "mean of \(map.extent.t) frames and windows", output: shape.map(String.init).joined(separator: " x "),
      macs: 0, bytes: 4 * (map.positions * map.channels + shape.reduce(1, *))
    ) { _ = try self(map) }
    return (report, shape.dropLast().reduce(1, *))
  }
}

/// The mean of each group of consecutive rows: [groups x positions, classes] to [groups, classes].
public func meanScores(_ rows: Tensor, groups: Int) -> Tensor {
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

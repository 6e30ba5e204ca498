public import Kernels
internal import Parallel
public import Tensors

/// Averages over all frames and over windows in space with stride 1 and no padding.
///
/// The sums are kept in Double: a fully convolutional head averages tens of thousands of numbers.
///
/// - Parameters:
///   - map: N, [T, H, W], C.
///   - window: The sides of the windows; at most H and W.
/// - Returns: [N, H - height + 1, W - width + 1, C].
public func averagePool(_ map: FeatureMap, window: (height: Int, width: Int), engine: Engine) -> Tensor {
  if engine.usesReferences { return averagePoolReference(map, window: window) }
  let windows = AverageWindows(map, window)
  let result = Tensor(zeros: windows.shape)
  // A piece is some channels of one window.
  let width = 256
  let slices = (map.channels + width - 1) / width
  engine.pool.forEach(windows.count * slices) { piece in
    let (index, channel) = (piece / slices, piece % slices * width)
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: windows.positions) { positions in
      var count = 0
      windows.forEachPosition(of: index) { position in
        positions.initializeElement(at: count, to: position + channel)
        count += 1
      }
      engine.kernels.rows.mean(
        UnsafePointer(positions.baseAddress!), count, min(width, map.channels - channel),
        result.storage.pointer + index * map.channels + channel)
    }
  }
  return result
}

/// The definition, position by position.
public func averagePoolReference(_ map: FeatureMap, window: (height: Int, width: Int)) -> Tensor {
  let windows = AverageWindows(map, window)
  let result = Tensor(zeros: windows.shape)
  var sums = [Double](repeating: 0, count: map.channels)
  for index in 0..<windows.count {
    for c in sums.indices { sums[c] = 0 }
    windows.forEachPosition(of: index) { position in
      for c in sums.indices { sums[c] += Double(position[c]) }
    }
    let target = result.storage.pointer + index * map.channels
    for c in sums.indices { target[c] = Float(sums[c] / Double(windows.positions)) }
  }
  return result
}

/// The windows over a map: all frames, and every place in space.
private struct AverageWindows {
  let map: FeatureMap
  let window: (height: Int, width: Int)
  let rows: Int
  let columns: Int

  init(_ map: FeatureMap, _ window: (height: Int, width: Int)) {
    self.map = map
    self.window = window
    (rows, columns) = (map.extent.h - window.height + 1, map.extent.w - window.width + 1)
    precondition(rows > 0 && columns > 0, "an average window must fit into its map")
  }

  var shape: [Int] { [map.batch, rows, columns, map.channels] }
  /// The number of windows.
  var count: Int { map.batch * rows * columns }
  /// The positions of one window.
  var positions: Int { map.extent.t * window.height * window.width }

  /// Calls `body` with the first channel of every position of one window, frame after frame, row after row.
  func forEachPosition(of index: Int, _ body: (UnsafePointer<Float>) -> Void) {
    let (n, y, x) = (index / (rows * columns), index / columns % rows, index % columns)
    for t in 0..<map.extent.t {
      for h in y..<y + window.height {
        let line = ((n * map.extent.t + t) * map.extent.h + h) * map.extent.w
        for w in x..<x + window.width { body(UnsafePointer(map.start) + (line + w) * map.pitch) }
      }
    }
  }
}

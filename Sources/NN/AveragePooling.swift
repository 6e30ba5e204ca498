public import Tensors

/// Averages over all frames and over windows in space with stride 1 and no padding.
///
/// The sums are kept in Double: a fully convolutional head averages tens of thousands of numbers.
///
/// - Parameters:
///   - map: N, [T, H, W], C.
///   - window: The sides of the windows; at most H and W.
/// - Returns: [N, H - height + 1, W - width + 1, C].
public func averagePool(_ map: FeatureMap, window: (height: Int, width: Int)) -> Tensor {
  let extent = map.extent
  let (rows, columns) = (extent.h - window.height + 1, extent.w - window.width + 1)
  precondition(rows > 0 && columns > 0, "an average window must fit into its map")
  let result = Tensor(zeros: [map.batch, rows, columns, map.channels])
  let count = Double(extent.t * window.height * window.width)
  var sums = [Double](repeating: 0, count: map.channels)
  for position in 0..<map.batch * rows * columns {
    let (n, y, x) = (position / (rows * columns), position / columns % rows, position % columns)
    for c in sums.indices { sums[c] = 0 }
    for t in 0..<extent.t {
      for h in y..<y + window.height {
        let row = map.start + ((n * extent.t + t) * extent.h + h) * extent.w * map.pitch
        for w in x..<x + window.width { add(row + w * map.pitch, to: &sums) }
      }
    }
    let target = result.storage.pointer + position * map.channels
    for c in sums.indices { target[c] = Float(sums[c] / count) }
  }
  return result
}

private func add(_ pixel: UnsafePointer<Float>, to sums: inout [Double]) {
  for c in sums.indices { sums[c] += Double(pixel[c]) }
}

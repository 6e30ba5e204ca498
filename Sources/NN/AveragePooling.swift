public import Tensors

/// Averages over all frames and over square windows in space with stride 1 and no padding.
///
/// - Parameters:
///   - map: N, [T, H, W], C.
///   - window: The side of the windows; at most H and W.
/// - Returns: [N, H - window + 1, W - window + 1, C].
public func averagePool(_ map: FeatureMap, window: (height: Int, width: Int)) -> Tensor {
  let extent = map.extent
  let (rows, columns) = (extent.h - window.height + 1, extent.w - window.width + 1)
  precondition(rows > 0 && columns > 0, "an average window must fit into its map")
  let result = Tensor(zeros: [map.batch, rows, columns, map.channels])
  var target = result.storage.pointer
  let count = Float(extent.t * window.height * window.width)
  for n in 0..<map.batch {
    for y in 0..<rows {
      for x in 0..<columns {
        for t in 0..<extent.t {
          for h in y..<y + window.height {
            for w in x..<x + window.width {
              let source = map.start + (((n * extent.t + t) * extent.h + h) * extent.w + w) * map.pitch
              for c in 0..<map.channels { target[c] += source[c] }
            }
          }
        }
        for c in 0..<map.channels { target[c] /= count }
        target += map.channels
      }
    }
  }
  return result
}

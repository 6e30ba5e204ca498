internal import Tensors

/// How a head makes one frame of several.
public enum FramePooling: String, Sendable {
  case mean, maximum
}

extension FeatureMap {
  /// One frame of several: N, [1, H, W], C.
  func pooled(over pooling: FramePooling) -> FeatureMap {
    let plane = extent.h * extent.w
    let result = FeatureMap(zeros: batch, Extent3(1, extent.h, extent.w), channels: channels)
    for position in 0..<batch * plane {
      let (item, place) = (position / plane, position % plane)
      let target = result.start + position * channels
      for t in 0..<extent.t {
        let from = start + ((item * extent.t + t) * plane + place) * pitch
        for c in 0..<channels {
          switch pooling {
          case .mean: target[c] += from[c]
          // Asked this way round, a NaN stays one.
          case .maximum: if t == 0 || !(from[c] <= target[c]) && !target[c].isNaN { target[c] = from[c] }
          }
        }
      }
      if pooling == .mean { for c in 0..<channels { target[c] /= Float(extent.t) } }
    }
    return result
  }

  /// The largest of side x side averages of each channel over a map of one frame: [N, C].
  ///
  /// Bin i of an axis of length L covers the positions from i L / side, rounded down, to (i + 1) L / side, rounded up.
  func largestAverage(side: Int) -> Tensor {
    let result = Tensor(zeros: [batch, channels])
    var sums = [Double](repeating: 0, count: channels)
    func bin(_ index: Int, _ length: Int) -> Range<Int> {
      index * length / side..<((index + 1) * length + side - 1) / side
    }
    for item in 0..<batch {
      let target = result.storage.pointer + item * channels
      for index in 0..<side * side {
        let (rows, columns) = (bin(index / side, extent.h), bin(index % side, extent.w))
        for c in sums.indices { sums[c] = 0 }
        for y in rows {
          for x in columns {
            let from = start + ((item * extent.h + y) * extent.w + x) * pitch
            for c in sums.indices { sums[c] += Double(from[c]) }
          }
        }
        for c in sums.indices {
          let average = Float(sums[c] / Double(rows.count * columns.count))
          if index == 0 || !(average <= target[c]) && !target[c].isNaN { target[c] = average }
        }
      }
    }
    return result
  }
}

public import Tensors

extension RoIAligner {
  /// Pools every box into [R, P, P, C] sample by sample, in the order of float32 operations of torchvision's
  /// roi_align, to whose results it is equal to the last bit. Several frames are averaged first, in Double.
  ///
  /// For comparison: its work grows with the boxes' area, inside the features or not.
  ///
  /// - Throws: `RoIAlignError` for a box that is not finite, absurdly large, or of no item of the batch.
  public func reference(_ features: FeaturePlane, _ regions: [Region]) throws(RoIAlignError) -> Tensor {
    let features = features.frames == 1 ? features : meanFrame(of: features)
    let output = Tensor(zeros: [regions.count, resolution, resolution, features.channels])
    var target = output.storage.pointer
    for (box, region) in regions.enumerated() {
      let (x, y) = try axes(of: region, box: box, batch: features.batch)
      let count = Float(max(x.samples * y.samples, 1))
      for bin in 0..<resolution * resolution {
        for channel in 0..<features.channels {
          var sum: Float = 0
          for row in 0..<y.samples {
            for column in 0..<x.samples {
              sum += bilinear(
                features, region.batchIndex, channel, y: y.position(bin: bin / resolution, sample: row),
                x: x.position(bin: bin % resolution, sample: column))
            }
          }
          target[channel] = sum / count
        }
        target += features.channels
      }
    }
    return output
  }
}

/// Averages the frames of every batch item.
private func meanFrame(of features: FeaturePlane) -> FeaturePlane {
  let mean = Tensor(zeros: [features.batch, features.height, features.width, features.channels])
  for index in 0..<mean.count {
    let (place, channel) = (index / features.channels, index % features.channels)
    let (line, x) = (place / features.width, place % features.width)
    let sum = (0..<features.frames).reduce(0.0) { sum, frame in
      sum + Double(features.position(line / features.height, line % features.height, x, frame: frame)[channel])
    }
    mean.storage.pointer[index] = Float(sum / Double(features.frames))
  }
  return FeaturePlane(mean)
}

/// Interpolates one channel between the four positions around a point.
private func bilinear(_ features: FeaturePlane, _ batchIndex: Int, _ channel: Int, y: Float, x: Float) -> Float {
  let (height, width) = (features.height, features.width)
  if y < -1 || y > Float(height) || x < -1 || x > Float(width) || height == 0 || width == 0 { return 0 }
  let (y, x) = (max(y, 0), max(x, 0))
  let (top, left) = (min(Int(y), height - 1), min(Int(x), width - 1))
  let (bottom, right) = (min(top + 1, height - 1), min(left + 1, width - 1))
  let (lowY, lowX) = (top == bottom ? 0 : y - Float(top), left == right ? 0 : x - Float(left))
  let (highY, highX) = (1 - lowY, 1 - lowX)
  return highY * highX * features.position(batchIndex, top, left)[channel]
    + highY * lowX * features.position(batchIndex, top, right)[channel]
    + lowY * highX * features.position(batchIndex, bottom, left)[channel]
    + lowY * lowX * features.position(batchIndex, bottom, right)[channel]
}

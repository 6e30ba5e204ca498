internal import Kernels
internal import NN
internal import Parallel
public import RoIAlign
public import Tensors

extension VideoModel {
  /// Scores boxes: features, temporal average, RoIAlign, spatial maximum, projection, activation.
  ///
  /// - Parameters:
  ///   - clip: N, [T, H, W], C at the fast rate.
  ///   - regions: Boxes in pixels of the clip, each with the number of its clip.
  /// - Returns: [R, classes].
  /// - Throws: `VideoModelError`, `RoIAlignError`, `NetworkError`.
  public func detect(_ clip: FeatureMap, _ regions: [Region]) throws -> Tensor {
    try detect(features(clip).outputs, regions)
  }

  /// Scores boxes on features that were computed already.
  public func detect(_ features: [FeatureMap], _ regions: [Region]) throws -> Tensor {
    let aligner = try aligner()
    let pooled = Tensor(zeros: [regions.count, architecture.featureChannels.reduce(0, +)])
    var channel = 0
    for map in features {
      try pool(map, regions, aligner, into: pooled, at: channel)
      channel += map.channels
    }
    return score(pooled)
  }

  /// What pools the boxes of this model.
  func aligner() throws -> RoIAligner {
    guard case .roi(let resolution, let stride, let aligned) = architecture.head else {
      throw VideoModelError.noRoIHead
    }
    return try RoIAligner(
      resolution: resolution, spatialScale: 1 / Float(stride), grid: aligned ? .halfPixel : .legacy)
  }

  /// Pools the boxes of one pathway: average over the frames, RoIAlign, the largest bin of each channel.
  ///
  /// - Parameters:
  ///   - rows: [R, all channels]; gets this pathway's from `channel` on.
  func pool(_ map: FeatureMap, _ regions: [Region], _ aligner: RoIAligner, into rows: Tensor, at channel: Int) throws {
    let plane = FeaturePlane(map.float32())
    if engine.usesReferences {
      copyColumns(largest(of: try aligner.reference(plane, regions)), into: rows, at: channel)
    } else {
      try aligner.alignMaxPooled(
        plane, regions, into: rows.storage, offset: channel, pitch: rows.shape[1], pool: engine.pool,
        kernels: engine.kernels, workspace: workspace)
    }
  }

  /// Projects pooled rows [rows, channels] and applies the activation.
  func score(_ rows: Tensor) -> Tensor {
    let scores = projection(rows)
    architecture.activation.apply(to: scores)
    return scores
  }

  /// The largest bin of each channel, NaN above all: [R, P, P, C] to [R, C].
  private func largest(of bins: Tensor) -> Tensor {
    let (count, channels) = (bins.shape[1] * bins.shape[2], bins.shape[3])
    let result = Tensor(zeros: [bins.shape[0], channels])
    for row in 0..<bins.shape[0] * channels {
      let (region, c) = (row / channels, row % channels)
      let values = (0..<count).lazy.map { bins.values[(region * count + $0) * channels + c] }
      result.storage.pointer[row] = values.reduce(-.infinity) { $0.isNaN || $0 > $1 ? $0 : $1 }
    }
    return result
  }

  private func copyColumns(_ rows: Tensor, into target: Tensor, at channel: Int) {
    let (from, to) = (rows.shape[1], target.shape[1])
    for row in 0..<rows.shape[0] {
      (target.storage.pointer + row * to + channel).update(from: rows.storage.pointer + row * from, count: from)
    }
  }

  /// Scores whole clips: averages over windows, projection and activation at each position, then their mean.
  ///
  /// - Returns: [N, classes].
  /// - Throws: `VideoModelError`, `NetworkError`.
  public func classify(_ clip: FeatureMap) throws -> Tensor { try classify(features(clip).outputs) }

  /// Scores clips on features that were computed already.
  public func classify(_ features: [FeatureMap]) throws -> Tensor {
    let averages = try features.map(average)
    let batch = averages[0].shape[0]
    let positions = averages[0].shape[1] * averages[0].shape[2]
    let rows = Tensor(zeros: [batch * positions, architecture.featureChannels.reduce(0, +)])
    var channel = 0
    for average in averages {
      copyColumns(average.reshaped([batch * positions, average.shape[3]]), into: rows, at: channel)
      channel += average.shape[3]
    }
    return mean(of: score(rows), groups: batch)
  }

  /// Averages one pathway over all frames and the head's windows: [N, rows, columns, C].
  func average(_ map: FeatureMap) throws -> Tensor {
    guard case .classification(let window) = architecture.head else { throw VideoModelError.noClassificationHead }
    let extent = map.extent
    let side = (height: window ?? extent.h, width: window ?? extent.w)
    guard side.height <= extent.h, side.width <= extent.w else {
      throw VideoModelError.tooSmallForWindow(map: "\(extent.h) x \(extent.w)", window: side.height)
    }
    return averagePool(map.float32(), window: side, engine: engine)
  }

  /// The mean of each group of consecutive rows.
  private func mean(of rows: Tensor, groups: Int) -> Tensor {
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
}

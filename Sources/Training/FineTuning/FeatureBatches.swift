internal import Augmentation
internal import Kernels
internal import Optimization
internal import Tensors
internal import TrainingData

/// Batches of boxes by their cached features.
struct FeatureBatches {
  let cache: FeatureCache
  let boxes: [FeatureCache.Box]
  let factors: RepeatFactors
  let classes: Int
  let size: Int
  let seed: UInt64

  /// - Parameter threshold: See ``RepeatFactors``.
  init(_ cache: FeatureCache, classes: Int, size: Int, threshold: Double, seed: UInt64) {
    self.cache = cache
    boxes = cache.boxes
    factors = RepeatFactors(
      boxes.map { cache.data.samples[$0.sample].classes[$0.number] }, classes: classes, threshold: threshold)
    (self.classes, self.size, self.seed) = (classes, size, seed)
  }

  /// Boxes in the epoch's order, each in one of the views.
  func epoch(_ epoch: Int) -> EpochBatches {
    let own = factors.indices(seed: seed, epoch: epoch)
    var draws = SeededDraws(seed: seed, epoch: epoch, index: 0, purpose: .order)
    let order = draws.permutation(own.count).map { own[$0] }
    let views = order.map { _ in cache.views.count > 1 ? draws.integer(in: 0..<cache.views.count) : 0 }
    // Boxes are many: the last batch is smaller rather than left out.
    let count = (order.count + size - 1) / size
    var next = 0
    return EpochBatches(
      count: count,
      next: {
        if next == count { return nil }
        let range = next * size..<min(order.count, (next + 1) * size)
        next += 1
        return try batch(range.map { (boxes[order[$0]], views[$0]) })
      }, waited: { 0 })
  }

  func batch(_ chosen: [(box: FeatureCache.Box, view: Int)]) throws -> TrainingBatch {
    let rows = Tensor(zeros: [chosen.count, cache.width])
    let targets = Tensor(zeros: [chosen.count, classes])
    for (row, place) in chosen.enumerated() {
      guard let features = try cache.features(of: place.box.sample, view: place.view) else {
        preconditionFailure("boxes have features")
      }
      (rows.storage.pointer + row * cache.width).update(
        from: features.storage.pointer + place.box.number * cache.width, count: cache.width)
      for label in cache.data.samples[place.box.sample].classes[place.box.number] {
        targets.mutableValues[row * classes + label] = 1
      }
    }
    return TrainingBatch(clip: FeatureMap(rows: rows), targets: .soft(targets))
  }
}

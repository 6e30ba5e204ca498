internal import NN
internal import Tensors
public import TrainingData
public import VideoModels

/// What a normalisation saw of all batches.
private struct Sums {
  var count = 0.0
  var means: [Double] = []
  var squares: [Double] = []
}

extension TrainableModel {
  /// Sets the running statistics of all batch norms that are not frozen to those of all positions of some batches together.
  ///
  /// Source: fvcore's update_bn_stats as PySlowFast calls it; Wu and Johnson, "Rethinking 'Batch' in BatchNorm", 2021.
  ///
  /// - Parameter batches: `BN.NUM_BATCHES_PRECISE` at most; with none, nothing changes.
  /// - Throws: As ``forward(_:_:others:seed:)``.
  public func setPreciseStatistics(_ batches: some Sequence<TrainingBatch>) throws {
    let layers = statistics.filter { !$0.isFrozen }
    var sums = layers.map { [Sums](repeating: Sums(), count: $0.splits) }
    for batch in batches {
      _ = try forward(batch.clip, batch.regions, others: batch.others)
      for (index, layer) in layers.enumerated() {
        for (split, moments) in layer.latest.enumerated() {
          let count = Double(moments.count)
          if sums[index][split].count == 0 {
            sums[index][split].means = [Double](repeating: 0, count: layer.channels)
            sums[index][split].squares = sums[index][split].means
          }
          sums[index][split].count += count
          for c in 0..<layer.channels {
            sums[index][split].means[c] += count * moments.mean[c]
            sums[index][split].squares[c] += count * (moments.variance[c] + moments.mean[c] * moments.mean[c])
          }
        }
      }
    }
    for (layer, splits) in zip(layers, sums) {
      for (split, sums) in splits.enumerated() where sums.count > 0 {
        for c in 0..<layer.channels {
          let mean = sums.means[c] / sums.count
          layer.mean.mutableValues[split * layer.channels + c] = Float(mean)
          layer.variance.mutableValues[split * layer.channels + c] = Float(
            max(0, sums.squares[c] / sums.count - mean * mean))
        }
      }
    }
  }

  /// The same from the next batches of a loader, one after the other: all at once would take the memory of as many clips.
  ///
  /// - Throws: What reading them throws, too.
  public func setPreciseStatistics(_ count: Int, of loader: BatchLoader) throws {
    var fault: (any Error)?
    var taken = 0
    let batches = AnyIterator<TrainingBatch> {
      guard taken < count else { return nil }
      taken += 1
      do { return try loader.next() } catch {
        fault = error
        return nil
      }
    }
    try setPreciseStatistics(IteratorSequence(batches))
    if let fault { throw fault }
  }
}

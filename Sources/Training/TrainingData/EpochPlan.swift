internal import Optimization

/// The batches of an epoch, sample by sample: nothing is read yet.
public struct EpochPlan: Sendable {
  /// One sample to be read.
  public struct Sample: Hashable, Sendable {
    /// In the data set.
    public let index: Int
    /// In the epoch, over all processes.
    public let place: Int
    public let shape: SampleShape
  }

  public let epoch: Int
  /// What batches' own draws are told apart by: their number over all processes.
  public let batchPlaces: [Int]
  public let batches: [[Sample]]
  /// How many batches the learning rate counts: with batches of several sizes PySlowFast counts by the mean, which may differ.
  public let nominalCount: Int

  /// Cuts an epoch's samples into batches.
  ///
  /// - Parameters:
  ///   - forms: What batches look like in turn; one, or those of a short cycle.
  ///   - dropsLast: Whether samples that make no whole batch are left out, as in training; else the last batch is smaller.
  /// - Throws: `TrainingDataError.noBatch`.
  public init(_ order: EpochOrder, _ forms: [BatchForm], dropsLast: Bool = true) throws(TrainingDataError) {
    let count = order.samples.count
    let cut = CyclicBatches(sizes: forms.map(\.samples))
    var ranges = cut.ranges(samples: count)
    if !dropsLast, (ranges.last?.upperBound ?? 0) < count { ranges.append((ranges.last?.upperBound ?? 0)..<count) }
    if ranges.isEmpty {
      throw .noBatch(
        samples: count * order.processes, processes: order.processes, batch: forms[0].samples)
    }
    epoch = order.epoch
    batchPlaces = ranges.indices.map { $0 * order.processes + order.rank }
    batches = ranges.enumerated().map { number, range in
      let shape = forms[number % forms.count].shape
      return range.map { Sample(index: order.samples[$0], place: order.place($0), shape: shape) }
    }
    nominalCount = dropsLast ? max(1, cut.nominalCount(samples: count)) : ranges.count
  }

  /// How many samples are read.
  public var sampleCount: Int { batches.reduce(0) { $0 + $1.count } }
}

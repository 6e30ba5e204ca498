internal import Augmentation
internal import Clocks
public import Configuration
internal import Glibc
internal import Parallel
internal import Synchronization

/// How batches are loaded.
public struct LoaderOptions: Sendable {
  /// Of all draws (`RNG_SEED`).
  public var seed: UInt64
  /// Threads that read samples (`DATA_LOADER.NUM_WORKERS`). What is loaded does not depend on it.
  public var workers: Int
  /// How many finished batches may wait for the network.
  public var ahead = 2
  /// The share of an epoch's samples that may be unreadable (`DATA_LOADER.MAX_UNREADABLE`).
  public var maxUnreadable: Double
  /// Whether samples that cannot be read are left out, however many they are: another one would be judged in their place.
  public var leavesOut = false

  public init(seed: UInt64 = 1, workers: Int = 1, maxUnreadable: Double = 0.01) {
    self.seed = seed
    self.workers = workers
    self.maxUnreadable = maxUnreadable
  }

  /// - Parameter workers: Nil for what the configuration says, but no more than there are processors.
  /// - Throws: `TrainingDataError.unsupported`.
  public init(_ config: Configuration, workers: Int? = nil) throws(TrainingDataError) {
    let share = config[.dataLoaderMaxUnreadable]
    guard (0...1).contains(share) else {
      throw .unsupported(
        config.cite(.dataLoaderMaxUnreadable), "expected a share of the samples",
        "set a number from 0 to 1, such as 0.01")
    }
    guard config[.dataLoaderNumWorkers] >= 0 else {
      throw .unsupported(config.cite(.dataLoaderNumWorkers), "expected a number of threads", "set 0 or more")
    }
    let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    self.init(
      seed: UInt64(bitPattern: Int64(config[.rngSeed])),
      workers: max(1, workers ?? min(config[.dataLoaderNumWorkers], processors)), maxUnreadable: share)
  }
}

/// Loads the batches of an epoch ahead of their use: threads read samples, one more puts them together.
///
/// Batches come in the plan's order and are the same for any number of workers. A sample that cannot be read is replaced by
/// another one, which is drawn, or left out, and a batch of which nothing is left with it; `takeUnreadable` tells. At most `ahead`
/// finished batches, the one in the making and twice as many samples as there are workers are held. Letting go of a loader stops
/// it after the samples at hand.
///
/// Not to be used by two threads at once.
public final class BatchLoader {
  private let work: Work
  private let batches: Prefetcher<Loaded>
  /// How many seconds `next` has waited, in all.
  public private(set) var waitedSeconds = 0.0
  private var untold: [UnreadableSample] = []
  /// How many samples of the epoch could not be read so far.
  public private(set) var unreadableCount = 0

  /// A batch, and what could not be read for it.
  fileprivate struct Loaded {
    /// nil where none of its samples could be read.
    let batch: TrainingBatch?
    let unreadable: [UnreadableSample]
  }

  /// Starts to load.
  ///
  /// - Parameter plan: Of samples of the data set.
  public init(
    _ dataset: any TrainingDataset, _ plan: EpochPlan, _ options: LoaderOptions, _ collation: Collation = Collation()
  ) {
    let work = Work(dataset, plan, options, collation)
    self.work = work
    // The streams live as long as what produces from them.
    let streams = work.streams()
    batches = Prefetcher(capacity: max(1, options.ahead)) { try work.load(from: streams) }
  }

  deinit { work.stop() }

  /// Waits for the next batch; nil after the last.
  ///
  /// - Throws: `TrainingDataError.tooManyUnreadable`, `.noReplacement`; `AugmentationError`; each again when called again.
  public func next() throws -> TrainingBatch? {
    let start = monotonicSeconds()
    defer { waitedSeconds += monotonicSeconds() - start }
    while let loaded = try batches.next() {
      untold += loaded.unreadable
      unreadableCount += loaded.unreadable.count
      if let batch = loaded.batch { return batch }
    }
    return nil
  }

  /// The samples that could not be read for the batches so far; those only that were not told before.
  public func takeUnreadable() -> [UnreadableSample] {
    defer { untold = [] }
    return untold
  }
}

/// What the loader's threads do.
private final class Work: Sendable {
  /// The examples of a sample, or of the one that replaced it.
  struct Read: Sendable {
    let index: Int
    let examples: [TrainingExample]
    let unreadable: UnreadableSample?
  }

  typealias Streams = OrderedStreams<EpochPlan.Sample, Read>

  private let dataset: any TrainingDataset
  private let plan: EpochPlan
  private let samples: [EpochPlan.Sample]
  private let options: LoaderOptions
  private let collation: Collation
  private let isStopped = Atomic<Bool>(false)
  private let taken = Atomic<Int>(0)
  private let progress = Mutex<(batch: Int, unreadable: [UnreadableSample])>((0, []))

  /// How many other samples are tried for one that cannot be read.
  private static let attempts = 10

  init(_ dataset: any TrainingDataset, _ plan: EpochPlan, _ options: LoaderOptions, _ collation: Collation) {
    self.dataset = dataset
    self.plan = plan
    self.options = options
    self.collation = collation
    samples = plan.batches.flatMap(\.self)
  }

  func stop() { isStopped.store(true, ordering: .relaxed) }

  func streams() -> Streams {
    Streams(
      max(1, options.workers),
      source: { [self] in
        let number = taken.wrappingAdd(1, ordering: .relaxed).oldValue
        if number >= samples.count || isStopped.load(ordering: .relaxed) { return nil }
        return (number, samples[number])
      }, body: { [self] sample, _ in try read(sample) })
  }

  /// Reads a sample; draws depend on its place alone.
  private func read(_ sample: EpochPlan.Sample) throws -> Read {
    let draws = SeededDraws(seed: options.seed, epoch: plan.epoch, index: sample.place)
    var own = draws
    do {
      return Read(
        index: sample.index, examples: try dataset.examples(sample.index, sample.shape, &own), unreadable: nil)
    } catch {
      let first = unreadable(sample.index, error)
      if options.leavesOut { return Read(index: sample.index, examples: [], unreadable: first) }
      var last = first
      // Streams of small numbers are those of a sample's examples.
      var other = draws.stream(-1)
      for _ in 0..<Self.attempts where !isStopped.load(ordering: .relaxed) {
        let index = other.integer(in: 0..<dataset.count)
        do {
          return Read(index: index, examples: try dataset.examples(index, sample.shape, &own), unreadable: first)
        } catch { last = unreadable(index, error) }
      }
      throw TrainingDataError.noReplacement(epoch: plan.epoch, sample: first, attempts: Self.attempts, last: last)
    }
  }

  private func unreadable(_ index: Int, _ error: any Error) -> UnreadableSample {
    UnreadableSample(index: index, name: dataset.name(of: index), reason: "\(error)")
  }

  /// Puts the next batch together; nil after the last.
  func load(from streams: Streams) throws -> BatchLoader.Loaded? {
    let number = progress.withLock { $0.batch }
    if number == plan.batches.count { return nil }
    var examples: [TrainingExample] = []
    var indices: [Int] = []
    var lost: [UnreadableSample] = []
    for _ in plan.batches[number] {
      guard !isStopped.load(ordering: .relaxed), let read = try streams.next() else { return nil }
      examples += read.examples
      indices += [Int](repeating: read.index, count: read.examples.count)
      if let unreadable = read.unreadable {
        lost.append(unreadable)
        if !options.leavesOut { try count(unreadable) }
      }
    }
    if options.leavesOut, examples.isEmpty {
      progress.withLock { $0.batch += 1 }
      return BatchLoader.Loaded(batch: nil, unreadable: lost)
    }
    var draws = SeededDraws(
      seed: options.seed, epoch: plan.epoch, index: plan.batchPlaces[number], purpose: .batch)
    let batch = try collation.batch(examples, samples: indices, &draws)
    progress.withLock { $0.batch += 1 }
    return BatchLoader.Loaded(batch: batch, unreadable: lost)
  }

  private func count(_ sample: UnreadableSample) throws {
    let all = progress.withLock { progress in
      progress.unreadable.append(sample)
      return progress.unreadable
    }
    if Double(all.count) > options.maxUnreadable * Double(samples.count) {
      throw TrainingDataError.tooManyUnreadable(
        epoch: plan.epoch, found: all, samples: samples.count, limit: options.maxUnreadable)
    }
  }
}

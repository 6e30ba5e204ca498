internal import Checkpoint
internal import Clocks
public import Configuration
public import Kernels
internal import ModelZoo
internal import Optimization
internal import Tensors
internal import TrainingData
internal import TrainingLog
internal import VideoModels
internal import Wording

/// The validation of a network that classifies clips: one clip of each video, from its middle.
///
/// As in a test, a video that cannot be read costs itself: it is named, the others are scored, and how many these are is said.
public final class ClipValidation {
  private let config: Configuration
  private let engine: Engine
  private let dataset: any TrainingDataset
  private let plan: EpochPlan
  private let loading: LoaderOptions
  /// What was named before.
  private var told: Set<UnreadableSample> = []
  /// How many videos that cannot be read are named at a time.
  private static let most = 5

  /// Reads the list of the validation's videos.
  ///
  /// - Throws: `TrainingDataError`, `VideoListError`.
  public init(_ config: Configuration, engine: Engine, workers: Int? = nil) throws {
    self.config = config
    self.engine = engine
    dataset = try trainingDataset(config, .validation)
    var loading = try LoaderOptions(config, workers: workers)
    // Another video in its place would be judged twice.
    loading.leavesOut = true
    self.loading = loading
    var shape = try SampleShape(config)
    shape = SampleShape(
      frames: shape.frames, rates: shape.rates, crop: config[.dataTrainCropSize], shortSides: shape.shortSides)
    plan = try EpochPlan(
      EpochOrder(count: dataset.count, seed: 0, epoch: 0, isShuffled: false),
      [BatchForm(samples: config[.trainBatchSize], shape: shape)], dropsLast: false)
  }

  /// Scores all videos with the weights of a checkpoint.
  ///
  /// - Parameters:
  ///   - isToStop: Asked before every batch.
  ///   - precision: Finds the mean average precision of scores, [clips, classes], for labels of the same
  ///     shape, where clips have several classes.
  /// - Returns: nil where it was to stop.
  /// - Throws: `FileError`, `CheckpointError`, `TrainingDataError`; `TrainingRun.ScoresNotFinite`.
  public func run(
    _ path: String, isToStop: () -> Bool = { false }, precision: (_ scores: [[Float]], _ labels: [[Float]]) -> Double
  ) throws -> TrainingRun.Validation? {
    let file = try Checkpoint(path: path, naming: PySlowFastNames(), pool: engine.pool)
    let reader = WeightReader(file)
    let model = VideoModel(try Architecture(config), weights: reader, engine: engine)
    try reader.report.check(allowPartial: false)
    let loader = BatchLoader(dataset, plan, loading)
    var (top1, top5, clips) = (0.0, 0.0, 0)
    var (scores, labels): ([[Float]], [[Float]]) = ([], [])
    var times: [IterationTimes] = []
    var (last, waited) = (monotonicSeconds(), 0.0)
    while let batch = try loader.next() {
      if isToStop() { return nil }
      defer {
        let now = monotonicSeconds()
        times.append(IterationTimes(total: now - last, data: loader.waitedSeconds - waited))
        (last, waited) = (now, loader.waitedSeconds)
      }
      let found = try model.classify(batch.clip)
      let classes = found.shape[1]
      if let row = (0..<found.shape[0]).first(where: { row in
        !found.values[row * classes..<(row + 1) * classes].allSatisfy(\.isFinite)
      }) {
        throw TrainingRun.ScoresNotFinite(
          reason: "scoring '\(dataset.name(of: batch.samples[row]))': the network's scores are not finite numbers")
      }
      switch batch.targets {
      case .classes(let own):
        guard let errors = TopKErrors(scores: found.array, classes: classes, labels: own) else { continue }
        top1 += errors.top1 * Double(own.count)
        top5 += errors.top5 * Double(own.count)
        clips += own.count
      case .soft(let own):
        for row in 0..<found.shape[0] {
          scores.append(Array(found.array[row * classes..<(row + 1) * classes]))
          labels.append(Array(own.array[row * classes..<(row + 1) * classes]))
        }
      case .none: preconditionFailure("clips have classes")
      }
    }
    let lost = loader.takeUnreadable()
    if let first = lost.first, lost.count == dataset.count {
      throw TrainingDataError.nothingToValidate(samples: dataset.count, first: first)
    }
    var validation = TrainingRun.Validation()
    if scores.isEmpty {
      validation.errors = TopKErrors(top1: top1 / Double(max(1, clips)), top5: top5 / Double(max(1, clips)))
    } else {
      validation.map = precision(scores, labels)
    }
    validation.times = times
    if !lost.isEmpty { validation.lacking = (count: lost.count, of: dataset.count, unit: "video") }
    validation.remarks = remarks(lost)
    return validation
  }

  /// Names videos that cannot be read, each once.
  private func remarks(_ lost: [UnreadableSample]) -> [String] {
    let fresh = lost.filter { told.insert($0).inserted }
    let lines = fresh.prefix(Self.most).map { "'\($0.name)' could not be read, and is not validated: \($0.reason)" }
    let more = fresh.count - lines.count
    return lines + (more > 0 ? ["\(counted(more, "more video")) could not be read"] : [])
  }
}

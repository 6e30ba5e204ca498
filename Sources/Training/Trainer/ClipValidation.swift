internal import Checkpoint
public import Configuration
public import Kernels
internal import ModelZoo
internal import Optimization
internal import Tensors
internal import TrainingData
internal import TrainingLog
internal import VideoModels

/// The validation of a network that classifies clips: one clip of each video, from its middle.
public struct ClipValidation {
  private let config: Configuration
  private let engine: Engine
  private let dataset: any TrainingDataset
  private let plan: EpochPlan
  private let loading: LoaderOptions

  /// Reads the list of the validation's videos.
  ///
  /// - Throws: `TrainingDataError`, `VideoListError`.
  public init(_ config: Configuration, engine: Engine, workers: Int? = nil) throws {
    self.config = config
    self.engine = engine
    dataset = try trainingDataset(config, .validation)
    loading = try LoaderOptions(config, workers: workers)
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
  /// - Throws: `FileError`, `CheckpointError`, `TrainingDataError`.
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
    while let batch = try loader.next() {
      if isToStop() { return nil }
      let found = try model.classify(batch.clip)
      let classes = found.shape[1]
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
    if !scores.isEmpty { return TrainingRun.Validation(map: precision(scores, labels)) }
    return TrainingRun.Validation(
      errors: TopKErrors(top1: top1 / Double(max(1, clips)), top5: top5 / Double(max(1, clips))))
  }
}

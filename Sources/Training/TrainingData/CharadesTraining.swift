internal import AVARecords
public import Augmentation
internal import Clips
public import Configuration
internal import ImageFiles
internal import Imaging
public import Optimization

/// Charades: frame lists, several classes a video (`TRAIN.DATASET charades`). A clip has the classes of all frames from its
/// first to its last; in validation those of the whole video.
public struct CharadesTraining: TrainingDataset {
  public let targetKind: TargetKind? = .soft
  private let pictures: ListedPictures
  private let config: Configuration
  private let preparation: ClipPreparation
  public let notices: [String]

  /// - Throws: `TrainingDataError`, `AugmentationError`, `RecordError`.
  public init(_ config: Configuration, _ split: TrainingSplit) throws {
    self.config = config
    if !config[.dataMultiLabel] {
      throw TrainingDataError.unsupported(
        config.cite(.dataMultiLabel), "a video of Charades has several classes",
        "set DATA.MULTI_LABEL True, or TRAIN.DATASET to the data set of the list")
    }
    preparation = try ClipPreparation(config, split)
    pictures = try ListedPictures(config, split, classes: config[.modelNumClasses])
    let hasLabels = pictures.list.videos.contains { !$0.classes.isEmpty }
    notices =
      pictures.list.notices
      + (hasLabels
        ? []
        : ["'\(pictures.path)': no row has a label -> the last column holds a frame's classes: \"14,25\""])
  }

  public var count: Int { pictures.list.videos.count }
  public var examplesPerSample: Int { preparation.repeats }
  public func name(of index: Int) -> String { pictures.list.videos[index].name }

  public func examples(
    _ index: Int, _ shape: SampleShape, _ draws: inout SeededDraws
  ) throws -> [TrainingExample] {
    let video = pictures.list.videos[index]
    let source = try pictures.frames(of: video)
    let rate = shape.rates.count > 1 ? draws.integer(in: shape.rates) : shape.rates.lowerBound
    let sampling = StridedClips(frames: shape.frames, rate: rate)
    let indices =
      preparation.split == .train
      ? sampling.indices(from: draws.integer(in: sampling.starts(in: source)), at: nil, in: source)
      : sampling.indices(part: 0, of: 1, in: source)
    let images = try readFrames(indices, of: source, shape, \.takenForRGB)
    let classes =
      preparation.split == .train ? video.classes(ofFrames: indices[0]...indices[indices.count - 1]) : video.classes
    return try preparation.examples(
      [images], [.soft(multiHot([classes], config[.modelNumClasses]))], shape, draws)
  }
}

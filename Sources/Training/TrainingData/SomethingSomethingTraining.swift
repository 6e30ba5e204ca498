internal import AVARecords
public import Augmentation
internal import Clips
public import Configuration
internal import Files
internal import ImageFiles
internal import Imaging
public import Optimization
internal import VideoLists
internal import Wording

/// Something-Something v2: its JSON files and a frame list, one class a video (`TRAIN.DATASET ssv2`). A clip has a random
/// frame of each of as many segments of the video; in validation the middle ones.
///
/// Left and right are classes there: its configurations set `DATA.RANDOM_FLIP` False.
public struct SomethingSomethingTraining: TrainingDataset {
  public let targetKind: TargetKind? = .classes
  private let pictures: ListedPictures
  private let samples: [(video: FrameList.Video, label: Int)]
  private let preparation: ClipPreparation
  public let notices: [String]

  /// - Throws: `TrainingDataError`, `AugmentationError`, `RecordError`, `VideoListError`.
  public init(_ config: Configuration, _ split: TrainingSplit) throws {
    try requireSingleLabel(config)
    preparation = try ClipPreparation(config, split)
    let folder = config[.dataPathToDataDir]
    let labelsPath = joinPath(folder, "something-something-v2-labels.json")
    let path = joinPath(folder, "something-something-v2-\(split == .train ? "train" : "validation").json")
    let list = try TrainingDataError.listing([config.cite(.dataPathToDataDir)]) {
      try SomethingSomethingLists.videos(
        path: path,
        classes: SomethingSomethingLists.classes(path: labelsPath, count: config[.modelNumClasses]),
        labelsPath: labelsPath)
    }
    let pictures = try ListedPictures(config, split, classes: nil)
    self.pictures = pictures
    samples = list.videos.compactMap { video in
      guard let frames = pictures.list.video(named: video.name), let label = video.labels?.first else { return nil }
      return (frames, label)
    }
    let lacking = list.videos.map(\.name).filter { pictures.list.video(named: $0) == nil }
    var notices = pictures.list.notices
    if !lacking.isEmpty {
      notices.append(
        "\(counted(lacking.count, "video")) of '\(path)' of which '\(pictures.path)' lists no picture, left out: "
          + listed(lacking.map { "'\($0)'" }, limit: 3))
    }
    if samples.isEmpty {
      throw TrainingDataError.noSamples(reasons: notices, advice: "give lists of one version of the data set")
    }
    if split == .train && config[.dataRandomFlip] {
      notices.append(
        "\(config.cite(.dataRandomFlip)): mirrored clips show other actions where left and right are told apart "
          + "-> set DATA.RANDOM_FLIP False, as PySlowFast's configs of this data set do")
    }
    self.notices = notices
  }

  public var count: Int { samples.count }
  public var examplesPerSample: Int { preparation.repeats }
  public func name(of index: Int) -> String { samples[index].video.name }

  public func examples(
    _ index: Int, _ shape: SampleShape, _ draws: inout SeededDraws
  ) throws -> [TrainingExample] {
    let (video, label) = samples[index]
    let source = try pictures.frames(of: video)
    let sampling = SegmentClips(frames: shape.frames)
    var indices = sampling.indices(part: 0, of: 1, in: source)
    if preparation.split == .train {
      indices = sampling.segments(count: source.frameCount).map { draws.integer(in: $0) }
    }
    let images = try readFrames(indices, of: source, shape, \.takenForRGB)
    return try preparation.examples([images], [.classes([label])], shape, draws)
  }
}

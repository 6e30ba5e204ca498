public import Augmentation
internal import Clips
public import Configuration
internal import Files
internal import Geometry
internal import Imaging
public import Optimization
internal import Video
internal import VideoLists
internal import Wording

/// Kinetics, and every data set that comes as a list of videos with one class each (`TRAIN.DATASET kinetics`).
public struct KineticsTraining: TrainingDataset {
  private let list: VideoList
  private let config: Configuration
  private let preparation: ClipPreparation
  private let decoder: UniformClips.Decoder
  /// How many clips of a video a sample has.
  private let clips: Int
  /// Whether the classes of the videos are of use: not where `TASK` is ssl.
  private let isLabelled: Bool
  public let notices: [String]

  /// Reads `DATA.PATH_TO_DATA_DIR`/train.csv or val.csv.
  ///
  /// - Throws: `TrainingDataError`, `AugmentationError`, `VideoListError`.
  public init(_ config: Configuration, _ split: TrainingSplit) throws {
    self.config = config
    try requireSingleLabel(config)
    preparation = try ClipPreparation(config, split)
    clips = split == .train ? config[.dataTrainCropNumTemporal] : 1
    if clips < 1 {
      throw TrainingDataError.unsupported(config.cite(.dataTrainCropNumTemporal), "expected 1 or more", "set it to 1")
    }
    guard let decoder = UniformClips.Decoder(rawValue: config[.dataDecodingBackend]) else {
      throw TrainingDataError.unsupported(
        config.cite(.dataDecodingBackend),
        "the reference has no such decoder, and which frames clips have depends on it",
        "set DATA.DECODING_BACKEND \(series(UniformClips.Decoder.allCases.map(\.rawValue), "or"))")
    }
    self.decoder = decoder
    if !(config[.dataTrainJitterFps] >= 0 && config[.dataTrainJitterFps].isFinite) {
      throw TrainingDataError.unsupported(
        config.cite(.dataTrainJitterFps), "expected a number of frames a second, 0 or more", "set it to 0")
    }
    let prefix = config[.dataPathPrefix]
    let isLabelled = config[.task] != "ssl"
    self.isLabelled = isLabelled
    list = try TrainingDataError.listing([config.cite(.dataPathToDataDir)]) {
      try VideoList(
        path: joinPath(config[.dataPathToDataDir], split.listName), separator: config[.dataPathLabelSeparator],
        prefix: prefix, classes: isLabelled ? config[.modelNumClasses] : .max)
    }
    if !list.videos.contains(where: { pathExists(joinPath(prefix, $0.name)) }) {
      throw TrainingDataError.noFiles(
        count: list.videos.count, first: joinPath(prefix, list.videos[0].name), key: config.cite(.dataPathPrefix))
    }
    notices =
      list.hasLabels || !isLabelled
      ? [] : ["'\(list.path)' has one column, no classes: only losses that need none can be trained"]
  }

  public var count: Int { list.videos.count }
  public var targetKind: TargetKind? { isLabelled && list.hasLabels ? .classes : TargetKind.none }
  public var examplesPerSample: Int { clips * preparation.repeats }
  public func name(of index: Int) -> String { joinPath(config[.dataPathPrefix], list.videos[index].name) }

  public func examples(
    _ index: Int, _ shape: SampleShape, _ draws: inout SeededDraws
  ) throws -> [TrainingExample] {
    let source = try VideoReader(path: name(of: index), colours: .plain)
    let rate = shape.rates.count > 1 ? draws.integer(in: shape.rates) : shape.rates.lowerBound
    let jitter = preparation.split == .train ? config[.dataTrainJitterFps] : 0
    let sampling = UniformClips(
      frames: shape.frames, rate: rate,
      targetRate: Double(config[.dataTargetFps]) + (jitter > 0 ? draws.uniform(0, jitter) : 0),
      reachesEnd: config[.dataUseOffsetSampling], decoder: decoder)
    let places = (0..<clips).map { _ in preparation.split == .train ? draws.uniform() : 0.5 }
    let indices = places.map { sampling.indices(at: $0, in: source) }
    let images = try readFrames(indices.flatMap(\.self), of: source, shape) { image in
      // The reference's decoder hands frames out at the least short side, and they are resized from there.
      let side = shape.shortSides.lowerBound
      return (image.size.shortSide > side ? resizeLikeOpenCV(image, to: image.size.scaled(toShortSide: side)) : image)
        .redFirst
    }
    let targets: Targets = (isLabelled ? list.videos[index].labels : nil).map { .classes($0) } ?? .none
    let size = shape.frames
    return try preparation.examples(
      (0..<clips).map { Array(images[$0 * size..<($0 + 1) * size]) }, [Targets](repeating: targets, count: clips),
      shape,
      draws)
  }
}

/// Refuses `DATA.MULTI_LABEL` where videos have one class each.
func requireSingleLabel(_ config: Configuration) throws(TrainingDataError) {
  if config[.dataMultiLabel] {
    throw .unsupported(
      config.cite(.dataMultiLabel), "the videos of \(config[.trainDataset]) have one class each",
      "set DATA.MULTI_LABEL False, or TRAIN.DATASET charades for a frame list with several classes a video")
  }
}

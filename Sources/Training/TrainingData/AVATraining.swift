public import AVARecords
public import Augmentation
internal import Clips
public import Configuration
internal import Datasets
internal import Files
public import Geometry
internal import ImageFiles
public import Imaging
public import Optimization
internal import Video
internal import Wording

/// AVA's key frames with boxes and actions (`TRAIN.DATASET ava`): a sample is a key frame, its clip lies around it.
///
/// Frames come from lists of pictures, or from videos. Samples are in the order of the videos, seconds ascending.
public struct AVATraining: TrainingDataset {
  public let targetKind: TargetKind? = .soft
  private enum Frames {
    case lists(FrameList)
    case videos(FrameCatalog)
  }

  /// A key frame with boxes.
  public struct Sample: Sendable {
    public let video: String
    public let time: Timestamp
    public let boxes: [UnitBox]
    /// The detector's of each box; 1 for boxes of the ground truth.
    public let scores: [Double]
    /// Of each box, from 0.
    public let classes: [[Int]]
  }

  /// What messages call what a data set is read from.
  public struct Names: Sendable {
    /// What names the files of boxes, with its value; empty where that need not be said.
    public var boxes: [String]
    public var adviceForBoxes: String
    /// What says how many classes there are.
    public var classes: String
    public var adviceForClasses: String
    /// What names the lists of frames, with its value.
    public var lists: String
    /// What lines about boxes begin with.
    public var lead: String

    public init(
      boxes: [String], adviceForBoxes: String, classes: String, adviceForClasses: String, lists: String, lead: String
    ) {
      (self.boxes, self.adviceForBoxes, self.classes) = (boxes, adviceForBoxes, classes)
      (self.adviceForClasses, self.lists, self.lead) = (adviceForClasses, lists, lead)
    }

    /// The keys of the configuration.
    public init(_ config: Configuration) {
      self.init(
        boxes: [
          config.cite(.avaAnnotationDir), config.cite(.avaTrainGtBoxLists), config.cite(.avaTrainPredictBoxLists),
        ], adviceForBoxes: "check AVA.TRAIN_GT_BOX_LISTS: the first two columns, video and second",
        classes: Key.modelNumClasses.name, adviceForClasses: "set MODEL.NUM_CLASSES to the number of classes",
        lists: config.cite(.avaTrainLists), lead: ProposalList.Summary.lead)
    }
  }

  private let frames: Frames
  /// In the order of the videos, seconds ascending.
  public let samples: [Sample]
  /// The seconds of each video's key frames.
  private let times: [String: [Double]]
  private let config: Configuration
  private let clock: ActionDataset.Clock
  private let backend: Preprocessing.Backend
  private let colour: AugmentationPipeline.AVAColour
  public let notices: [String]
  /// Of how many key frames in frame lists the picture in the middle of the clip is not there, with the first one's path; nil for none.
  public let missingPictures: (count: Int, first: String)?

  /// Reads the lists of frames and boxes that a configuration names; no picture is opened.
  ///
  /// - Parameters:
  ///   - videos: Video files, or folders of pictures, named as the boxes name them, in place of `AVA.TRAIN_LISTS`. Of these
  ///     any second may be labelled; seconds count from the video's beginning, or from AVA's 900.
  ///   - names: What messages call the files; nil for the configuration's keys.
  /// - Throws: `TrainingDataError`, `AugmentationError`, `RecordError`, `VideoError`.
  public init(_ config: Configuration, videos: [String] = [], names: Names? = nil) throws {
    let names = names ?? Names(config)
    let dataset = ActionDataset.ava
    self.config = config
    clock = dataset.clock
    backend = try Self.backend(config)
    colour = try Self.colour(config)
    if videos.isEmpty {
      let paths = config[.avaTrainLists].map { joinPath(config[.avaFrameListDir], $0) }
      frames = .lists(
        try TrainingDataError.listing([config.cite(.avaFrameListDir), names.lists]) {
          try FrameList.read(
            paths: paths, frameFolder: config[.avaFrameDir], advice: "see AVA.FRAME_LIST_DIR and AVA.TRAIN_LISTS")
        })
    } else {
      frames = .videos(try FrameCatalog(videos: videos, framesPerSecond: dataset.clock.framesPerSecond))
    }
    let listed =
      switch frames {
      case .lists(let list): list.videos.map(\.name)
      case .videos(let catalog): catalog.names
      }
    let boxes = try Self.boxes(config, listed, videos.isEmpty ? .labelled(dataset) : .any, names)
    samples = listed.flatMap { video in
      boxes.keyFrames(of: video).map { frame in
        Sample(
          video: video, time: frame.time, boxes: frame.boxes, scores: frame.scores,
          classes: frame.labels.map { labels in labels.filter { $0 > 0 }.map { $0 - 1 } })
      }
    }
    let times = Dictionary(grouping: samples, by: \.video).mapValues { $0.map(\.time.seconds) }
    self.times = times
    var notices = boxes.summary.notices(
      scoreThreshold: config[.avaDetectionScoreThresh], isChosenSubset: !videos.isEmpty, lead: names.lead)
    if samples.isEmpty {
      throw TrainingDataError.noSamples(
        reasons: notices, advice: names.adviceForBoxes)
    }
    if case .lists(let list) = frames {
      notices = list.notices + notices
      let needed = list.videos.filter { times[$0.name] != nil }
      if !needed.contains(where: { pathExists($0.path(ofFrame: 0)) }) {
        throw TrainingDataError.noFiles(
          count: needed.reduce(0) { $0 + $1.count }, first: needed[0].path(ofFrame: 0), key: config.cite(.avaFrameDir))
      }
      missingPictures = Self.missingPictures(samples, list, config)
      if let missingPictures, missingPictures.count == samples.count {
        throw TrainingDataError.picturesMissing(
          count: samples.count, samples: samples.count, first: missingPictures.first, key: config.cite(.avaFrameDir),
          limit: nil)
      }
    } else {
      missingPictures = nil
    }
    self.notices = notices
    _ = try pipeline(SampleShape(config))
  }

  /// Looks for one picture of each key frame: a folder that was not filled is found before an epoch is. 100000 take some 0.3
  /// seconds on a disk of the machine's own.
  private static func missingPictures(
    _ samples: [Sample], _ list: FrameList, _ config: Configuration
  ) -> (count: Int, first: String)? {
    let (clock, frames) = (ActionDataset.ava.clock, config[.dataNumFrames])
    let window = ClipWindow(frames: frames, rate: config[.dataSamplingRate])
    var found: (count: Int, first: String)?
    for sample in samples {
      guard let video = list.video(named: sample.video) else { continue }
      let indices = window.indices(around: clock.frame(atSecond: sample.time.seconds), count: video.count)
      let path = video.path(ofFrame: indices[frames / 2])
      if !pathExists(path) { found = ((found?.count ?? 0) + 1, found?.first ?? path) }
    }
    return found
  }

  private static func boxes(
    _ config: Configuration, _ videos: [String], _ times: ProposalList.Times, _ names: Names
  ) throws -> ProposalList {
    let folder = config[.avaAnnotationDir]
    func paths(_ files: [String]) -> [String] { files.map { joinPath(folder, $0) } }
    let (truth, predicted) = (config[.avaTrainGtBoxLists], config[.avaTrainPredictBoxLists])
    if truth.isEmpty && predicted.isEmpty {
      throw TrainingDataError.unsupported(
        "\(config.cite(.avaTrainGtBoxLists)), \(config.cite(.avaTrainPredictBoxLists))", "no file of boxes is named",
        "set AVA.TRAIN_GT_BOX_LISTS \"['ava_train_v2.2.csv']\"")
    }
    return try TrainingDataError.listing(names.boxes) {
      try ProposalList.readTraining(
        groundTruth: paths(truth), proposals: paths(predicted), scoreThreshold: config[.avaDetectionScoreThresh],
        classes: config[.modelNumClasses], named: (names.classes, names.adviceForClasses), times: times,
        listedVideos: videos)
    }
  }

  private static func backend(_ config: Configuration) throws(TrainingDataError) -> Preprocessing.Backend {
    if let backend = Preprocessing.Backend(ofAVA: config[.avaImgProcBackend]) { return backend }
    throw .unsupported(
      config.cite(.avaImgProcBackend), "no such back end",
      "set AVA.IMG_PROC_BACKEND \(series(Preprocessing.Backend.ofAVA.map(\.rawValue), "or"))")
  }

  private static func colour(_ config: Configuration) throws(TrainingDataError) -> AugmentationPipeline.AVAColour {
    if !config[.avaTrainUseColorAugmentation] { return .none }
    let (values, vectors) = (config[.dataTrainPcaEigval], config[.dataTrainPcaEigvec])
    guard values.count == 3, vectors.count == 3, vectors.allSatisfy({ $0.count == 3 }) else {
      throw .unsupported(
        "\(config.cite(.dataTrainPcaEigval)), \(config.cite(.dataTrainPcaEigvec))",
        "expected three values, and three rows of three", "leave both out: PySlowFast's defaults are ImageNet's")
    }
    let lighting = PCALighting(values: values, vectors: vectors)
    return config[.avaTrainPcaJitterOnly] ? .lighting(lighting) : .all(lighting)
  }

  private func pipeline(_ shape: SampleShape) throws(AugmentationError) -> AugmentationPipeline {
    // Images are BGR until AVA.BGR False turns them round; DATA.REVERSE_INPUT_CHANNEL turns them once more.
    let isBGR = config[.avaBgr] != config[.dataReverseInputChannel]
    return try .ava(
      backend: backend, jitter: shape.shortSides, crop: shape.crop, isFlipped: config[.dataRandomFlip],
      colour: colour, mean: config[.dataMean].map { Float($0) }, std: config[.dataStd].map { Float($0) },
      order: isBGR ? .bgr : .rgb)
  }

  public var count: Int { samples.count }

  public func name(of index: Int) -> String { "\(KeyFrame(video: samples[index].video, time: samples[index].time))" }

  /// How many boxes there are in all.
  public var boxCount: Int { samples.reduce(0) { $0 + $1.boxes.count } }

  public func examples(
    _ index: Int, _ shape: SampleShape, _ draws: inout SeededDraws
  ) throws -> [TrainingExample] {
    let sample = samples[index]
    let rate = shape.rates.count > 1 ? draws.integer(in: shape.rates) : shape.rates.lowerBound
    let source = try open(sample.video)
    let center = try center(of: sample, in: source)
    let indices = ClipWindow(frames: shape.frames, rate: rate).indices(around: center, count: source.frameCount)
    let images = try readFrames(indices, of: source, shape)
    let clip = try pipeline(shape).prepare(images, boxes: sample.boxes, &draws)
    return [TrainingExample(clip, .soft(multiHot(sample.classes, config[.modelNumClasses])))]
  }

  /// The frames of a sample's video, by AVA's clock.
  ///
  /// - Throws: `VideoError`, `FileError`.
  public func open(_ name: String) throws -> any FrameSource {
    switch frames {
    case .lists(let list):
      guard let video = list.video(named: name) else { preconditionFailure("samples are of listed videos") }
      return try ImageFrames(
        name: video.name, paths: (0..<video.count).map { video.path(ofFrame: $0) },
        framesPerSecond: clock.framesPerSecond)
    case .videos(let catalog):
      guard let (source, _) = try catalog.open(name) else {
        preconditionFailure("samples are of videos that are given")
      }
      return try VideoFrames(source, framesPerSecond: clock.framesPerSecond)
    }
  }

  /// What tells a video from another one.
  ///
  /// - Parameter counting: Which pictures of a list count.
  /// - Throws: `VideoError`, `FileError`.
  public func fingerprint(of name: String, counting: (any FrameSource) -> Set<Int>) throws -> String {
    switch frames {
    case .lists:
      let source = try open(name)
      guard let images = source as? ImageFrames else { preconditionFailure("lists are of images") }
      return ImageSurvey(images.paths).fingerprint(of: images.paths, counting: counting(source))
    case .videos(let catalog):
      let input = try FrameInput(catalog.path(of: name) ?? name, framesPerSecond: clock.framesPerSecond)
      return try withoutActuallyEscaping(counting) { try input.fingerprint(counting: $0) }
    }
  }

  /// Which of the frames of its video a sample's key frame is.
  ///
  /// - Parameter source: What `open` gave.
  /// - Throws: `VideoError` for one beyond the end.
  public func center(of sample: Sample, in source: any FrameSource) throws -> Int {
    guard case .videos(let catalog) = frames, let frames = source as? VideoFrames else {
      return clock.frame(atSecond: sample.time.seconds)
    }
    let start = frames.startingSecond(for: times[sample.video] ?? [], orFrom: Double(clock.firstSecond))
    let center = clock.frame(after: sample.time.seconds - start)
    guard (0..<frames.frameCount).contains(center) else {
      throw VideoError(
        doing: "reading second \(sample.time)", path: catalog.path(of: sample.video) ?? sample.video,
        reason: "the video lasts from second \(fixed(start, 0)) to \(fixed(start + frames.duration, 1))"
          + " -> correct the second, or give the whole video")
    }
    return center
  }
}

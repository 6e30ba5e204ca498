internal import Datasets
public import Geometry
internal import Tensors

/// A data set in AVA's form, drawn from a seed.
///
/// Layout of the folder: `frames/VIDEO/VIDEO_000001.jpg` ... by AVA's clock (30 a second, from second 900 on),
/// `frame_lists/SPLIT.csv`, and under `annotations/` `labelmap.pbtxt` and, for testing, `groundtruth.csv`,
/// `proposals.csv` and `exclusions.csv`; for training, `train_groundtruth.csv` and `train_proposals.csv`, whose boxes
/// have the labels of whom they show; and `videos/VIDEO.mp4`, the same worlds at the rates and sizes of all sorts of
/// cameras; where they are asked for, under `tracks/VIDEO/` who is where in every frame. Both splits may live in one folder. Equal arguments give equal files, byte for byte.
public struct SynthDataSet: DrawnDataSet {
  public let seed: UInt64
  public let split: Split
  public let videos: Int
  /// The length of every video.
  public let seconds: Int
  /// Nil where every video has its own.
  public let size: ImageSize?
  public let format: Format
  /// Whether it is written, too, who is where in every frame.
  public let hasTracks: Bool
  /// Whose files these are like.
  static let model = ActionDataset.ava
  static let firstSecond = model.clock.firstSecond
  static let framesPerSecond = Int(model.clock.framesPerSecond)

  /// What the worlds are written as.
  public enum Format: String, CaseIterable, Sendable {
    /// Numbered JPEG files, 30 a second.
    case frames
    case mp4
    case both
  }

  /// - Parameters:
  ///   - size: Of the images; nil chooses for every video, the short side from 192 to 288 pixels.
  ///   - hasTracks: Whether it is written, too, who is where in every frame, 30 a second.
  /// - Throws: `SynthError` for values out of range.
  public init(
    seed: UInt64, split: Split = .val, videos: Int = 1, seconds: Int = 8,
    size: ImageSize? = ImageSize(width: 340, height: 256), format: Format = .frames,
    hasTracks: Bool = false
  ) throws(SynthError) {
    // Two seconds before the first labelled one and after the last have room for a full clip.
    let last = Self.model.labelledSeconds?.upperBound ?? .max - 2
    try SynthError.require(seconds, 4...(last + 2 - Self.firstSecond), "the length in seconds")
    try SynthError.require(videos, 1...999, "the number of videos")
    if let size { try SynthError.require(size) }
    self.seed = seed
    self.split = split
    self.videos = videos
    self.seconds = seconds
    self.size = size
    self.format = format
    self.hasTracks = hasTracks
  }

  /// The names of the videos.
  public var videoNames: [String] {
    let stem = split.videoPrefix + String(seed)
    return (0..<videos).map { videos == 1 ? stem : "\(stem)_\($0 + 1)" }
  }

  /// The seconds that are labelled: those with a full clip around them.
  public var keySeconds: ClosedRange<Int> {
    (SynthDataSet.firstSecond + 2)...(SynthDataSet.firstSecond + seconds - 2)
  }

  /// How many numbered images there are.
  public var frameCount: Int { format == .mp4 ? 0 : videos * framesPerVideo }
  var framesPerVideo: Int { seconds * SynthDataSet.framesPerSecond }

  /// How many images `write` draws, those of the video files included.
  public var imageCount: Int {
    if format == .frames { return frameCount }
    return frameCount + (0..<videos).reduce(0) { $0 + shot($1).videoFrames }
  }

  /// The video of an index.
  func shot(_ index: Int) -> Shot {
    // Two steps of the generator, so that neither near seeds nor near indices give related worlds.
    var first = SeededGenerator(seed: seed ^ split.salt)
    var second = SeededGenerator(seed: first.next() &+ UInt64(index))
    return Shot(name: videoNames[index], index: index, seed: second.next(), seconds: seconds, size: size)
  }

  /// The rows of all videos, as `write` writes them.
  public func annotations() -> Annotations {
    var all = Annotations()
    for index in 0..<videos { all.append(annotations(of: shot(index))) }
    return all
  }

  func annotations(of shot: Shot) -> Annotations {
    var rows = Annotations()
    for frame in 0..<framesPerVideo { rows.addFrame(shot, frame) }
    var detector = Detector(seed: shot.detectorSeed)
    for second in keySeconds { rows.addKeyFrame(shot, second: second, split: split, &detector) }
    // Its clip would reach beyond the last frame.
    rows.exclusions += "\(shot.name),\(padded(keySeconds.upperBound + 1, 4))\n"
    return rows
  }
}

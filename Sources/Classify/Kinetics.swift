public import Clips
public import Configuration
internal import Files
public import Imaging
internal import Inference
public import Runs
internal import Video
public import VideoLists
internal import Wording

/// Kinetics, and every data set that comes as a list of videos with one class each (`TEST.DATASET kinetics`).
public struct Kinetics: ClipDataset {
  public static let name = "kinetics"

  public let list: VideoList
  public let views: ClipViews
  public let sampling: any ClipSampling
  public let thing = RunIdentity.Thing.video
  private let prefix: String
  private let config: Configuration

  public init(_ config: Configuration) throws {
    self.config = config
    prefix = config[.dataPathPrefix]
    try ClassificationError.requireSingleLabel(config)
    views = try ClipViews(videosOf: config)
    sampling = try UniformClips(config)
    list = try VideoList(config)
  }

  public var listFiles: [String] { [list.path] }
  public var notices: [String] { list.notices }

  public static func preprocessing(_ config: Configuration, _ view: View) -> Preprocessing {
    WholeClips.kinetics.preprocessing(config, view)
  }

  public func path(of video: String) -> String { joinPath(prefix, video) }

  public func fingerprint(of video: String, counting: (any FrameSource) -> Set<Int>) -> String? {
    try? listedFileFingerprint(path(of: video), doing: "reading a video")
  }

  public func open(_ video: String) throws -> any FrameSource {
    do {
      return try VideoReader(path: path(of: video), colours: .plain)
    } catch {
      guard let cause = damageCause(error) else { throw error }
      throw FrameDamage(frame: 0, cause: cause, description: "\(error)")
    }
  }
}

extension UniformClips {
  /// The clips of a configuration's test of whole videos.
  init(_ config: Configuration) throws(ClassificationError) {
    guard let decoder = UniformClips.Decoder(rawValue: config[.dataDecodingBackend]) else {
      let names = UniformClips.Decoder.allCases.map(\.rawValue)
      throw .unsupported(
        config.cite(.dataDecodingBackend),
        "the reference has no such decoder, and which frames clips have depends on it",
        "set DATA.DECODING_BACKEND \(series(names, "or"))")
    }
    self.init(
      frames: config[.dataNumFrames], rate: config[.dataSamplingRate], targetRate: Double(config[.dataTargetFps]),
      reachesEnd: config[.dataUseOffsetSampling], decoder: decoder)
  }
}

extension VideoList {
  /// The list of a configuration: `DATA.PATH_TO_DATA_DIR`/test.csv.
  ///
  /// - Throws: `ClassificationError.noList`, `VideoListError`.
  init(_ config: Configuration) throws {
    let path = joinPath(config[.dataPathToDataDir], "test.csv")
    self = try ClassificationError.listing(config, "test.csv") {
      try VideoList(
        path: path, separator: config[.dataPathLabelSeparator], prefix: config[.dataPathPrefix],
        classes: config[.modelNumClasses])
    }
  }

  /// What the user should know of it.
  var notices: [String] {
    let repeated = videos.count - names.count
    return (hasLabels ? [] : ["'\(path)' has one column, no classes: scores are written, accuracy is not computed"])
      + (repeated == 0
        ? []
        : [
          "'\(path)' has \(counted(repeated, "line")) of videos that it has listed before: each is scored once, and counts as often as it is listed"
        ])
  }
}

public import AVARecords
public import Clips
public import Configuration
internal import Files
public import VideoLists
internal import Wording

/// Something-Something v2: its JSON files and a frame list, one class a video (`TEST.DATASET ssv2`).
public struct SomethingSomething: ListedFrames {
  public static let name = "ssv2"

  public let config: Configuration
  public let frames: FrameList
  public let list: VideoList
  public let views: ClipViews
  public let sampling: any ClipSampling
  private let labelsPath: String

  public init(_ config: Configuration) throws {
    self.config = config
    try ClassificationError.requireSingleLabel(config)
    // The clips of all places are the same frames.
    views = Self.views(config, clips: [1])
    sampling = SegmentClips(frames: config[.dataNumFrames])
    let folder = config[.dataPathToDataDir]
    labelsPath = joinPath(folder, "something-something-v2-labels.json")
    let path = joinPath(folder, "something-something-v2-validation.json")
    let labelsPath = labelsPath
    let templates = try ClassificationError.listing(config, splitPath(labelsPath).name) {
      try SomethingSomethingLists.classes(path: labelsPath, count: config[.modelNumClasses])
    }
    list = try ClassificationError.listing(config, splitPath(path).name) {
      try SomethingSomethingLists.videos(path: path, classes: templates, labelsPath: labelsPath)
    }
    frames = try Self.readFrames(config, classes: nil)
  }

  public var listFiles: [String] { [labelsPath, list.path, frameListPath] }

  public var notices: [String] {
    var notices = frames.notices
    let known = Set(list.names)
    let others = frames.videos.map(\.name).filter { !known.contains($0) }
    if !others.isEmpty {
      notices.append(
        "\(counted(others.count, "video")) of '\(frameListPath)' that '\(list.path)' does not name, passed over: "
          + listed(others.map { "'\($0)'" }, limit: 3))
    }
    if ClipViews.clipCounts(config) != [1] {
      notices.append(
        "\(config.cite(.testNumEnsembleViews)): a clip of this data set spans the whole video, more clips would be the "
          + "same frames again: one is scored -> set TEST.NUM_ENSEMBLE_VIEWS 1")
    }
    return notices
  }
}

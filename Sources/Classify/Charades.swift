public import AVARecords
public import Clips
public import Configuration
public import VideoLists

/// Charades: frame lists, several classes a video (`TEST.DATASET charades`).
public struct Charades: ListedFrames {
  public static let name = "charades"

  public let config: Configuration
  public let frames: FrameList
  public let list: VideoList
  public let views: ClipViews
  public let sampling: any ClipSampling

  public init(_ config: Configuration) throws {
    self.config = config
    if !config[.dataMultiLabel] {
      throw ClassificationError.unsupported(
        config.cite(.dataMultiLabel), "a video of Charades has several classes",
        "set DATA.MULTI_LABEL True, or TEST.DATASET to the data set of the list")
    }
    views = Self.views(config, clips: ClipViews.clipCounts(config))
    sampling = StridedClips(frames: config[.dataNumFrames], rate: config[.dataSamplingRate])
    frames = try Self.readFrames(config, classes: config[.modelNumClasses])
    list = VideoList(
      path: Self.listPath(config),
      videos: frames.videos.map { VideoList.Video(name: $0.name, labels: $0.classes) }, isMultiLabel: true)
  }

  public var listFiles: [String] { [frameListPath] }

  public var notices: [String] {
    let unlabelled = list.videos.count { $0.labels?.isEmpty == true }
    var notices = frames.notices
    if unlabelled == list.videos.count {
      notices.append(
        "'\(list.path)': no row has a label, so that no mAP can be computed: scores are written -> the last column holds "
          + "a frame's classes: \"14,25\"")
    }
    if views.clipCounts.contains(1) {
      notices.append(
        "one clip a video, which PySlowFast cannot cut (it divides by zero): the one in the middle is taken")
    }
    return notices
  }
}

public import Geometry
internal import Files
internal import Wording

/// What one survey of a video file found: its frames' times, what is damaged, what the file says about itself.
///
/// It is made once and handed on: planning, running and drawing open the video with it, and nothing is counted again.
public struct VideoIndex: Sendable {
  public let path: String
  /// What the file says about itself, and what was counted.
  public let info: VideoInfo
  /// What a user should know: how frames were counted, what was not applied.
  public let notices: [String]
  let timestamps: TimestampIndex
  /// Seconds a tick of the stream's clock.
  let tick: Double
  private let stamp: FileStamp

  /// Surveys a local video file of any container and codec that libav reads.
  ///
  /// - Throws: `FileError` or ``VideoError`` when the file is missing, empty, no video, or cut short.
  public init(path: String) throws {
    let demuxer = try Demuxer(path: path)
    var (info, notices) = VideoInfo.survey(demuxer)
    self.path = path
    stamp = demuxer.stamp
    tick = demuxer.timeBase.value
    timestamps = try TimestampIndex.build(demuxer)
    info.count(timestamps, tick: tick)
    self.info = info
    notices = timestamps.notices + notices
    self.notices = notices
  }

  /// What rows of proposals call the video: its file's name without the extension.
  public var name: String { fileStem(path) }

  /// The upright size of every frame.
  public var size: ImageSize { ImageSize(width: info.width, height: info.height) }

  /// Whether the file was cut short and does not tell how long it was to be: what is asked for after its last frames is
  /// damaged, too.
  public var isOpenEnded: Bool { timestamps.isOpenEnded }

  /// The number of frames, at least 1.
  public var frameCount: Int { timestamps.times.count }

  /// The time at which a frame appears, in seconds after the first frame.
  public func time(of frame: Int) -> Double { Double(timestamps.times[frame] &- timestamps.times[0]) * tick }

  /// The time at which the last frame ends, in seconds after the first frame's appearance.
  public var duration: Double { time(of: frameCount - 1) + Double(timestamps.lastDuration) * tick }

  /// Frames a second on average.
  public var framesPerSecond: Double { Double(frameCount) / max(1e-6, duration) }

  /// The frame whose time is nearest; of two equally near ones the earlier.
  public func nearest(to seconds: Double) -> Int { timestamps.nearest(to: seconds / tick) }

  /// Makes sure that the file is still the one that was surveyed.
  ///
  /// - Throws: ``VideoError`` where it has another size or was written since, `FileError` where it is gone.
  func checkUnchanged() throws {
    let now = try FileStamp(path: path, doing: opening)
    if now == stamp { return }
    let found =
      now.size == stamp.size
      ? "it was written since" : "it had \(counted(stamp.size, "byte")), now it has \(now.size)"
    throw VideoError(
      doing: opening, path: path,
      reason: "the file has changed since its frames were counted: \(found) -> run again once nothing writes to it")
  }
}

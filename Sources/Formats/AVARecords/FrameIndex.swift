/// Numbers videos and key frames in the order in which they first appear.
public struct FrameIndex: Sendable {
  /// A key frame: the number of its video and its time.
  public struct Frame: Hashable, Sendable {
    /// A number of `videos`.
    public let video: Int
    /// The key frame's.
    public let time: Timestamp
  }

  /// The names of the videos, in the order in which they first came.
  public private(set) var videos: [String] = []
  /// The key frames, in the order in which they first came.
  public private(set) var frames: [Frame] = []
  private var videoNumbers: [String: Int] = [:]
  private var frameNumbers: [Frame: Int] = [:]

  /// Makes an index without key frames.
  public init() {}

  /// The number of a key frame; it gets the next one when it is new.
  public mutating func insert(video: String, time: Timestamp) -> Int {
    insert(Frame(video: insert(video: video), time: time))
  }

  /// The number of a key frame, nil when it never appeared.
  public func number(video: String, time: Timestamp) -> Int? {
    guard let video = videoNumbers[video] else { return nil }
    return frameNumbers[Frame(video: video, time: time)]
  }

  /// The name of a frame's video.
  public func videoName(ofFrame frame: Int) -> String { videos[frames[frame].video] }

  /// All key frames by name.
  public var keyFrames: [KeyFrame] { frames.map { KeyFrame(video: videos[$0.video], time: $0.time) } }

  /// A frame for a message: "1j20qq1JyX4,0902".
  public func describe(frame: Int) -> String { "\(videoName(ofFrame: frame)),\(frames[frame].time)" }

  mutating func insert(video: String) -> Int {
    if let number = videoNumbers[video] { return number }
    videoNumbers[video] = videos.count
    videos.append(video)
    return videos.count - 1
  }

  mutating func insert(_ frame: Frame) -> Int {
    if let last = frames.last, last == frame { return frames.count - 1 }
    if let number = frameNumbers[frame] { return number }
    frameNumbers[frame] = frames.count
    frames.append(frame)
    return frames.count - 1
  }
}

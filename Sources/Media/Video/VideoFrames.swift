public import Geometry
public import Imaging
internal import Wording

/// A video, or what stands for one, seen at a regular rate, as a list of extracted images would show it.
///
/// Frame i is the one nearest in time to i / rate seconds after the first frame; of two equally near ones the
/// earlier. Slow videos repeat frames, fast ones lose some.
public final class VideoFrames: FrameSource {
  public let framesPerSecond: Double
  public let frameCount: Int
  public let size: ImageSize
  /// The video itself, at its own rate.
  public let source: any FrameSource

  /// Opens and surveys a video file.
  ///
  /// - Parameters:
  ///   - framesPerSecond: The rate of the view.
  public convenience init(path: String, framesPerSecond: Double) throws {
    try self.init(VideoReader(path: path), framesPerSecond: framesPerSecond)
  }

  /// Opens a video that was surveyed before.
  public convenience init(_ video: VideoIndex, framesPerSecond: Double) throws {
    try self.init(VideoReader(video), framesPerSecond: framesPerSecond)
  }

  /// Views open frames at a regular rate.
  ///
  /// - Throws: `VideoError`; the source's error where its size cannot be had.
  public init(_ source: any FrameSource, framesPerSecond: Double) throws {
    guard framesPerSecond > 0, framesPerSecond.isFinite else {
      throw VideoError(
        doing: opening, path: Self.path(of: source),
        reason: "\(framesPerSecond) frames a second -> give a positive rate")
    }
    let count = (source.duration * framesPerSecond).rounded(.toNearestOrEven)
    guard count < 1e8 else {
      throw VideoError(
        doing: opening, path: Self.path(of: source),
        reason: "its clock runs over \(fixed(source.duration, 0)) s, \(fixed(count, 0)) frames at "
          + "\(framesPerSecond) a second -> its timestamps are damaged, or give a lower rate")
    }
    size = try source.size
    self.source = source
    self.framesPerSecond = framesPerSecond
    frameCount = max(1, Int(count))
  }

  private static func path(of source: any FrameSource) -> String { (source as? VideoReader)?.path ?? source.name }

  public var name: String { source.name }
  /// That of the video, which may end within a frame of this view.
  public var duration: Double { source.duration }
  public var isOpenEnded: Bool { source.isOpenEnded }

  /// The number in the video's own counting of a frame of this view.
  public func sourceFrame(of index: Int) -> Int { source.nearest(to: Double(index) / framesPerSecond) }

  /// The number of the frame of this view that is nearest to a time in seconds after the first one; may lie outside.
  public func number(atSecond seconds: Double) -> Int {
    Int(clamping: Int64(max(-9e15, min(9e15, (seconds * framesPerSecond).rounded()))))
  }

  /// The times of key frames at regular distances, in seconds after the first frame, ascending.
  ///
  /// The last frame lasts until the end; a moment that is nearer to the end than to any frame is not one of the video's.
  ///
  /// - Parameters:
  ///   - step: From key frame to key frame, above 0.
  ///   - parts: Into how many equal parts the time from one to the next is divided, each with a moment of its own.
  ///   - end: How far a source goes at least that does not say where it ends.
  public func times(every step: Double, parts: Int = 1, openUntil end: Double = 0) -> [Double] {
    let end = isOpenEnded ? max(duration, end) : duration
    var times: [Double] = []
    var keyFrame = 0
    while true {
      for part in 0..<parts {
        let time = Double(keyFrame) * step + Double(part) * step / Double(parts)
        if time >= end || !isOpenEnded && number(atSecond: time) >= frameCount { return times }
        times.append(time)
      }
      keyFrame += 1
    }
  }

  public func frame(at index: Int) throws -> Image {
    guard index >= 0 && index < frameCount else {
      throw VideoError(
        doing: "reading frame \(index)", path: Self.path(of: source),
        reason: "at \(framesPerSecond) frames a second the video has \(counted(frameCount, "frame")), counted from 0")
    }
    return try source.frame(at: sourceFrame(of: index))
  }
}

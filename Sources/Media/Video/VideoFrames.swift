public import Geometry
public import Imaging
internal import Wording

/// A video seen at a regular rate, as a list of extracted images would show it.
///
/// Frame i is the one nearest in time to i / rate seconds after the first frame; of two equally near ones the
/// earlier. Slow videos repeat frames, fast ones lose some.
public final class VideoFrames: FrameSource {
  public let framesPerSecond: Double
  public let frameCount: Int
  /// The video itself, at its own rate.
  public let reader: VideoReader

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

  /// Views an open video at a regular rate.
  public init(_ reader: VideoReader, framesPerSecond: Double) throws {
    guard framesPerSecond > 0, framesPerSecond.isFinite else {
      throw VideoError(
        doing: opening, path: reader.path, reason: "\(framesPerSecond) frames a second -> give a positive rate")
    }
    let count = (reader.duration * framesPerSecond).rounded(.toNearestOrEven)
    guard count < 1e8 else {
      throw VideoError(
        doing: opening, path: reader.path,
        reason: "its clock runs over \(fixed(reader.duration, 0)) s, \(fixed(count, 0)) frames at "
          + "\(framesPerSecond) a second -> its timestamps are damaged, or give a lower rate")
    }
    self.reader = reader
    self.framesPerSecond = framesPerSecond
    frameCount = max(1, Int(count))
  }

  public var name: String { reader.name }
  public var size: ImageSize { reader.size }
  /// That of the video, which may end within a frame of this view.
  public var duration: Double { reader.duration }

  /// The number in the video's own counting of a frame of this view.
  public func sourceFrame(of index: Int) -> Int { reader.nearest(to: Double(index) / framesPerSecond) }

  public func frame(at index: Int) throws -> Image {
    guard index >= 0 && index < frameCount else {
      throw VideoError(
        doing: "reading frame \(index)", path: reader.path,
        reason: "at \(framesPerSecond) frames a second the video has \(counted(frameCount, "frame")), counted from 0")
    }
    return try reader.frame(at: sourceFrame(of: index))
  }
}

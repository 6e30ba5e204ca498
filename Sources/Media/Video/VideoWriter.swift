public import Geometry
public import Imaging
internal import CLibAV
internal import Files
internal import Wording

/// Writes images as a video file that appears under its name only when it is complete.
///
/// H.264 where libavcodec has libx264, else MPEG-4; 4:2:0, limited range, BT.601, tagged so. Equal images, times
/// and libraries give equal files, byte for byte. Images of odd width or height get their last column or row twice,
/// as 4:2:0 has no odd sizes. Whatever ends the writing before ``finish()`` leaves no file behind.
public final class VideoWriter {
  public let path: String
  public let size: ImageSize
  public let framesPerSecond: Double
  /// libavcodec's name of the encoder in use.
  public var encoder: String { String(cString: stream.encoder.pointee.codec.pointee.name) }
  /// The images so far.
  public private(set) var frameCount = 0
  private let stream: EncodedStream
  private let converter: FrameEncoding
  private var lastTick: Int64 = -1

  /// Begins a file; missing folders are made.
  ///
  /// - Parameters:
  ///   - path: Its ending names the container: .mp4, .mov or .mkv.
  ///   - size: Of every image, at most 16384 a side.
  ///   - framesPerSecond: The rate at which images follow one another where no times are given, above 0 and at most
  ///     1000.
  ///   - encoders: libavcodec's names, the first one that is there is taken.
  /// - Throws: `FileError`, ``VideoError``.
  public init(
    path: String, size: ImageSize, framesPerSecond: Double, encoders: [String] = ["libx264", "mpeg4"]
  ) throws {
    func problem(_ reason: String) -> VideoError { VideoError(doing: writing, path: path, reason: reason) }
    guard framesPerSecond > 0, framesPerSecond <= 1000 else {
      throw problem("\(framesPerSecond) frames a second -> give a rate above 0, at most 1000")
    }
    guard (1...16384).contains(size.width), (1...16384).contains(size.height) else {
      throw problem("pictures of \(size.width) x \(size.height) -> a side must have 1 to 16384 pixels")
    }
    self.path = path
    self.size = size
    self.framesPerSecond = framesPerSecond
    try loadLibAV(doing: writing, path: path)
    _ = LibAVLog.capture
    converter = try FrameEncoding(size, path: path)
    stream = try EncodedStream(
      path: path, size: converter.coded, framesPerSecond: framesPerSecond, encoders: encoders)
  }

  /// Adds an image, shown from `1 / framesPerSecond` seconds after the one before.
  public func append(_ image: Image) throws { try append(image, at: Double(frameCount) / framesPerSecond) }

  /// Adds an image, shown from a time on.
  ///
  /// - Parameter seconds: After the beginning; above that of the image before by a tick (1/90000 s) or more.
  /// - Throws: ``VideoError`` for an image of another size or a time that does not grow, `FileError`.
  public func append(_ image: Image, at seconds: Double) throws {
    func problem(_ reason: String) -> VideoError {
      VideoError(doing: "writing frame \(frameCount) of a video", path: path, reason: reason)
    }
    if image.size != size {
      throw problem(
        "the picture is \(image.width) x \(image.height), the video \(size.width) x \(size.height) "
          + "-> all frames of a video must have one size")
    }
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else {
      throw problem("it is to be shown at \(seconds) s -> give a time of 0 or more")
    }
    let tick = Int64((seconds * Double(EncodedStream.ticksPerSecond)).rounded())
    if tick <= lastTick { throw problem("its time, \(fixed(seconds, 5)) s, is not after the frame before") }
    guard let frame = converter.frame(of: image) else { throw problem("it cannot be converted to 4:2:0") }
    frame.pointee.pts = tick
    try stream.encode(frame)
    lastTick = tick
    frameCount += 1
  }

  /// Writes what the encoder still holds and the container's end, and gives the file its name.
  ///
  /// - Throws: ``VideoError`` when there was no image, `FileError`.
  public func finish() throws {
    if frameCount == 0 { throw VideoError(doing: writing, path: path, reason: "there was no picture to write") }
    try stream.finish()
  }
}

/// What errors say was being done.
let writing = "writing a video"

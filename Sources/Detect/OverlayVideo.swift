public import Imaging
public import Overlay
public import Video
internal import Wording

/// The frames that an overlay video is drawn over.
public struct OverlayFootage {
  /// Seconds after the first frame at which each frame appears.
  public let times: [Double]
  /// Frames a second, on average.
  public let framesPerSecond: Double
  /// Gives a frame by number.
  public let frame: (Int) throws -> Image

  /// Frames that follow one another at a regular rate.
  public init(count: Int, framesPerSecond: Double, frame: @escaping (Int) throws -> Image) {
    times = (0..<count).map { Double($0) / framesPerSecond }
    self.framesPerSecond = framesPerSecond
    self.frame = frame
  }

  /// All frames of a video at their own times.
  public init(_ reader: VideoReader) {
    times = (0..<reader.frameCount).map { reader.time(ofFrame: $0) }
    framesPerSecond = min(1000, max(0.001, Double(reader.frameCount) / max(1e-6, reader.duration)))
    frame = { try reader.frame($0) }
  }
}

/// Writes a video with the people of the key frames drawn over every frame.
///
/// - Parameters:
///   - timeline: Its times are seconds after the first frame.
///   - clock: What the strip calls the first frame's time, in seconds.
///   - progress: Called after each frame with the number of those done.
/// - Throws: the errors of reading, drawing and writing; then there is no file.
public func writeOverlayVideo(
  _ footage: OverlayFootage, _ timeline: OverlayTimeline, title: String, clock: Double = 0, style: OverlayStyle,
  to path: String, progress: (Int) -> Void
) throws {
  var writer: VideoWriter?
  for (number, time) in footage.times.enumerated() {
    let scene = timeline.scene(at: time, title: title, timeText: "\(fixed(time + clock, 2)) s")
    let drawn = try drawOverlay(footage.frame(number), scene, style: style)
    let open = try writer ?? VideoWriter(path: path, size: drawn.size, framesPerSecond: footage.framesPerSecond)
    try open.append(drawn, at: time)
    writer = open
    progress(number + 1)
  }
  try writer?.finish()
}

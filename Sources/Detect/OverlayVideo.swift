public import Imaging
public import Overlay
internal import Video
internal import Wording

/// Writes a video with the people of the key frames drawn over every frame.
///
/// - Parameters:
///   - frames: All of them are drawn, at their own times.
///   - timeline: Its times are seconds after the first frame.
///   - clock: What the strip calls the first frame's time, in seconds.
///   - progress: Called after each frame with the number of those done; what it throws ends the video.
/// - Returns: How many frames are damaged: there the image before stays.
/// - Throws: the errors of reading, drawing and writing; then there is no file.
@discardableResult
public func writeOverlayVideo(
  _ frames: any FrameSource, _ timeline: OverlayTimeline, title: String, clock: Double = 0, style: OverlayStyle,
  to path: String, progress: (Int) throws -> Void
) throws -> Int {
  try writeFilm(
    frames, to: path,
    draw: { image, time in
      let scene = timeline.scene(at: time, title: title, timeText: "\(fixed(time + clock, 2)) s")
      return try drawOverlay(image, scene, style: style)
    }, progress: progress)
}

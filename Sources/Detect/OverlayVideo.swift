public import Imaging
public import Overlay
public import Video

/// What a film of detections shows, and how it is written.
public struct FilmPlan: Sendable {
  public var style: OverlayStyle
  public var settings: FilmSettings
  /// Of the film; nil for the frames' own, enlarged where they are small.
  public var size: FilmSize?
  public var scores = FilmScores()

  public init(style: OverlayStyle, settings: FilmSettings = FilmSettings(), size: FilmSize? = nil) {
    (self.style, self.settings, self.size) = (style, settings, size)
  }
}

/// Writes a video with the people of the key frames drawn over every frame.
///
/// - Parameters:
///   - frames: All of them are drawn, at their own times.
///   - people: Times are seconds after the first frame, key frames ascend.
///   - clock: What the strip calls the first frame's time, in seconds.
///   - progress: Called after each frame with the number of those done; what it throws ends the video.
/// - Throws: the errors of reading, drawing and writing; then there is no file.
public func writeOverlayVideo(
  _ frames: any FrameSource, _ people: FilmPeople, title: String, clock: Double = 0, _ plan: FilmPlan,
  to path: String, progress: (Int) throws -> Void
) throws -> FilmResult {
  let timeline = OverlayTimeline(plan.scores.chosen(people.keyFrames, plan.style), tracks: people.tracks)
  let film = try OverlayFilm(
    timeline, title: title, clock: clock, frame: frames.size, style: plan.style, size: plan.size)
  return try writeFilm(
    frames, to: path, film.layout, plan.settings, scene: film.drawing, with: { try Layer(size: film.layout.size) },
    draw: { drawing, layer in
      try drawing.draw(on: layer)
      return layer
    }, progress: progress)
}

internal import Geometry
public import Imaging
public import Overlay
public import Tracks
public import Video

/// What a film of detections shows, and how it is written.
public struct FilmPlan: Sendable {
  public var style: OverlayStyle
  public var settings: FilmSettings
  /// Of the film; nil for the frames' own, enlarged where they are small.
  public var size: FilmSize?
  public var scores = FilmScores()
  /// How long somebody may be unseen and be the same afterwards, in seconds; nil for the usual time.
  public var gap: Double?
  /// Who is where, by the video's name; people of other videos are linked from their boxes.
  public var tracks: [String: [Track]] = [:]

  public init(style: OverlayStyle, settings: FilmSettings = FilmSettings(), size: FilmSize? = nil) {
    (self.style, self.settings, self.size) = (style, settings, size)
  }
}

/// Writes a video with the people of the key frames drawn over every frame.
///
/// - Parameters:
///   - frames: All of them are drawn, at their own times.
///   - keyFrames: Ascending in time, in seconds after the first frame.
///   - seen: Boxes at other times, on the same clock.
///   - tracks: Who is where; nil to link the boxes.
///   - startingSecond: The second that tracks may call the first frame's, unless more of their times lie in the video when counted from
///     its beginning.
///   - clock: What the strip calls the first frame's time, in seconds.
///   - progress: Called after each frame with the number of those done; what it throws ends the video.
/// - Throws: the errors of linking, reading, drawing and writing; then there is no file.
public func writeOverlayVideo(
  _ frames: any FrameSource, _ keyFrames: [(time: Double, scene: OverlayScene)], seen: [SeenFrame] = [],
  tracks: [Track]? = nil, startingSecond: Double = 0, title: String, clock: Double = 0, _ plan: FilmPlan,
  to path: String,
  progress: (Int) throws -> Void
) throws -> FilmResult {
  let size = try frames.size
  let people =
    try tracks.map { FilmPeople(keyFrames, of: placed($0, in: frames, orFrom: startingSecond)) }
    ?? FilmPeople(keyFrames, seen: seen, aspect: Double(size.width) / Double(size.height), gap: plan.gap)
  let timeline = OverlayTimeline(plan.scores.chosen(people.keyFrames, plan.style), tracks: people.tracks)
  let film = try OverlayFilm(
    timeline, title: title, clock: clock, frame: size, style: plan.style, size: plan.size)
  return try writeFilm(
    frames, to: path, film.layout, plan.settings, scene: film.drawing, with: { try Layer(size: film.layout.size) },
    draw: { drawing, layer in
      try drawing.draw(on: layer)
      return layer
    }, progress: progress)
}

/// Tracks in seconds after the first frame.
private func placed(_ tracks: [Track], in frames: any FrameSource, orFrom second: Double) -> [Track] {
  let start = frames.startingSecond(for: tracks.flatMap { $0.sightings.map(\.time) }, orFrom: second)
  return tracks.map { track in
    Track(
      id: track.id,
      sightings: track.sightings.map { Track.Sighting(time: $0.time - start, box: $0.box, score: $0.score) })
  }
}

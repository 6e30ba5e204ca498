internal import Geometry
public import TrackRecords
internal import Tracks

/// Who is who in the videos of a run, where somebody says it.
public struct KnownPeople: Sendable {
  /// By the video's name; their times are those of the rows, or seconds after the first frame. People of other videos are
  /// linked from their boxes.
  public var videos: [String: VideoTracks]
  /// How long somebody may be unseen and be the same afterwards, in seconds, where boxes are linked; nil for the usual time.
  public var gap: Double?

  public init(_ videos: [VideoTracks] = [], gap: Double? = nil) {
    self.videos = Dictionary(videos.map { ($0.video, $0) }, uniquingKeysWith: { first, _ in first })
    self.gap = gap
  }

  /// The people of a video, on the clock of its rows: those that are known, or else boxes are linked, given ids kept.
  ///
  /// - Parameters:
  ///   - seen: All boxes, in seconds of the rows.
  ///   - start: The second that rows call the first frame's.
  /// - Throws: `TrackError`.
  func tracks(
    of video: String, seen: [SeenFrame], size: ImageSize?, start: Double, duration: Double
  ) throws(TrackError) -> VideoTracks {
    if let known = videos[video] { return known.moved(to: start, duration: duration) }
    let frames = seen.ordered
    return VideoTracks(
      video: video, start: start, tracks: Track.tracks(of: frames, try frames.acceptedLinks(size: size, gap: gap)))
  }
}

extension VideoTracks {
  /// The same on a clock that calls the first frame so: where nobody says how this one does, it is the same, unless more of the
  /// times lie in the video when counted from its beginning.
  func moved(to start: Double, duration: Double) -> VideoTracks {
    let times = tracks.flatMap { $0.sightings.map(\.time) }
    func inside(_ start: Double) -> Int { times.count { $0 >= start && $0 < start + duration } }
    return moved(from: self.start ?? (inside(start) > inside(0) ? start : 0), to: start)
  }

  /// The same on a clock that calls the first frame `second`.
  ///
  /// - Parameter own: What this one calls it.
  func moved(from own: Double, to second: Double) -> VideoTracks {
    var moved = self
    moved.start = second
    if own == second { return moved }
    moved.tracks = tracks.map { track in
      Track(
        id: track.id,
        sightings: track.sightings.map {
          Track.Sighting(time: $0.time + (second - own), box: $0.box, score: $0.score)
        })
    }
    return moved
  }
}

internal import Geometry
public import TrackRecords
internal import Tracks

/// Who is who in the videos of a run, where somebody says it.
public struct KnownPeople: Sendable {
  /// By the video's name. People of other videos are linked from their boxes.
  public var videos: [String: VideoTracks]
  /// The file that says it; nil for none.
  public let path: String?
  /// How long somebody may be unseen and be the same afterwards, in seconds, where boxes are linked; nil for the usual time.
  public var gap: Double?

  public init(_ videos: [VideoTracks] = [], from path: String? = nil, gap: Double? = nil) {
    self.videos = Dictionary(videos.map { ($0.video, $0) }, uniquingKeysWith: { first, _ in first })
    self.path = path
    self.gap = gap
  }

  /// The people of a video, on the clock of its boxes: those that are known, or else boxes are linked, given ids kept.
  ///
  /// - Parameters:
  ///   - seen: All boxes, in seconds of the rows.
  ///   - start: The second that rows call the first frame's.
  /// - Throws: `TrackError`.
  func tracks(
    of video: String, seen: [SeenFrame], size: ImageSize?, start: Double
  ) throws(TrackError) -> VideoTracks {
    if let known = videos[video] { return known.onClock(of: seen, start: start, orFrom: start) }
    let frames = seen.ordered
    return VideoTracks(
      video: video, start: start, tracks: Track.tracks(of: frames, try frames.acceptedLinks(size: size, gap: gap)))
  }

  /// What is odd about the people that are known of a video.
  ///
  /// - Parameters:
  ///   - seen: The boxes that they are to be of, whose they are in words.
  ///   - tracks: The same people on the boxes' clock.
  func oddity(of seen: [SeenFrame], _ owner: String, in tracks: VideoTracks) -> StrangeBoxes? {
    guard let path, videos[tracks.video] != nil else { return nil }
    return StrangeBoxes(seen, of: owner, in: tracks, from: path)
  }
}

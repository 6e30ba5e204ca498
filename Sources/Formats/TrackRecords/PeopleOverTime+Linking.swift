public import Geometry
public import Tracks

extension PeopleOverTime {
  /// The usual rules of actions: one begins at a score of 0.5 and ends below 0.4.
  private var usualRules: IntervalRules {
    IntervalRules(
      on: IntervalRules.usualOn, off: IntervalRules.usualShare * IntervalRules.usualOn, spacing: frames.spacing ?? 1)
  }

  /// Links boxes that have been accepted already and finds what each person does, all by the usual rules.
  ///
  /// - Parameter size: Of the frames; nil where it is not known.
  /// - Throws: `TrackError`.
  public func usuallyLinked(size: ImageSize?) throws(TrackError) -> VideoTracks {
    linked(try frames.acceptedLinks(size: size), usualRules)
  }

  /// Finds by the usual rules what people do who are known already.
  public func usuallyLinked(to known: VideoTracks) -> VideoTracks { linked(to: known, usualRules) }

  /// Finds what people do who are known already.
  ///
  /// - Parameter known: Tracks on the clock of the boxes; their tubes do not count.
  /// - Returns: The tracks as they are, with tubes of the boxes that are theirs.
  public func linked(to known: VideoTracks, _ rules: IntervalRules) -> VideoTracks {
    VideoTracks(
      video: video, start: known.start, tracks: known.tracks,
      tubes: tubes(of: known.tracks, frames.map { $0.owners(among: known.tracks) }, rules))
  }
}

extension SeenFrame {
  fileprivate func owners(among tracks: [Track]) -> [Int?] {
    Track.owners(of: boxes.map(\.box), at: time, among: tracks)
  }
}

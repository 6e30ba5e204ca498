public import Geometry
public import Tracks

extension PeopleOverTime {
  /// How long somebody may be unseen where nobody says it, in seconds: 2.5 times between frames, at least 1 s.
  public var usualGap: Double { max(1, 2.5 * (spacing ?? 1)) }

  /// How boxes are linked that have been accepted already, such as those of detections: who is seen once was there.
  ///
  /// - Parameter size: Of the frames, whose shape counts; 16:9 where it is not known.
  public func usualLinking(size: ImageSize?) -> MotionLinker.Settings {
    var settings = MotionLinker.Settings()
    settings.aspect = size.map { Double($0.width) / Double($0.height) } ?? 16.0 / 9
    settings.longestGap = usualGap
    settings.firstID = 1 + (frames.lazy.flatMap(\.boxes).compactMap(\.id).max() ?? 0)
    settings.confirmations = 1
    return settings
  }

  /// Links boxes that have been accepted already and finds what each person does, all by the usual rules: an action begins at
  /// a score of 0.5 and ends below 0.4.
  ///
  /// - Parameter size: Of the frames; nil where it is not known.
  /// - Throws: `TrackError`.
  public func usuallyLinked(size: ImageSize?) throws(TrackError) -> VideoTracks {
    try linked(
      by: MotionLinker(usualLinking(size: size)),
      IntervalRules(
        on: IntervalRules.usualOn, off: IntervalRules.usualShare * IntervalRules.usualOn, spacing: spacing ?? 1))
  }
}

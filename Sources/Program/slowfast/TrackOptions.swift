internal import ArgumentParser
internal import Geometry
internal import TrackRecords
internal import Tracks

/// How boxes are linked to people.
struct LinkingOptions: ParsableArguments {
  enum Linker: String, ExpressibleByArgument, CaseIterable {
    case motion
    case overlap
  }

  @Option(
    help: """
      Where people are expected (motion: Kalman prediction, boxes of high scores before those of low ones), or the overlap of \
      one frame's boxes with the last ones alone (overlap). Default: motion, for what has no tracks yet.
      """)
  var linker: Linker?

  @Option(
    help: ArgumentHelp(
      "How long somebody may be unseen and be the same afterwards (default: 2.5 times between frames, 1 to 5 s).",
      valueName: "seconds"))
  var gap: Double?

  @Option(help: ArgumentHelp("With --mot: boxes of at least this score are linked first.", valueName: "score"))
  var highScore = 0.6

  @Option(help: ArgumentHelp("With --mot: boxes of less than this score are nobody's.", valueName: "score"))
  var lowScore = 0.1

  func validate() throws {
    if let gap, !(gap >= 0 && gap.isFinite) { throw ValidationError("--gap: expected 0 seconds or more, found \(gap)") }
    if !(lowScore <= highScore) {
      throw ValidationError("--low-score: expected at most --high-score \(highScore), found \(lowScore)")
    }
  }

  /// Whether the call says how boxes are to be linked.
  var isGiven: Bool { linker != nil || gap != nil }

  /// Links boxes and finds what people do.
  ///
  /// - Parameters:
  ///   - size: Of the frames; 16:9 where it is not known.
  ///   - hasScores: Whether the boxes' scores say how sure it is that somebody is there.
  /// - Throws: `TrackError`.
  func linked(
    _ people: PeopleOverTime, size: ImageSize?, hasScores: Bool, _ rules: IntervalRules
  ) throws(TrackError) -> VideoTracks {
    let frames = people.frames
    let gap = gap ?? MotionLinker.Settings.usualGap(spacing: frames.spacing)
    if linker == .overlap {
      return try people.linked(by: OverlapLinker(score: hasScores ? highScore : 0, longestGap: gap), rules)
    }
    if !hasScores { return people.linked(try frames.acceptedLinks(size: size, gap: gap), rules) }
    var settings = MotionLinker.Settings()
    settings.aspect = MotionLinker.Settings.aspect(of: size)
    settings.longestGap = gap
    settings.firstID = frames.firstFreeID
    (settings.highScore, settings.lowScore, settings.newScore) = (highScore, lowScore, highScore + 0.1)
    return try people.linked(by: MotionLinker(settings), rules)
  }
}

/// When actions begin and end.
struct IntervalOptions: ParsableArguments {
  @Option(help: ArgumentHelp("An action begins at this score.", valueName: "score"))
  var on = IntervalRules.usualOn

  @Option(help: ArgumentHelp("It ends below this score (default: four fifths of --on).", valueName: "score"))
  var off: Double?

  @Option(
    help: ArgumentHelp(
      "Smooth scores along a track: the mean within a window of so many seconds.", valueName: "seconds"))
  var window: Double?

  @Option(
    help: ArgumentHelp(
      "Smooth scores along a track: exponentially, looking back only, over so many seconds.", valueName: "seconds"))
  var decay: Double?

  @Option(help: ArgumentHelp("Drop intervals shorter than this.", valueName: "seconds"))
  var leastDuration = 0.0

  @Option(help: ArgumentHelp("Join intervals of one action with at most so much between them.", valueName: "seconds"))
  var mergeGap = 0.0

  func validate() throws {
    if window != nil && decay != nil { throw ValidationError("--window and --decay are two ways: give one of them") }
    if !(on >= 0 && on.isFinite) { throw ValidationError("--on: expected a score of 0 or more, found \(on)") }
    if let off, !(off <= on) { throw ValidationError("--off: expected at most --on \(on), found \(off)") }
    let times = [
      ("--window", window), ("--decay", decay), ("--least-duration", leastDuration), ("--merge-gap", mergeGap),
    ]
    for case (let name, let value?) in times where !(value >= 0 && value.isFinite) {
      throw ValidationError("\(name): expected 0 seconds or more, found \(value)")
    }
  }

  func rules(spacing: Double) -> IntervalRules {
    var rules = IntervalRules(on: on, off: off ?? IntervalRules.usualShare * on, spacing: spacing)
    rules.smoothing = window.map { .window($0) } ?? decay.map { .exponential($0) } ?? .none
    rules.leastDuration = leastDuration
    rules.mergedGap = mergeGap
    return rules
  }
}

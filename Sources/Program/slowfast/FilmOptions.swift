internal import ArgumentParser
internal import Detect
internal import Files
internal import Geometry
internal import Overlay
internal import Parallel
internal import TrackRecords
internal import Tracks
internal import Video
internal import Wording

/// How films are written.
struct FilmOptions: ParsableArguments {
  enum Sound: String, ExpressibleByArgument, CaseIterable {
    case copy
    case none
  }

  /// `--film-size`: "720" or "1280x720".
  struct Size {
    let size: FilmSize

    init(argument: String) throws {
      if let lines = Int(argument) {
        guard (32...8192).contains(lines) else { throw ValidationError("\(lines) lines -> give 32 to 8192") }
        size = .height(lines)
        return
      }
      let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let width = parts[0], let height = parts[1], (32...8192).contains(width),
        (32...8192).contains(height)
      else { throw ValidationError("expected lines, or width x height, of 32 to 8192 each -> write 720 or 1280x720") }
      size = .within(ImageSize(width: width, height: height))
    }
  }

  @Option(
    help: ArgumentHelp(
      """
      Make films of so many lines (720), or as large as fits into 1280x720, with the text under the pictures; frames keep their \
      shape (default: the frames' size, small ones enlarged).
      """, valueName: "size"),
    transform: Size.init(argument:))
  var filmSize: Size?

  @Option(
    help: ArgumentHelp(
      "x264's constant rate factor of films: 0 loses nothing, 18 nothing that is seen, 28 makes small files (default: \(FilmSettings.usualQuality)).",
      valueName: "0...51"))
  var filmQuality: Int?

  @Option(help: "Films have the video's sound as it is (copy), or none.")
  var filmSound: Sound?

  func validate() throws {
    if let filmQuality, !(0...51).contains(filmQuality) {
      throw ValidationError("--film-quality is \(filmQuality) -> give 0 (the best) to 51 (the smallest file)")
    }
  }

  /// The options that the call gives.
  var given: [String] {
    (filmSize == nil ? [] : ["--film-size"]) + (filmQuality == nil ? [] : ["--film-quality"])
      + (filmSound == nil ? [] : ["--film-sound"])
  }

  /// - Parameter threads: That decode and draw; nil for every processor.
  func settings(threads: Int?) -> FilmSettings {
    FilmSettings(
      quality: filmQuality ?? FilmSettings.usualQuality, keepsSound: filmSound != FilmOptions.Sound.none,
      threads: threads ?? availableProcessors())
  }
}

/// Who is who in films, and what keeps labels from flickering.
struct FilmPeopleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Who is who and where: a tracks.json, or the folder that has it (default: boxes are linked here, given ids are kept; \
      overlay takes the tracks.json that detect left beside the rows).
      """, valueName: "file"), completion: .file())
  var tracks: String?

  @Option(
    help: ArgumentHelp(
      "How long somebody may be unseen and be the same afterwards (default: 2.5 times between boxes, 1 to 5 s).",
      valueName: "seconds"))
  var gap: Double?

  @Option(
    help: ArgumentHelp(
      "In films: smooth scores along a track, the mean within a window of so many seconds.", valueName: "seconds"))
  var window: Double?

  @Option(
    help: ArgumentHelp(
      "In films: smooth scores along a track exponentially, looking back only, over so many seconds.",
      valueName: "seconds"))
  var decay: Double?

  @Option(
    help: ArgumentHelp(
      "In films: an action that has begun stays until its score is below this (default: its threshold).",
      valueName: "score"))
  var off: Double?

  @Option(help: ArgumentHelp("In films: leave out actions that last for less.", valueName: "seconds"))
  var leastDuration: Double?

  @Option(
    help: ArgumentHelp("In films: join stretches of an action with at most so much between them.", valueName: "seconds")
  )
  var mergeGap: Double?

  func validate() throws {
    if window != nil && decay != nil { throw ValidationError("--window and --decay are two ways: give one of them") }
    if tracks != nil && gap != nil {
      throw ValidationError("--gap links boxes, and --tracks says who is who: give one of them")
    }
    for case (let name, let value?) in times where !(value >= 0 && value.isFinite) {
      throw ValidationError("\(name): expected 0 seconds or more, found \(value)")
    }
    if let off, !(0...1 ~= off) { throw ValidationError("--off: expected a score from 0 to 1, found \(off)") }
  }

  private var times: [(String, Double?)] {
    [
      ("--gap", gap), ("--window", window), ("--decay", decay), ("--least-duration", leastDuration),
      ("--merge-gap", mergeGap),
    ]
  }

  /// The options for films alone that the call gives.
  var given: [String] {
    (off == nil ? [] : ["--off"]) + times.dropFirst().compactMap { $0.1 == nil ? nil : $0.0 }
  }

  /// The files that the options name.
  var inputFiles: [String] { tracks.flatMap { try? DetectionPeople.file($0) }.map { [$0] } ?? [] }

  /// Who is who, where the call says it or a file beside the rows.
  ///
  /// - Parameter rows: The file of detections that tracks may lie beside; nil for none.
  /// - Throws: `FileError`, `TrackFileError`, `NoTracks`.
  func people(beside rows: String?) throws -> DetectionPeople {
    // Who says how boxes are to be linked wants them linked.
    try DetectionPeople(tracks: tracks, beside: gap == nil ? rows : nil)
  }

  /// The same for those who draw.
  ///
  /// - Parameters:
  ///   - videos: Those that are shown.
  ///   - start: What the call says that rows call the first frame's second.
  func known(_ people: DetectionPeople, of videos: [String], startingSecond start: Double? = nil) -> KnownPeople {
    people.warn(of: videos)
    var known = KnownPeople(people.videos, from: people.path, gap: gap)
    if let start, people.isOfRows { for video in known.videos.keys { known.videos[video]?.start = start } }
    return known
  }

  /// How the call says who is who, in words that tell it from others; nil where it says nothing of it.
  ///
  /// - Throws: `FileError`, `NoTracks`.
  func linking() throws -> String? {
    if let gap { return "--gap \(gap)" }
    guard let tracks else { return nil }
    let path = try DetectionPeople.file(tracks)
    return "--tracks of \(try fileFingerprint(path, isWhole: true, doing: "reading the tracks"))"
  }

  /// What films show.
  func plan(_ style: OverlayStyle, _ film: FilmOptions, threads: Int?) -> FilmPlan {
    var plan = FilmPlan(style: style, settings: film.settings(threads: threads), size: film.filmSize?.size)
    plan.scores.smoothing = window.map { .window($0) } ?? decay.map { .exponential($0) } ?? .none
    plan.scores.off = off
    plan.scores.leastDuration = leastDuration ?? 0
    plan.scores.mergeGap = mergeGap ?? 0
    return plan
  }
}

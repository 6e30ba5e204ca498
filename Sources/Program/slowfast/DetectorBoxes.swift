internal import ArgumentParser
internal import Configuration
internal import Detect
internal import Files
internal import ObjectDetectors
internal import Runs
internal import Wording

/// Where `detect` has the boxes of people from: a file, or a detector that looks at the videos first.
struct BoxSourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The people's boxes: a file, or a folder of them.", valueName: "file"), completion: .file())
  var proposals: String?

  @OptionGroup var detectorFile: DetectorFileOptions

  @Option(
    help: ArgumentHelp(
      "Have the detector look between key frames, too, at least this often: films follow people there (default: not).",
      valueName: "seconds"))
  var boxesEvery: Double?

  /// - Parameters:
  ///   - idle: Options of boxes' files that are given.
  ///   - every: The distance of key frames that was asked for.
  func check(idle: [String], every: Double?, _ runs: RunOptions) throws {
    switch (proposals, detectorFile.detector) {
    case (nil, nil):
      throw ValidationError(
        "nobody's boxes are given -> give --proposals FILE, or --detector FILE, which finds people (docs/people.md says which "
          + "are read, and where they are)")
    case (.some, .some):
      throw ValidationError("--proposals and --detector: boxes come from one of them -> leave one out")
    default: break
    }
    if detectorFile.detector == nil {
      if boxesEvery != nil { throw ValidationError("--boxes-every is for --detector: a file has the boxes it has") }
      return
    }
    let idle = idle.filter { $0 != "--max-boxes" }
    if !idle.isEmpty {
      throw ValidationError("\(listed(idle)): for boxes of a file -> leave it out with --detector")
    }
    if let boxesEvery, !(boxesEvery > 0 && boxesEvery <= every ?? 1) {
      throw ValidationError(
        "--boxes-every is \(boxesEvery) -> give more than 0, at most the seconds from key frame to key frame (\(every ?? 1))"
      )
    }
    if runs.shard != nil {
      throw ValidationError(
        "--detector with --shard: key frames are divided by the boxes in them -> run 'slowfast people' first, and give its "
          + "file to every shard as --proposals")
    }
  }

  var inputs: RunInputs { .boxes(proposals) + detectorFile.inputFiles }
}

/// The boxes that a detector finds for a run of `detect`: a file like any other's, beside the results.
///
/// The videos and the detector are opened when the value is made; the detector looks at them when `look` is called, once all else
/// that the run needs is known to be there.
final class DetectorBoxes {
  /// PySlowFast's rows.
  let path: String
  /// From which score on people are in it.
  let threshold: Double
  /// What the boxes depend on beside the videos.
  let origin: String
  /// Who was found; nil before `look`.
  private(set) var found: FoundPeople?
  private let detection: PeopleDetection
  private let loaded: LoadedDetector
  private let limit: Int?
  private let journalPath: String
  private let inputs: RunInputs
  private let results: OverwriteOptions
  private var journal: RunJournal?
  /// The videos that are others than those of which there are scores, and what the scores depend on now.
  private var replacedVideos: (videos: [String], identity: RunIdentity)?

  private static let doing = "reading the detector"

  /// Opens the videos and the detector.
  ///
  /// - Parameters:
  ///   - every: From key frame to key frame.
  ///   - limit: How many people of a frame are kept, the best ones; nil for all.
  /// - Throws: Whatever is wrong with them.
  init(
    _ source: BoxSourceOptions, videos: [String], every: Double, startingSecond: Double?, framesPerSecond: Double,
    limit: Int?, folder: String, _ engine: some EngineChoice, _ damage: DamageOption, _ results: OverwriteOptions
  ) throws {
    path = joinPath(folder, "people.csv")
    journalPath = joinPath(folder, "people.journal")
    inputs = .videos(videos) + source.inputs + [engine.tuned]
    (self.limit, self.results) = (limit, results)
    var settings = PeopleDetection.Settings()
    settings.moments = .every(every, between: source.boxesEvery)
    // Key frames may be closer than a slow video's frames.
    settings.mayRepeatFrames = true
    settings.stepOption = source.boxesEvery == nil ? "--every" : "--boxes-every"
    settings.startingSecond = startingSecond ?? 0
    settings.framesPerSecond = framesPerSecond
    // Videos that cannot be read are the run's to name.
    detection = try PeopleDetection(videos: videos, settings, stopsAtDamage: damage.stops)
    loaded = try source.detectorFile.load(source.detectorFile.detector ?? "", engine.make())
    threshold = source.detectorFile.threshold(loaded)
    origin =
      "a detector's, of \(try fileFingerprint(loaded.path, isWhole: true, doing: Self.doing))"
      + (loaded.options.shortSide.map { ", short side \($0)" } ?? "") + ", every \(every) s"
      + (source.boxesEvery.map { " and every \($0) s between" } ?? "")
      + (limit.map { ", at most \($0) a frame" } ?? "")
  }

  /// Makes sure, before anything is written, that the run can be: nothing is lost by what it writes, neither results nor boxes that
  /// somebody has corrected; and the scores of a run that goes on are of the same people and the same models.
  ///
  /// - Parameters:
  ///   - outputs: What the run is known to write beside the boxes.
  ///   - others: What it reads beside videos and detector.
  ///   - place: Where the scores are.
  ///   - identity: What they depend on, but for the videos.
  /// - Throws: `FileError.existing`, `JournalError.otherRun`, and for corrected boxes.
  func check(
    outputs: [String], reading others: RunInputs, in place: RunPlace, _ identity: RunIdentity
  ) throws {
    let inputs = inputs + others
    let elsewhere = "give another --output-dir"
    try results.check(outputs, reading: inputs + [path] + place.kept, begunIn: place.begunJournal, orGive: elsewhere)
    try PeopleRun.check(
      path, journal: journalPath, isReplacing: results.overwrite,
      orElse: "score it as it is, into another folder: --proposals '\(path)'")
    try results.check([path], reading: inputs + place.kept, begunIn: journalPath, orGive: elsewhere)
    var identity = identity
    try detection.addVideos(to: &identity)
    let own = place.scoreJournal
    for journal in place.scoreJournals {
      let (changes, replaced) = try RunJournal.outlook(of: identity, in: journal)
      if changes.isEmpty {
        if journal == own { replacedVideos = (replaced, identity) }
        continue
      }
      // Results that may go take the scores beside them along; what a run directory keeps stays.
      if results.overwrite && place.part == nil { continue }
      // The detector's threshold stands in the place of the config's.
      let words = changes.map { $0.replacing(Key.avaDetectionScoreThresh.name, with: "--person-score") }
      throw JournalError.otherRun(path: journal, changes: words)
    }
  }

  /// Looks for people in the videos, as far as an earlier run has not, and writes their boxes.
  ///
  /// - Throws: `Interrupted`, and whatever goes wrong.
  func look(_ damage: DamageOption, in place: RunPlace) throws {
    let run = try PeopleRun(detection, loaded, journal: journalPath, isReplacing: results.overwrite)
    journal = run.journal
    let found = try run(damage).filtered(scoreThreshold: threshold, limit: limit)
    self.found = found
    if let (replaced, identity) = replacedVideos, !replaced.isEmpty {
      try RunJournal.forgetScores(of: replaced, in: place.scoreJournal, identity)
      Console.say("\(listed(replaced.map { "'\($0)'" }, limit: 3)): scored again, for it is not what was scored before")
    }
    try run.write(found, .csv, to: path)
    Console.say(run.summary(found, path, threshold: threshold))
  }

  /// Ends the use of the journal.
  ///
  /// - Parameter isFinal: Whether the run has all it can have: else the next one goes on from the people that are known.
  func close(isFinal: Bool) {
    if isFinal { journal?.remove() } else { journal?.close(keepsEmpty: true) }
  }
}

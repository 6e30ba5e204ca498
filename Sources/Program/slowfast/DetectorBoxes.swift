internal import ArgumentParser
internal import Detect
internal import Files
internal import ObjectDetectors
internal import Runs
internal import Wording

/// Where `detect` has the boxes of people from: a file, or a detector that looks at the videos first.
struct BoxSourceOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The people's boxes: a file, or a folder of them.", valueName: "file"))
  var proposals: String?

  @OptionGroup var detectorFile: DetectorFileOptions

  @Option(
    help: ArgumentHelp(
      "Have the detector look this often, where people are to be followed between key frames (default: as --every).",
      valueName: "seconds"))
  var boxesEvery: Double?

  /// - Parameters:
  ///   - idle: Options of boxes' files that are given.
  ///   - every: The distance of key frames that was asked for.
  func check(idle: [String], every: Double?, _ runs: RunOptions) throws {
    switch (proposals, detectorFile.detector) {
    case (nil, nil):
      throw ValidationError(
        "nobody's boxes are given -> give --proposals FILE, or --detector FILE, which finds people ('make people-detector' "
          + "fetches one)")
    case (.some, .some):
      throw ValidationError("--proposals and --detector: boxes come from one of them -> leave one out")
    default: break
    }
    if detectorFile.detector == nil {
      if boxesEvery != nil { throw ValidationError("--boxes-every is for --detector: a file has the boxes it has") }
      return
    }
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

  var inputFiles: [String] { [proposals].compactMap(\.self) + detectorFile.inputFiles }
}

/// The boxes that a detector has found for a run of `detect`: a file like any other's, beside the results.
struct DetectorBoxes {
  /// PySlowFast's rows.
  let path: String
  /// From which score on people are in it.
  let threshold: Double
  let found: FoundPeople
  /// What the boxes depend on beside the videos.
  let origin: String
  private let journal: RunJournal

  static func file(in folder: String) -> String { joinPath(folder, "people.csv") }
  static func journal(in folder: String) -> String { joinPath(folder, "people.journal") }

  /// Looks for people in videos, as far as an earlier run has not.
  ///
  /// - Throws: `Interrupted`, and whatever goes wrong.
  init(
    _ source: BoxSourceOptions, videos: [String], every: Double, startingSecond: Double?, framesPerSecond: Double,
    folder: String, _ engine: EngineOptions, _ damage: DamageOption, _ results: OverwriteOptions
  ) throws {
    path = Self.file(in: folder)
    let lock = try FolderLock(folder)
    defer { lock.release() }
    let journalPath = Self.journal(in: folder)
    try results.check(
      [path], reading: videos + source.inputFiles, begunIn: journalPath, orGive: "give another --output-dir")
    var settings = PeopleDetection.Settings()
    settings.moments = .every(source.boxesEvery ?? every)
    settings.startingSecond = startingSecond ?? 0
    settings.framesPerSecond = framesPerSecond
    // Videos that cannot be read are the run's to name.
    let detection = try PeopleDetection(videos: videos, settings, stopsAtDamage: damage.stops)
    let loaded = try source.detectorFile.load(source.detectorFile.detector ?? "", engine.make())
    threshold = source.detectorFile.threshold(loaded)
    let run = try PeopleRun(detection, loaded, journal: journalPath, isReplacing: results.overwrite, looksAgain: true)
    journal = run.journal
    origin =
      "a detector's, of \(try fileFingerprint(loaded.path, isWhole: true, doing: "reading the detector"))"
      + (loaded.options.shortSide.map { ", short side \($0)" } ?? "") + ", every \(source.boxesEvery ?? every) s"
    do {
      found = try run(damage).filtered(scoreThreshold: threshold)
      try journal.beginResults([path])
      let file = try AtomicFile(path: path)
      try found.write(.csv, to: file)
      try file.commit()
    } catch {
      journal.close()
      throw error
    }
    Console.say(
      "wrote \(path): \(counted(found.boxCount, "box", plural: "boxes")) with a score of at least \(fixed(threshold, 2)) in "
        + counted(found.frameCount, "frame"))
  }

  /// Ends the use of the journal.
  ///
  /// - Parameter isFinal: Whether the run has all it can have: else the next one goes on from the people that are known.
  func close(isFinal: Bool) {
    if isFinal { journal.remove() } else { journal.close(keepsEmpty: true) }
  }
}

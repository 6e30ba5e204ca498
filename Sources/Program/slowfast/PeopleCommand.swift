internal import ArgumentParser
internal import Datasets
internal import Detect
internal import Files
internal import Kernels
internal import ObjectDetectors
internal import Runs
internal import Wording

/// Finds people in videos.
struct PeopleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "people",
    abstract: "Finds the people in videos: the boxes that 'detect' and 'test' take.",
    usage: "slowfast people VIDEO ... --detector FILE --output FILE",
    discussion: """
      A detector looks at single frames: one a second, or as --every and --every-frame say. Videos are what libav reads, \
      pictures, and folders of pictures that follow one another. The detector's weights are told by their content; \
      docs/people.md lists them and says where to get a small one. Writes rows as PySlowFast's person boxes have them (.csv: \
      video, second, x1, y1, x2, y2, nothing, score), COCO's data set (.json) or JSON lines (.jsonl). What was seen is kept \
      in OUTPUT.journal until the boxes are written: the same command goes on from there. 'detect --detector FILE' does \
      this and finds the actions, too.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, coco, jsonl
  }

  @Argument(help: ArgumentHelp("The videos.", valueName: "video"), completion: .file()) var videos: [String]

  @OptionGroup var detectorFile: DetectorFileOptions

  @Option(help: ArgumentHelp("Where the boxes go.", valueName: "file"), completion: .file())
  var output: String

  @Option(help: "csv, coco or jsonl (default: by the ending of --output: .csv, .json or .jsonl).")
  var format: Format?

  @Option(help: ArgumentHelp("From one frame that is looked at to the next (default: 1).", valueName: "seconds"))
  var every: Double?

  @Flag(help: "Look at every frame.")
  var everyFrame = false

  @Option(
    help: ArgumentHelp(
      "What the first frame's second is called: 900 for AVA's clips (default: 0).", valueName: "seconds"))
  var startingSecond: Double?

  @Option(help: ArgumentHelp("Look at no frame before this second, so called: 902 for AVA.", valueName: "second"))
  var from: Double?

  @Option(help: ArgumentHelp("Look at no frame after this second: 1798 for AVA.", valueName: "second"))
  var to: Double?

  @Option(
    help: ArgumentHelp("Pictures a second of folders that are given for videos (default: 30).", valueName: "rate"))
  var fps: Double?

  @Option(help: ArgumentHelp("Write at most so many people a frame, the best ones.", valueName: "count"))
  var maxBoxes: Int?

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "Which of the detector's classes, counted from 0 without a background (default: its persons).",
      valueName: "number"))
  var classIndex: Int?

  @OptionGroup var damage: DamageOption

  @OptionGroup var results: OverwriteOptions

  @OptionGroup var engine: DetectorEngineOptions

  func validate() throws {
    if detectorFile.detector == nil { throw ValidationError("Missing expected argument '--detector <file>'") }
    if every != nil && everyFrame { throw ValidationError("--every and --every-frame exclude each other -> give one") }
    if let every, !(every > 0 && every.isFinite) {
      throw ValidationError("--every is \(every) -> give a positive number")
    }
    if let startingSecond, !(0...1e8 ~= startingSecond) {
      throw ValidationError("--starting-second is \(startingSecond) -> give 0 or more")
    }
    for (name, value) in [("--from", from), ("--to", to)] {
      if let value, !value.isFinite { throw ValidationError("\(name) is \(value) -> give a second") }
    }
    if let from, let to, from > to { throw ValidationError("--from \(from) lies after --to \(to) -> exchange them") }
    if let fps, !(fps > 0 && fps <= 1000) { throw ValidationError("--fps is \(fps) -> give more than 0, at most 1000") }
    if let maxBoxes, maxBoxes < 1 { throw ValidationError("--max-boxes is \(maxBoxes) -> give 1 or more") }
    if let classIndex, classIndex < 0 { throw ValidationError("--class is \(classIndex) -> give 0 or more") }
    if output == "-" { throw ValidationError("--output is '-' -> give a file; /dev/stdout is one") }
    _ = try form()
  }

  func run() throws {
    let form = try form()
    var settings = PeopleDetection.Settings()
    settings.moments = everyFrame ? .everyFrame : .every(every ?? 1)
    settings.mayRepeatFrames = every == nil
    settings.startingSecond = startingSecond ?? 0
    if from != nil || to != nil { settings.range = (from ?? -.infinity)...(to ?? .infinity) }
    settings.framesPerSecond = fps ?? ActionDataset.ava.clock.framesPerSecond
    let detection = try PeopleDetection(videos: videos, settings, stopsAtDamage: damage.stops)
    let journal = output + ".journal"
    let locks = try RunPlace.share(splitPath(output).folder, journal, for: [output])
    defer {
      locks?.journal.release()
      locks?.folder.release()
    }
    try results.check(
      [output], reading: .videos(videos) + detectorFile.inputFiles + [engine.tuned], begunIn: journal,
      orGive: "give another --output")
    try PeopleRun.check(
      output, journal: journal, isReplacing: results.overwrite, orElse: "give another --output")
    for notice in detection.notices { Console.warn(notice) }
    if !detection.unreadable.isEmpty {
      Console.warn(
        "\(detection.unreadable.count) of \(counted(videos.count, "video")) cannot be read:")
      for (name, cause) in detection.unreadable { Console.say("  \(name): \(cause)") }
    }
    let loaded = try detectorFile.load(detectorFile.detector ?? "", engine.make())
    DetectorFileOptions.warnOfUnknownPlan(loaded.detector, loaded.engine)
    let run = try PeopleRun(
      detection, loaded, personClass: classIndex, journal: journal, isReplacing: results.overwrite)
    defer { run.journal.close() }
    let threshold = detectorFile.threshold(loaded)
    let found = try run(damage).filtered(scoreThreshold: threshold, limit: maxBoxes)
    let isPerson = classIndex == nil || classIndex == loaded.detector.personClass
    try run.write(found, form, as: isPerson ? "person" : "class \(classIndex ?? 0)", to: output)
    Console.say(run.summary(found, output, threshold: threshold))
    let isWhole = found.damage.isEmpty && detection.unreadable.isEmpty
    if isWhole || damage.takesLess {
      run.journal.remove()
      return
    }
    let (videos, frames) = (detection.unreadable.count, found.damage.keyFrames.count)
    let lacks = (videos > 0 ? [counted(videos, "video")] : []) + (frames > 0 ? [counted(frames, "frame")] : [])
    throw DamageFound(
      description:
        "the boxes lack \(series(lacks, "and")), named above -> \(found.remedy(beside: videos > 0)) and start the "
        + "same command again (it goes on from '\(journal)'), or take the boxes as they are: --damaged skip")
  }

  private func form() throws -> FoundPeople.Format {
    switch format {
    case .csv: return .csv
    case .coco: return .coco
    case .jsonl: return .jsonl
    case nil: break
    }
    let name = output.lowercased()
    if name.hasSuffix(".csv") { return .csv }
    if name.hasSuffix(".json") { return .coco }
    if name.hasSuffix(".jsonl") { return .jsonl }
    throw ValidationError("--output is '\(output)' -> end it in .csv, .json or .jsonl, or say --format")
  }
}

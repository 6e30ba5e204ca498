public import ArgumentParser
public import Classify
internal import Configuration
internal import Files
internal import Inference
internal import Overlay
internal import Runs
internal import Wording

/// Classification of a user's own videos and pictures.
struct ClassifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Says what is done in your own videos or pictures, over time.",
    usage: "slowfast classify VIDEO ... --cfg FILE --weights FILE [--labels FILE] [KEY VALUE ...]",
    discussion: """
      Takes videos of any container, codec, frame rate, size and length that libav reads, pictures (JPEG, PNG), and folders \
      of pictures that follow one another. A window lasts as long as a clip of the network does at DATA.TARGET_FPS, by \
      the file's own time stamps, and is seen in its middle (TEST.NUM_SPATIAL_CROPS 3 on the command line: in three squares). \
      The best classes of each window and of the whole video go to stdout, as text, CSV or JSON. docs/classification.md \
      has the rules.
      """)

  @Option(
    help: ArgumentHelp(
      """
      The names of the classes: JSON ({"walking": 0} as PySlowFast's, {"0": "walking"} or a list), a name a line, or a \
      .pbtxt (default: DEMO.LABEL_FILE_PATH or TENSORBOARD.CLASS_NAMES_PATH, else numbers).
      """, valueName: "file"))
  var labels: String?

  @Option(help: ArgumentHelp("How many classes of a window are named, best first.", valueName: "count"))
  var topK = WindowReport.usualTopK

  @Option(
    help: ArgumentHelp(
      "From the beginning of one window to that of the next (default: windows follow one another).",
      valueName: "seconds"))
  var every: Double?

  @Option(
    help: ArgumentHelp("Pictures a second of folders (default: DATA.TARGET_FPS).", valueName: "rate"))
  var fps: Double?

  @Option(help: "text, csv or json.")
  var format: WindowReport.Format = .text

  @Option(help: ArgumentHelp("Where the classes go instead of stdout.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Also write the scores of all classes [windows, classes] as a NumPy file.", valueName: "file.npy"))
  var scores: String?

  @Option(
    help: ArgumentHelp(
      """
      Also draw the whole video, with the actions of the moment over the picture and a timeline of the top actions under \
      it: a name that ends in .mp4, .mov or .mkv (of a picture in .png), or a folder for one of each input.
      """, valueName: "file or dir"))
  var overlayVideo: String?

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "Keep the run in this folder: config, scores, progress, log. The same command goes on from there.",
      valueName: "dir"))
  var directory: String?

  @OptionGroup var damage: DamageOption

  @OptionGroup var streams: StreamOptions

  @OptionGroup var results: OverwriteOptions

  @OptionGroup var options: ModelOptions

  /// The videos stand before the first word that looks like a config key.
  private var words: FreeWords { FreeWords(options.arguments, takesNames: true) }
  private var videos: [String] { words.names }

  func validate() throws {
    try words.check()
    try streams.check(options.engine)
    if videos.isEmpty { throw ValidationError("no video was given -> slowfast classify VIDEO ... --cfg FILE ...") }
    if topK < 1 { throw ValidationError("--top-k is \(topK) -> give 1 or more") }
    if let every, !(every > 0 && every.isFinite) {
      throw ValidationError("--every is \(every) -> give a positive number")
    }
    if let fps, !(fps > 0 && fps <= 1000) { throw ValidationError("--fps is \(fps) -> give more than 0, at most 1000") }
    if directory?.isEmpty == true { throw ValidationError("--run is empty -> give a folder") }
  }

  func run() throws {
    let config = try options.load(words.overrides)
    if config[.detectionEnable] { throw DetectionConfig(config) }
    let classification = try VideoClassification(
      config, videos, labels: labels, timing: VideoClassification.Timing(every: every, framesPerSecond: fps),
      stopsAtDamage: damage.stops)
    let overlays = try ClassifiedOverlays(overlayVideo, classification)
    let named = classification.labels != .unnamed
    let notices = Notices(
      classification.notices
        + (named ? [] : ["no names of classes were given, they are called by their numbers -> give --labels FILE"]))
    Console.say(classification.description)
    if overlayVideo != nil {
      let names = (0..<config[.modelNumClasses]).map(classification.labels.name) + videos
      if let missing = MissingGlyphs(in: names) { Console.warn("\(missing)") }
    }
    let outputs = [output, scores].compactMap(\.self) + overlays.files.map(\.path)
    let inputs = videos + [labels].compactMap(\.self) + options.inputFiles
    let models = { [try options.model(config, streams: streams.count)] }
    func write(_ found: WindowScores) throws {
      try writeReport(found, classification.labels)
      if let scores {
        try found.writeScores(scores, classes: config[.modelNumClasses])
        Console.say("wrote \(scores)")
      }
      try overlays.write(found, classification.labels, topK: topK)
      notices.repeatIfFar()
    }
    guard let directory else {
      try results.check(outputs, reading: inputs, orGive: "give another name")
      return try score(classification, models(), write)
    }
    let kept = try ScoringRun(
      classification, RunOptions.whole(in: directory), options.status(config, "classify", labelMap: labels),
      folder: directory,
      outputs: outputs, reading: inputs, isStill: false, damage, results, orGive: "give another name")
    defer { kept.close() }
    try kept("classifying", models()) {
      try write($0)
      return RunResults()
    }
  }

  /// Scores without a run directory: what ends it early loses the scores.
  private func score(
    _ job: VideoClassification, _ models: [LoadedModel], _ write: (WindowScores) throws -> Void
  ) throws {
    let total = job.keyFrameCount
    let progress = Progress("classifying", total: total, unit: job.unit.rawValue, parts: (job.allViews.count, "view"))
    let found = try Interruption.stoppable {
      let found = try job.run(
        models: models, stopsAtDamage: damage.stops, isToStop: { Interruption.isAsked }, progress: progress.update)
      if Interruption.isAsked {
        throw Interrupted(
          "\(found.windowCount) of \(counted(total, job.unit.rawValue)) scored, nothing written (with --run DIR the same command "
            + "would go on from there)")
      }
      return found
    }
    progress.finish()
    let lost = found.damage.keyFrames.count
    try damage.say(found.damage, of: found.windowCount + lost)
    try write(found)
    try damage.finish(
      found.damage, of: found.windowCount + lost, "the results lack",
      again: "start the same command again" + (output == nil && scores == nil ? "" : " with --overwrite"))
  }

  private func writeReport(_ found: WindowScores, _ labels: ClassLabels) throws {
    let report = WindowReport(found, labels, topK: topK)
    guard let output else { return try report.write(format) { print($0, terminator: "") } }
    let file = try AtomicFile(path: output)
    try report.write(format) { try file.write($0) }
    try file.commit()
    Console.say("wrote \(output)")
  }
}

extension WindowReport.Format: ExpressibleByArgument {}

/// A detector's config where one of a classifier is needed.
private struct DetectionConfig: Error, CustomStringConvertible {
  let description: String

  init(_ config: Configuration) {
    description =
      "classifying: '\(config.path ?? "")' is a detection config (\(config.cite(.detectionEnable))), whose network scores "
      + "boxes -> use slowfast detect with the boxes of people, or take one of configs/Kinetics with its weights"
  }
}

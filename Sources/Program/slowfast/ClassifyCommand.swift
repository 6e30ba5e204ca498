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
      The best classes of each window and of the whole video go to stdout, as text, CSV or JSON. Scores are kept in a \
      .journal beside the first file that is written (for stdout alone in OUTPUT_DIR, under the first input's name) until all \
      results are written: a run that ended early goes on from there when the same command is started again. \
      docs/classification.md has the rules.
      """)

  @Option(
    help: ArgumentHelp(
      """
      The names of the classes: JSON ({"walking": 0} as PySlowFast's, {"0": "walking"} or a list), a name a line, or a \
      .pbtxt (default: DEMO.LABEL_FILE_PATH or TENSORBOARD.CLASS_NAMES_PATH, else numbers).
      """, valueName: "file"), completion: .file())
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

  @Option(help: ArgumentHelp("Where the classes go instead of stdout.", valueName: "file"), completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Also write the scores of all classes [windows, classes] as a NumPy file.", valueName: "file.npy"),
    completion: .file())
  var scores: String?

  @Option(
    help: ArgumentHelp(
      """
      Also draw the whole video, with the actions of the moment over the picture and a timeline of the top actions under \
      it: a name that ends in .mp4, .mov or .mkv (of a picture in .png), or a folder for one of each input.
      """, valueName: "file or dir"), completion: .file())
  var overlayVideo: String?

  @OptionGroup(title: "Films") var film: FilmOptions

  @OptionGroup var runs: RunOptions

  @OptionGroup var damage: DamageOption

  @OptionGroup var streams: StreamOptions

  @OptionGroup var results: OverwriteOptions

  @OptionGroup var options: ModelOptions

  /// The videos stand before the first word that looks like a config key.
  var words: FreeWords { FreeWords(options.arguments, takesNames: true) }
  var videos: [String] { words.names }

  func validate() throws {
    try words.check()
    for key in [Key.demoLabelFilePath, .tensorboardClassNamesPath] {
      try words.check("--labels", labels, says: key.name)
    }
    try streams.check(options.engine)
    if videos.isEmpty { throw ValidationError("no video was given -> slowfast classify VIDEO ... --cfg FILE ...") }
    if overlayVideo == nil, !film.given.isEmpty {
      throw ValidationError("\(listed(film.given)): for films alone -> add --overlay-video, or leave them out")
    }
    if topK < 1 { throw ValidationError("--top-k is \(topK) -> give 1 or more") }
    if let every, !(every > 0 && every.isFinite) {
      throw ValidationError("--every is \(every) -> give a positive number")
    }
    if let fps, !(fps > 0 && fps <= 1000) { throw ValidationError("--fps is \(fps) -> give more than 0, at most 1000") }
    if let shard = runs.shard, let given = resultOptions.first {
      throw ValidationError(
        "\(given.option) '\(given.path)' with --shard \(shard): a shard writes no results -> give it to the same command "
          + "without --shard, when the shards are joined (slowfast merge)")
    }
  }

  /// The options that name what is written.
  private var resultOptions: [(option: String, path: String)] {
    [("--output", output), ("--scores", scores), ("--overlay-video", overlayVideo)].compactMap { option, path in
      path.map { (option, $0) }
    }
  }

  /// The configuration of the call.
  func configuration() throws -> Configuration {
    let config = try options.load(words.overrides)
    if config[.detectionEnable] { throw DetectionConfig(config) }
    return config
  }

  /// Opens the inputs and reads what the call names.
  func classification(_ config: Configuration) throws -> VideoClassification {
    var job = try VideoClassification(
      config, videos, labels: labels, timing: VideoClassification.Timing(every: every, framesPerSecond: fps),
      stopsAtDamage: damage.stops)
    if runs.run == nil { job.title = place(config).title }
    return job
  }

  /// Where the run keeps what stands beside its results: the folder, and what the files are called by.
  func place(_ config: Configuration) -> (folder: String, title: String) {
    if let directory = runs.run { return (directory, "") }
    for path in resultOptions.map(\.path) where !isDevice(path) {
      if isFolder(path) || path == overlayVideo && !ClassifiedOverlays.isFile(path) { return (path, "classes") }
      let (folder, name) = splitPath(path)
      return (folder, name)
    }
    let name = videos[0].split(separator: "/").last.map(String.init) ?? "classes"
    return (config[.outputDir], name)
  }

  /// Everything that a whole run writes.
  func outputs(_ overlays: ClassifiedOverlays) -> [String] {
    [output, scores].compactMap(\.self) + overlays.files.map(\.path)
  }

  /// Everything that is read.
  func inputs(_ config: Configuration) -> RunInputs {
    .videos(videos) + [labels] + options.inputFiles(config)
  }

  /// What the user should know of the inputs.
  func notices(_ classification: VideoClassification) -> [String] {
    let isNamed = classification.labels != .unnamed
    return classification.notices
      + (isNamed ? [] : ["no names of classes were given, they are called by their numbers -> give --labels FILE"])
  }

  func run() throws {
    let config = try configuration()
    let shard = try runs.chosen()
    var classification = try classification(config)
    classification.shard = shard
    let overlays = try ClassifiedOverlays(overlayVideo, classification)
    let notices = Notices(notices(classification) + overlays.notices)
    if overlayVideo != nil {
      let names = (0..<config[.modelNumClasses]).map(classification.labels.name) + videos
      if let missing = MissingGlyphs(in: names) { Console.warn("\(missing)") }
    }
    let run = try ScoringRun(
      classification, runs, options.status(config, "classify", labelMap: labels), folder: place(config).folder,
      outputs: outputs(overlays), reading: inputs(config), isStill: false, damage, results,
      orGive: "give another name",
      sharesFolder: true)
    defer { run.close() }
    Console.say(run.job.description)
    try run("classifying", [options.model(config, streams: streams.count)]) { found in
      try writeReport(found, classification.labels)
      if let scores {
        try found.writeScores(scores, classes: config[.modelNumClasses])
        Console.say("wrote \(scores)")
      }
      let undrawn = try overlays.write(
        found, classification.labels, topK: topK, film.filmSize?.size, film.settings(threads: options.engine.threads))
      return RunResults(lacking: undrawn == 0 ? nil : counted(undrawn, "drawing")) { notices.repeatIfFar() }
    }
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

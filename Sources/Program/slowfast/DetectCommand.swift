internal import AVARecords
internal import ArgumentParser
internal import Configuration
internal import Datasets
internal import Detect
internal import Files
internal import Inference
internal import Overlay
internal import Runs
internal import Tensors
internal import Video
internal import Wording

/// Detection on a user's own videos.
struct DetectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect",
    abstract: "Finds the actions of people in your own videos.",
    usage:
      "slowfast detect VIDEO ... (--proposals FILE | --detector FILE) --cfg FILE --weights FILE --output-dir DIR [KEY VALUE ...]",
    discussion: """
      Videos may have any container, codec, frame rate, size and length that libav reads; a folder of JPEG or PNG pictures \
      that follow one another, --fps a second, is a video, too. The proposals are \
      PySlowFast's CSV (video, second, x1, y1, x2, y2, action id or nothing, score); a video's name there is its file \
      name without the extension, or the folder's name. Boxes of other tools are told by their content: a folder of YOLO's labels, \
      MOTChallenge text, COCO's, Detectron2's and AlphAction's JSON, MMAction2's pickle, VIA's and CVAT's annotations, \
      a table with a header (docs/boxes.md). --detector finds the people itself, at a key frame a second or as --every says, and \
      writes their boxes into people.csv of the output folder (docs/people.md). Writes detections.csv, detections.json and \
      tracks.json (who is who, in all boxes of the proposals) into the output folder. Boxes with a \
      score below AVA.DETECTION_SCORE_THRESH (0.9, in most of AVA's configs 0.8) are left out. Scores are kept in \
      detections.journal until all results are written: a run that ended early goes on from there when the same \
      command is started again. docs/own-data.md leads from a video to its mAP.
      """)

  @OptionGroup var source: BoxSourceOptions

  @OptionGroup var boxes: ProposalFileOptions

  @Option(
    help: ArgumentHelp("Where the results go (default: the folder of --run).", valueName: "dir"), completion: .directory
  )
  var outputDir: String?

  @Option(
    help: ArgumentHelp(
      """
      The second that the proposals call a file's beginning. Without it 0; or \(ActionDataset.ava.clock.firstSecond), as in AVA's clips, where more of \
      their times lie inside the video when counted from \(ActionDataset.ava.clock.firstSecond).
      """, valueName: "seconds"))
  var startingSecond: Double?

  @Option(
    help: ArgumentHelp(
      "Key frames at this distance, each with the boxes nearest in time, instead of at the proposals' times.",
      valueName: "seconds"))
  var every: Double?

  @Option(
    help: ArgumentHelp(
      "Pictures a second of folders that are given for videos (default: \(Int(ActionDataset.ava.clock.framesPerSecond))).",
      valueName: "rate"))
  var fps: Double?

  @Option(
    help: ArgumentHelp(
      "The classes that become rows, with their names (default: AVA.LABEL_MAP_FILE if it is there, else all).",
      valueName: "file"), completion: .file())
  var labelmap: String?

  @OptionGroup var scores: ScoresOption

  @Flag(help: "Also draw every key frame: PNG images in OUTPUT-DIR/overlays.")
  var overlays = false

  @Flag(
    help:
      "Also draw the whole videos: VIDEO.mp4 in OUTPUT-DIR/overlays, boxes that follow people from key frame to key frame."
  )
  var overlayVideo = false

  @OptionGroup var drawing: OverlayOptions

  @OptionGroup var sheets: ContactSheetOptions

  @OptionGroup(title: "Films") var film: FilmOptions

  @OptionGroup(title: "People in films") var filmPeople: FilmPeopleOptions

  @Flag(help: "Show the network each key frame as a still, over and over: what the scores are worth without motion.")
  var still = false

  @OptionGroup var damage: DamageOption

  @OptionGroup var views: ViewOptions

  @OptionGroup var ensemble: EnsembleOption
  @OptionGroup var streams: StreamOptions

  @OptionGroup var runs: RunOptions

  @OptionGroup var results: OverwriteOptions

  @OptionGroup var options: ModelOptions

  /// The videos stand before the first word that looks like a config key.
  var words: FreeWords { FreeWords(options.arguments, takesNames: true) }
  var videos: [String] { words.names }

  func validate() throws {
    try words.check()
    try words.check("--output-dir", outputDir, says: Key.outputDir.name)
    try words.check("--labelmap", labelmap, isShortFor: Key.avaLabelMapFile.name)
    try streams.check(options.engine)
    if videos.isEmpty { throw ValidationError("no video was given -> slowfast detect VIDEO ... --proposals FILE ...") }
    try source.check(idle: boxes.given, every: every, runs)
    if outputDir == nil && runs.run == nil {
      throw ValidationError("Missing expected argument '--output-dir <dir>'")
    }
    try scores.check(runs)
    try ensemble.check(options)
    if let shard = runs.shard, isDrawing {
      throw ValidationError(
        "--overlays, --overlay-video and --contact-sheet with --shard \(shard): a shard writes no results -> draw with slowfast overlay"
      )
    }
    if let startingSecond, !startingSecond.isFinite {
      throw ValidationError("--starting-second is \(startingSecond) -> give a number")
    }
    if !drawing.given.isEmpty && !isDrawing {
      throw ValidationError(
        "\(listed(drawing.given)): what overlays show, rows are written for every action -> add --overlays, "
          + "--overlay-video or --contact-sheet, or leave them out")
    }
    let idle = film.given + filmPeople.given
    if !overlayVideo, !idle.isEmpty {
      throw ValidationError("\(listed(idle, limit: 12)): for films alone -> add --overlay-video, or leave them out")
    }
    if let fps, !(fps > 0 && fps <= 1000) { throw ValidationError("--fps is \(fps) -> give more than 0, at most 1000") }
    if fps != nil, !videos.contains(where: { isFolder($0) }) {
      throw ValidationError(
        "--fps says how many pictures of a folder are a second, and no folder is given: videos have their own clock "
          + "-> leave it out")
    }
    if let every, !(every > 0 && every.isFinite) {
      throw ValidationError("--every is \(every) -> give a positive number")
    }
  }

  /// The configuration of the call.
  ///
  /// - Parameter people: What a detector has found: boxes with its scores, not with those that the config's threshold is for.
  func configuration(_ people: DetectorBoxes? = nil) throws -> Configuration {
    let config = try options.load(views.overrides + words.overrides, adding: overrides(people))
    if !config[.detectionEnable] {
      throw ClassificationConfig(config, doing: "detecting", "whose network scores whole clips and no boxes")
    }
    return config
  }

  private func overrides(_ people: DetectorBoxes?) -> [String] {
    people.map { [Key.avaDetectionScoreThresh.name, "\($0.threshold)"] } ?? []
  }

  /// Opens the detector that is to find the people; nil where a file has them.
  private func detector() throws -> DetectorBoxes? {
    if source.detectorFile.detector == nil { return nil }
    return try DetectorBoxes(
      source, videos: videos, every: every ?? 1, startingSecond: startingSecond,
      framesPerSecond: fps ?? ActionDataset.ava.clock.framesPerSecond, limit: boxes.maxBoxes, folder: folder,
      options.engine, damage, results)
  }

  /// Has the detector find the people, once all else that the call names is known to be good: it may look for minutes.
  ///
  /// - Returns: The models that are to score them.
  private func find(
    _ people: DetectorBoxes, _ config: Configuration, _ models: TestModels, labelMap: String?, in place: RunPlace
  ) throws -> [LoadedModel] {
    let labels = try VideoDetection.labels(labelMap, config)
    _ = try drawing.style(labels.labels.map { ($0.id, $0.name) })
    _ = try filmPeople.people(beside: nil)
    let films = videos.map { joinPath(overlayFolder, FrameInput.name(of: $0) + ".mp4") }
    let loaded = try models.load()
    let identity = try VideoDetection.identity(
      config, loaded, models.ensemble, proposals: people.origin, isStill: still)
    try people.check(
      outputs: VideoDetections.outputs(in: folder) + scores.files + (overlayVideo ? films : [])
        + sheets.files(keyFrames: 1),
      reading: inputs(models), in: place, identity)
    try people.look(damage, in: place)
    return loaded
  }

  /// Opens the videos and reads what the call names.
  func detection(
    _ config: Configuration, _ models: TestModels, _ people: DetectorBoxes? = nil, labelMap: String?
  ) throws -> VideoDetection {
    var timing = VideoDetection.Timing(startingSecond: startingSecond, every: every, framesPerSecond: fps)
    if people != nil {
      timing.startingSecond = startingSecond ?? 0
      timing.every = every ?? 1
      timing.detector = people?.origin
    }
    return try VideoDetection(
      config, videos: videos, proposals: people?.path ?? source.proposals ?? "",
      people == nil ? boxes.options() : ProposalOptions(),
      labelMap: labelMap, timing: timing,
      ensemble: models.ensemble,
      stopsAtDamage: damage.stops)
  }

  /// The models of the call.
  func models(_ config: Configuration, _ people: DetectorBoxes? = nil) throws -> TestModels {
    try ensemble.models(
      options, config, overrides: views.overrides + words.overrides + overrides(people), streams: streams.count)
  }

  func run() throws {
    // What is wrong with the config is said before anybody is looked for.
    _ = try configuration()
    let key = Key.avaDetectionScoreThresh.name
    if source.detectorFile.detector != nil, words.overrides.contains(key) {
      Console.warn(
        "\(key) is for the boxes of a file, and has no say in those of --detector -> --person-score says from which score on they "
          + "are people")
    }
    let people = try detector()
    var isFinal = false
    defer { people?.close(isFinal: isFinal) }
    let config = try configuration(people)
    let shard = try runs.chosen()
    let models = try models(config, people)
    let labelMap = labelmap ?? configuredLabelMap(config)
    func status() throws -> RunStatus {
      var status = models.note(in: options.status(config, "detect", labelMap: labelmap))
      status.linking = try filmPeople.linking()
      return status.with(labels: labelMap.map { [Key.avaLabelMapFile.name: $0] } ?? [:])
    }
    let place = try people == nil ? nil : takePlace(nil, reading: inputs(models), status())
    defer { place?.close() }
    var loaded: [LoadedModel]?
    if let people, let place { loaded = try find(people, config, models, labelMap: labelMap, in: place) }
    var detection = try detection(config, models, people, labelMap: labelMap)
    for remark in detection.remarks { Console.say(remark) }
    let journals = RunPlace.journals(
      in: runs.run.map { RunDirectory($0) }, orBeside: VideoDetections.journal(in: folder))
    let notices = Notices(try detection.notices(goingOnWith: journals))
    detection.shard = shard
    let style = try drawing.style(detection.labelMap.labels.map { ($0.id, $0.name) })
    let plan = filmPeople.plan(style, film, threads: options.engine.threads)
    detection.known = filmPeople.known(
      try filmPeople.people(beside: nil), of: videos.map { FrameInput.name(of: $0) })
    for line in detection.unreadableElsewhere + detection.idleVideoFaults { Console.warn(line) }
    let run = try ScoringRun(
      detection, in: place ?? takePlace(shard, reading: inputs(models), status()), outputs: outputs(detection),
      reading: inputs(models) + [people?.path], isStill: still, damage, results)
    defer { run.close() }
    let drawn =
      isDrawing ? detection.labelMap.labels.map(\.name) + videos.map { FrameInput.name(of: $0) } : []
    if let missing = MissingGlyphs(in: drawn) { Console.warn("\(missing)") }
    try run("detecting", loaded ?? models.load()) { found in
      let unseen = people?.found?.damage.keyFrames.count ?? 0
      let isWhole =
        unseen == 0 && detection.unreadableKeyFrames.isEmpty && detection.idleVideoFaults.isEmpty
        && found.detections.damage.isEmpty
      isFinal = runs.run == nil && (isWhole || damage.takesLess)
      for path in try found.write(to: folder) { Console.say("wrote \(path)") }
      try scores.write(found.detections)
      sayOfNobody(detection, isLookedFor: people != nil)
      if isDrawing { drawing.warnOfNothing(in: try found.detections.table) }
      try Interruption.stoppable {
        if overlays { try draw(found, style) }
        if let path = sheets.contactSheet { try drawSheet(path, found, style) }
        if overlayVideo { try film(found, plan) }
      }
      let isDamagedElse = !detection.idleVideoFaults.isEmpty || !found.detections.damage.isEmpty
      return RunResults(
        lacking: unseen == 0 ? nil : "the people of \(counted(unseen, "frame"))",
        remedy: unseen == 0 ? nil : people?.found?.remedy(beside: isDamagedElse)
      ) {
        let drawn = detection.overlays(in: overlayFolder)
        Leftovers.say(
          drawn + detection.overlayVideos(in: overlayFolder) + sheets.files(keyFrames: drawn.count), in: overlayFolder)
        notices.repeatIfFar()
      }
    }
  }

  /// Takes the folders of the run for this process.
  private func takePlace(_ shard: Shard?, reading inputs: RunInputs, _ status: RunStatus) throws -> RunPlace {
    var status = status
    status.unit = .keyFrame
    return try RunPlace(
      runs, shard, folder: folder, journal: VideoDetections.journal(in: folder), reading: inputs, status,
      andIn: "overlays")
  }

  /// Everything that the run writes.
  func outputs(_ detection: VideoDetection) -> [String] {
    let drawn = overlayFolder
    return VideoDetections.outputs(in: folder) + scores.files
      + (overlays ? detection.overlays(in: drawn) : [])
      + (overlayVideo ? detection.overlayVideos(in: drawn) : [])
      + sheets.files(keyFrames: detection.overlays(in: drawn).count)
  }

  /// Everything that it reads, but for what a detector finds.
  func inputs(_ models: TestModels) -> RunInputs {
    .videos(videos) + source.inputs + boxes.inputFiles + drawing.inputFiles + filmPeople.inputFiles
      + [labelmap, options.config] + models.inputFiles
  }

  /// Whether anything is drawn.
  private var isDrawing: Bool { overlays || overlayVideo || sheets.contactSheet != nil }

  func configuredLabelMap(_ config: Configuration) -> String? {
    let path = joinPath(config[.avaAnnotationDir], config[.avaLabelMapFile])
    if pathExists(path) { return path }
    Console.warn(
      "there is no label map '\(path)' (\(config.cite(.avaLabelMapFile))): every class becomes rows, without names -> give "
        + "--labelmap FILE")
    return nil
  }

  /// Says where nobody is, which is a result.
  private func sayOfNobody(_ detection: VideoDetection, isLookedFor: Bool) {
    let names = detection.videosWithoutPeople
    if names.isEmpty { return }
    Console.say(
      "\(isLookedFor ? "nobody was found" : "there is nobody to score") in \(listed(names.map { "'\($0)'" })): no rows"
        + (overlayVideo ? ", and no boxes in the \(names.count == 1 ? "film" : "films")" : ""))
  }

  /// The folder of the results.
  var folder: String { outputDir ?? runs.run ?? "" }
  private var overlayFolder: String { joinPath(folder, "overlays") }

  private func draw(_ found: VideoDetections, _ style: OverlayStyle) throws {
    let drawn = overlayFolder
    let total = found.detections.keyFrameCount
    if total == 0 { return Console.say("no picture is drawn: there is no key frame with people") }
    let progress = Progress("drawing", total: total, unit: "picture")
    try found.writeOverlays(to: drawn, style: style) { done in
      progress.update(done)
      if Interruption.isAsked {
        throw Interrupted(
          "the rows are in \(folder), \(done) of \(counted(total, "picture")) in \(drawn)")
      }
    }
    progress.finish()
    Console.say("wrote \(counted(total, "picture")) into \(drawn)")
  }

  private func drawSheet(_ path: String, _ found: VideoDetections, _ style: OverlayStyle) throws {
    let total = found.detections.keyFrameCount
    if total == 0 { return Console.say("no contact sheet is drawn: there is no key frame with people") }
    sheets.say(keyFrames: total)
    let progress = Progress("contact sheet", total: sheets.layout.chosen(of: total).count, unit: "key frame")
    var done = 0
    let pages = try found.writeContactSheet(to: path, sheets.layout, style: style) {
      done += 1
      progress.update(done)
      if Interruption.isAsked { throw Interrupted("the rows are in \(folder), the contact sheet was not finished") }
    }
    progress.finish()
    Console.say("wrote \(listed(sheets.layout.files(path, keyFrames: total).prefix(pages)))")
  }

  private func film(_ found: VideoDetections, _ plan: FilmPlan) throws {
    let drawn = overlayFolder
    let films = Films()
    let results = try found.writeOverlayVideos(to: drawn, plan) { name, done, total in
      films.update(name, done, of: total)
      if Interruption.isAsked {
        let images = overlays ? ", the pictures in \(drawn)" : ""
        throw Interrupted("the rows are in \(folder)\(images), \(films.kept(in: drawn))")
      }
    }
    for (name, result) in results {
      for notice in result.notices { Console.warn(notice) }
      if result.damaged > 0 {
        Console.warn("\(name).mp4: \(counted(result.damaged, "frame")) damaged, the picture before stays there")
      }
    }
    for name in films.names { Console.say("wrote \(joinPath(drawn, name + ".mp4"))") }
  }
}

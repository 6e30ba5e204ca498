internal import ArgumentParser
internal import Classify
internal import Configuration
internal import Detect
internal import Inference
internal import Runs
internal import Wording

/// What a run will take, said before it.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Says before a run how long it will take, on 1, 8 or 64 machines, and how much memory and disk.",
    usage: "slowfast plan test|detect|classify, with all that the run itself is called with",
    subcommands: [PlanTestCommand.self, PlanDetectCommand.self, PlanClassifyCommand.self])

  func run() throws {
    throw ValidationError("plan what? -> put plan before the run's own call: slowfast plan test --cfg ...")
  }
}

private let howItMeasures = """
  Takes all that the run itself takes, checks it as the run would, and measures a few key frames of its own input; \
  nothing is written. With --run, or where a journal stands beside the results, it says what is still to do.
  """

struct PlanTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "What 'slowfast test' will take, called in the same way.",
    discussion: howItMeasures)

  @OptionGroup var plan: PlanOptions

  @OptionGroup var form: PlanFormatOption

  @OptionGroup var command: TestCommand

  func run() throws {
    let config = try command.configuration()
    let shard = try command.runs.chosen()
    if RunUnit(config).isWhole {
      var test = try VideoTest(config)
      try takeUp(&test)
      for notice in test.notices { Console.warn(notice) }
      for missing in command.damage.stops ? [] : command.gone(test) { Console.warn(missing) }
      if command.damage.stops { try test.verifyVideos() }
      return try show(
        test, [try command.options.model(config, streams: command.streams.count)],
        command.options.status(config, "test", labelMap: nil), "\(test.views)", shard,
        outputs: VideoResults(config, folder: command.folder(config)).files + command.scores.files,
        reading: .videos(test.inputVideos) + test.inputFiles + command.options.inputFiles(config))
    }
    let models = try command.models(config)
    var test = try AVATest(config, ensemble: models.ensemble, with: models.missing)
    try takeUp(&test)
    for notice in command.notices(test) { Console.warn(notice) }
    if command.damage.stops { try test.verifyFrames() }
    try show(
      test, models.load(), models.note(in: command.options.status(config, "test", labelMap: nil)),
      models.ensemble.map { "\($0)" } ?? "\(test.views)", shard,
      outputs: test.outputs(in: command.folder(config)) + command.scores.files,
      reading: .videos(test.inputFolders) + test.inputFiles + [command.options.config] + models.inputFiles)
  }

  /// Lets a test know what the run that it is of has scored already.
  private func takeUp(_ test: inout some ScoringJob) throws {
    test.keepTasks(
      of: RunPlace.journals(
        in: try plan.directory(command.runs), orBeside: test.journalPath(in: command.folder(test.config))))
  }

  private func show(
    _ test: some ScoringJob, _ models: @autoclosure () throws -> [LoadedModel], _ status: RunStatus, _ views: String,
    _ shard: Shard?, outputs: [String], reading inputs: RunInputs
  ) throws {
    let directory = try plan.directory(command.runs)
    let beside = test.journalPath(in: command.folder(test.config))
    if shard == nil {
      try command.results.check(
        outputs, reading: inputs, begunIn: directory?.journal(nil) ?? beside, orGive: "give another --output-dir",
        makesFolders: false)
    }
    let models = try models()
    let input = PlannedRun(
      job: test, configPath: command.options.config, views: views, jobs: test.unopenedJobs,
      run: try test.clipRun(models, isStill: command.still), shard: shard, directory: directory, journal: beside,
      identity: try test.identity(models, isStill: command.still), outputs: shard == nil ? outputs : [],
      resultBytes: test.expectedResultBytes, status: status,
      writesScores: command.scores.scores != nil)
    try plan.show(input, "test", as: form.format)
  }
}

struct PlanDetectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect", abstract: "What 'slowfast detect' will take, called in the same way.",
    usage: "slowfast plan detect VIDEO ... --proposals FILE --cfg FILE --weights FILE --output-dir DIR [KEY VALUE ...]",
    discussion: howItMeasures)

  @OptionGroup var plan: PlanOptions

  @OptionGroup var form: PlanFormatOption

  @OptionGroup var command: DetectCommand

  func validate() throws {
    if command.source.detectorFile.detector != nil {
      throw ValidationError(
        "--detector: how many people there are is not known before it has looked -> run 'slowfast people', and plan with its "
          + "file as --proposals")
    }
  }

  func run() throws {
    let config = try command.configuration()
    let shard = try command.runs.chosen()
    let models = try command.models(config)
    var detection = try command.detection(
      config, models, labelMap: command.labelmap ?? command.configuredLabelMap(config))
    for remark in detection.remarks { Console.say(remark) }
    for notice in detection.notices { Console.warn(notice) }
    let beside = VideoDetections.journal(in: command.folder)
    detection.keepTasks(of: RunPlace.journals(in: try plan.directory(command.runs), orBeside: beside))
    let lost = detection.unreadableKeyFrames
    try command.damage.say(
      lost, of: detection.keyFrameCount + lost.keyFrames.count, detection.lostVideos, isShard: true)
    let outputs = command.outputs(detection)
    let directory = try plan.directory(command.runs)
    let journal = directory?.journal(shard) ?? beside
    if shard == nil {
      try command.results.check(
        outputs, reading: command.inputs(models), begunIn: journal, orGive: "give another --output-dir",
        makesFolders: false)
    }
    let loaded = try models.load()
    var status = models.note(in: command.options.status(config, "detect", labelMap: command.labelmap))
    status.linking = try command.filmPeople.linking()
    let input = PlannedRun(
      job: detection, configPath: command.options.config,
      views: models.ensemble.map { "\($0)" } ?? "\(detection.views)", jobs: detection.unopenedJobs,
      run: detection.clipRun(loaded, isStill: command.still), shard: shard,
      directory: directory, journal: beside,
      identity: try detection.identity(loaded, isStill: command.still), outputs: shard == nil ? outputs : [],
      resultBytes: detection.expectedResultBytes, status: status,
      writesScores: command.scores.scores != nil)
    try plan.show(input, "detect", as: form.format)
  }
}

struct PlanClassifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify", abstract: "What 'slowfast classify' will take, called in the same way.",
    usage: "slowfast plan classify VIDEO ... --cfg FILE --weights FILE [--run DIR] [KEY VALUE ...]",
    discussion: howItMeasures + " With --format json the plan is one JSON object, with text or csv a text.")

  @OptionGroup var plan: PlanOptions

  @OptionGroup var command: ClassifyCommand

  func run() throws {
    let config = try command.configuration()
    let shard = try command.runs.chosen()
    var classification = try command.classification(config)
    let overlays = try ClassifiedOverlays(command.overlayVideo, classification)
    for notice in command.notices(classification) + overlays.notices { Console.warn(notice) }
    let directory = try plan.directory(command.runs)
    let beside = classification.journalPath(in: command.place(config).folder)
    classification.keepTasks(of: RunPlace.journals(in: directory, orBeside: beside))
    let lost = classification.unreadableWindows
    try command.damage.say(lost, of: classification.keyFrameCount + lost.keyFrames.count, isShard: true)
    let outputs = command.outputs(overlays)
    if shard == nil {
      try command.results.check(
        outputs, reading: command.inputs(config), begunIn: directory?.journal(nil) ?? beside,
        orGive: "give another name",
        makesFolders: false)
    }
    let models = [try command.options.model(config, streams: command.streams.count)]
    let input = PlannedRun(
      job: classification, configPath: command.options.config, views: counted(classification.allViews.count, "view"),
      jobs: classification.unopenedJobs, run: try classification.clipRun(models, isStill: false), shard: shard,
      directory: directory, journal: beside, identity: try classification.identity(models, isStill: false),
      outputs: shard == nil ? outputs : [], resultBytes: classification.expectedResultBytes,
      status: command.options.status(config, "classify", labelMap: command.labels),
      writesScores: command.scores != nil)
    try plan.show(input, "classify", as: command.format == .json ? .json : .text)
  }
}

internal import AVARecords
internal import ArgumentParser
internal import Classify
internal import Configuration
internal import Detect
internal import Files
internal import Inference
internal import ModelZoo
internal import Runs
internal import Tensors
internal import TextReports
internal import Trainer
internal import Wording

/// PySlowFast's test run.
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Runs PySlowFast's test of a config: AVA's detections and their mAP, or the classes of videos.",
    discussion: """
      Reads the frame lists, proposals, label map, exclusions and ground truth that the config's AVA section names \
      (relative names under AVA.FRAME_LIST_DIR, AVA.FRAME_DIR and AVA.ANNOTATION_DIR), scores the people of every key \
      frame, writes detections_latest.csv and groundtruth_latest.csv, and prints the mAP of the unrounded scores \
      under PySlowFast's protocol. Boxes with a score below AVA.DETECTION_SCORE_THRESH (0.9, in most of AVA's configs \
      0.8) are left out. Scores are kept in detections_latest.journal until all results are written: a run that ended \
      early goes on from there when the same command is started again. docs/own-data.md says what the files hold, for a data set of your own.

      Where the config's TEST.DATASET is kinetics, charades, ssv2 or imagenet, the videos or pictures that the lists in \
      DATA.PATH_TO_DATA_DIR name are scored as a whole, in TEST.NUM_ENSEMBLE_VIEWS clips of TEST.NUM_SPATIAL_CROPS crops \
      each: predictions_latest.csv is written, the scores to TEST.SAVE_RESULTS_PATH (.npz or .csv), and the top-1 and \
      top-5 accuracies are printed, or the mAP of videos with several classes. docs/classification.md has the rules.
      """)

  @OptionGroup var options: ModelOptions

  @OptionGroup var damage: DamageOption

  @Option(
    help: ArgumentHelp("Where the CSV files go (default: the current folder). Short for OUTPUT_DIR.", valueName: "dir"),
    completion: .directory)
  var outputDir: String?

  @OptionGroup var scores: ScoresOption

  @Flag(help: "Show the network each key frame as a still, over and over: what the scores are worth without motion.")
  var still = false

  @OptionGroup var views: ViewOptions

  @OptionGroup var ensemble: EnsembleOption
  @OptionGroup var streams: StreamOptions

  @OptionGroup var runs: RunOptions

  @OptionGroup var results: OverwriteOptions

  var words: FreeWords { FreeWords(options.arguments) }

  func validate() throws {
    try words.check()
    try words.check("--output-dir", outputDir, isShortFor: Key.outputDir.name)
    try streams.check(options.engine)
    try scores.check(runs)
    try ensemble.check(options)
  }

  /// The configuration of the call.
  func configuration() throws -> Configuration {
    let config = try options.load(
      views.overrides + words.overrides, adding: outputDir.map { [Key.outputDir.name, pythonString($0)] } ?? [])
    if !config[.detectionEnable] {
      if views.preset != nil {
        throw UnfitOption("--preset", "it is of boxes, and this config scores videos as a whole")
      }
      if ensemble.ensemble != nil {
        throw UnfitOption("--ensemble", "it is of boxes, and this config scores videos as a whole")
      }
      return config
    }
    if !config.testsAVA { throw OtherDataSet(config) }
    return config
  }

  /// Where the results go.
  func folder(_ config: Configuration) -> String {
    config.source(of: Key.outputDir) == .override ? config[.outputDir] : runs.run ?? config[.outputDir]
  }

  /// The models of the call.
  func models(_ config: Configuration) throws -> TestModels {
    try ensemble.models(options, config, overrides: views.overrides + words.overrides, streams: streams.count)
  }

  func run() throws {
    let config = try configuration()
    try run(config, shard: runs.chosen())
  }

  /// Makes sure that lists and settings make a test; no picture is read, and no network.
  ///
  /// - Throws: What is wrong with them.
  func check(_ config: Configuration) throws {
    switch RunUnit(config) {
    case .keyFrame: _ = try AVATest(config)
    case .video, .picture, .window: _ = try VideoTest(config)
    }
  }

  /// What a test writes into its output folder, with the scores that it keeps beside until it has ended; nothing where what it reads is
  /// not there.
  func resultFiles(_ config: Configuration) -> [String] {
    let folder = folder(config)
    switch RunUnit(config) {
    case .keyFrame:
      guard let test = try? AVATest(config) else { return [] }
      return test.outputs(in: folder) + [test.journalPath(in: folder)]
    case .video, .picture, .window:
      guard let test = try? VideoTest(config), let results = try? VideoResults(config, folder: folder) else {
        return []
      }
      return results.files + [test.journalPath(in: folder)]
    }
  }

  /// - Parameters:
  ///   - shard: The part of the test that is done; nil for all of it.
  ///   - next: What can be called after it.
  /// - Returns: What the whole of the test has found; nil without ground truth, and of a part.
  @discardableResult
  func run(
    _ config: Configuration, shard: Shard?, _ next: NextCalls = NextCalls()
  ) throws -> TrainingRun.TestResult? {
    switch RunUnit(config) {
    case .keyFrame: try testBoxes(config, shard, next)
    case .video, .picture, .window: try testVideos(config, shard, next)
    }
  }

  /// Scores videos as a whole.
  private func testVideos(
    _ config: Configuration, _ shard: Shard?, _ next: NextCalls
  ) throws -> TrainingRun.TestResult? {
    var result: TrainingRun.TestResult?
    var test = try VideoTest(config)
    test.shard = shard
    Console.say("\(test.views)")
    let folder = folder(config)
    let files = try VideoResults(config, folder: folder)
    var run = try ScoringRun(
      test, runs, options.status(config, "test", labelMap: nil), folder: folder, outputs: files.files + scores.files,
      reading: .videos(test.inputVideos) + test.inputFiles + options.inputFiles(config), isStill: still, damage, results
    )
    defer { run.close() }
    run.next = next
    let notices = Notices(run.job.notices + (damage.stops ? [] : gone(run.job, next)))
    try run("testing", [options.model(config, streams: streams.count)]) { found in
      for path in try files.write(found) { Console.say("wrote \(path)") }
      try scores.write(found, classes: config[.modelNumClasses])
      // The journal is gone when all is said.
      let accuracies = try found.accuracyTable()
      result = try found.result()
      return RunResults {
        show(accuracies: accuracies)
        notices.repeatIfFar()
      }
    }
    return result
  }

  /// The videos that will be passed over: said before hours are spent.
  func gone(_ test: VideoTest, _ next: NextCalls = NextCalls()) -> [String] {
    let missing = test.missingVideos
    let unlisted =
      test.unlistedVideos.map { names, list in
        [
          "'\(list)' lists no picture of \(counted(names.count, "video")), to be passed over: "
            + "\(listed(names.map { "'\($0)'" }, limit: 3)) -> add their pictures to it\(next.orStop)"
        ]
      } ?? []
    if missing.isEmpty { return unlisted }
    return unlisted + [
      "\(counted(missing.count, test.unit.rawValue)) of the list not there, to be passed over: "
        + "\(listed(missing.map { "'\($0)'" }, limit: 3)) -> check DATA.PATH_PREFIX and the list\(next.orStop)"
    ]
  }

  /// Scores the people of AVA's key frames.
  private func testBoxes(
    _ config: Configuration, _ shard: Shard?, _ next: NextCalls
  ) throws -> TrainingRun.TestResult? {
    var map: Double?
    let models = try models(config)
    var test = try AVATest(config, ensemble: models.ensemble, with: models.missing)
    test.shard = shard
    let folder = folder(config)
    var run = try ScoringRun(
      test, runs, models.note(in: options.status(config, "test", labelMap: nil)).with(labels: test.labels.places),
      folder: folder, outputs: test.outputs(in: folder) + scores.files,
      reading: .videos(test.inputFolders) + test.inputFiles + [options.config] + models.inputFiles,
      isStill: still, damage, results)
    defer { run.close() }
    run.next = next
    let notices = Notices(notices(run.job, next))
    try run("testing", models.load()) { detections in
      for path in try test.write(detections, to: folder) { Console.say("wrote \(path)") }
      try scores.write(detections)
      let result = try test.groundTruth.map { try TestSummary(test.labels, detections, $0, of: test.keyFrameCount) }
      map = result?.mAP
      return RunResults(mAP: map) {
        result?.show()
        // The table of classes may lie between.
        notices.repeatIfFar(linesOnStdout: test.groundTruth == nil ? 0 : test.labelMap.labels.count)
      }
    }
    return map.map { .map($0) }
  }

  /// What will be passed over: said before hours are spent.
  private func missingFrames(_ test: AVATest, _ next: NextCalls) -> [String] {
    test.missingFrames.map {
      "\($0): key frames that need them will be passed over -> check the frame list and the frame folder\(next.orStop)"
    }
  }

  /// What of the inputs was of no use or may surprise.
  func notices(_ test: AVATest, _ next: NextCalls = NextCalls()) -> [String] {
    let own = test.notices + (damage.stops ? [] : missingFrames(test, next))
    if test.outOfRangeKeyFrames.isEmpty { return own }
    let late =
      "\(counted(test.outOfRangeKeyFrames.count, "key frame")) beyond the last listed frame, which is repeated: "
      + listed(test.outOfRangeKeyFrames)
    return own + [late]
  }
}

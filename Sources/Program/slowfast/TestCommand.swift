internal import AVARecords
internal import ArgumentParser
internal import Configuration
internal import Detect
internal import Files
internal import Inference
internal import Runs
internal import Tensors
internal import TextReports
internal import Wording

/// PySlowFast's test run.
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Runs PySlowFast's test of a config: AVA detections and their mAP.",
    discussion: """
      Reads the frame lists, proposals, label map, exclusions and ground truth that the config's AVA section names \
      (relative names under AVA.FRAME_LIST_DIR, AVA.FRAME_DIR and AVA.ANNOTATION_DIR), scores the people of every key \
      frame, writes detections_latest.csv and groundtruth_latest.csv, and prints the mAP of the unrounded scores \
      under PySlowFast's protocol. Boxes with a score below AVA.DETECTION_SCORE_THRESH (0.9, in most of AVA's configs \
      0.8) are left out. Scores are kept in detections_latest.journal until all results are written: a run that ended \
      early goes on from there when the same command is started again. docs/own-data.md says what the files hold, for a data set of your own.
      """)

  @OptionGroup var options: ModelOptions

  @OptionGroup var damage: DamageOption

  @Option(
    help: ArgumentHelp("Where the CSV files go (default: the current folder). Short for OUTPUT_DIR.", valueName: "dir"))
  var outputDir: String?

  @Option(
    help: ArgumentHelp(
      "Write the unrounded scores [boxes, classes] as a NumPy file, rows in the order of the CSV's boxes.",
      valueName: "file.npy"))
  var scores: String?

  @Flag(help: "Show the network each key frame as a still, over and over: what the scores are worth without motion.")
  var still = false

  @OptionGroup var views: ViewOptions

  @OptionGroup var streams: StreamOptions

  @OptionGroup var runs: RunOptions

  @OptionGroup var results: OverwriteOptions

  var words: FreeWords { FreeWords(options.arguments) }

  func validate() throws {
    try words.check()
    try streams.check(options.engine)
    if let scores, let shard = runs.shard {
      throw ValidationError(
        "--scores '\(scores)' with --shard \(shard): a shard writes no results -> give it to slowfast merge")
    }
  }

  /// The configuration of the call.
  func configuration() throws -> Configuration {
    let config = try options.load(
      views.overrides + words.overrides, adding: outputDir.map { [Key.outputDir.name, pythonString($0)] } ?? [])
    if !config[.detectionEnable] {
      throw ClassificationConfig(
        config, doing: "testing", "and testing classification comes with a later version of this program")
    }
    if config[.testDataset] != "ava" { throw OtherDataSet(config) }
    return config
  }

  /// Where the results go.
  func folder(_ config: Configuration) -> String {
    config.source(of: Key.outputDir) == .override ? config[.outputDir] : runs.run ?? config[.outputDir]
  }

  func run() throws {
    let config = try configuration()
    let shard = try runs.chosen()
    var test = try AVATest(config, with: [missingWeights(config, options.weightOptions)].compactMap(\.self))
    test.shard = shard
    let notices = Notices(notices(test) + (damage.stops ? [] : missingFrames(test)))
    if test.views.count > 1 { Console.say("\(test.views)") }
    let folder = folder(config)
    let place = try RunPlace(
      runs, shard, folder: folder, journal: AVATest.journal(in: folder), options.status(config, "test", labelMap: nil))
    defer { place.close() }
    let outputs = shard == nil ? test.outputs(in: folder) + [scores].compactMap(\.self) : []
    try results.check(
      outputs, reading: test.inputFiles + options.inputFiles + place.kept, begunIn: place.begunJournal,
      orGive: "give another --output-dir")
    let model = try options.model(config, streams: streams.count)
    let run = try Resuming(
      place, test.identity(model, isStill: still), config, test.plan, isReplacing: results.overwrite)
    let progress = Progress(
      "testing", total: test.keyFrameCount, unit: "key frame", before: run.doneCount,
      parts: (test.views.views.count, "view"))
    let detections = try Interruption.stoppable {
      let found = try test.run(
        model: model, journal: run.journal, isStill: still, stopsAtDamage: damage.stops,
        isToStop: { Interruption.isAsked }
      ) {
        progress.update($0)
        place.update($0)
      }
      if Interruption.isAsked { throw try interrupted(test, found, in: place, run.journal) }
      return found
    }
    progress.finish()
    try damage.say(detections.damage, of: test.keyFrameCount, isShard: shard != nil)
    if let shard {
      try place.completeShard(shard, detections.damage)
      return try damage.finish(detections.damage, of: test.keyFrameCount)
    }
    try run.journal.beginResults(outputs)
    for path in try test.write(detections, to: folder) { Console.say("wrote \(path)") }
    Leftovers.endPart(AVATest.part(in: folder), run.journal)
    if let scores {
      try detections.writeScores(scores)
      Console.say("wrote \(scores)")
    }
    let result = try test.groundTruth.map { try TestSummary(test.labels, detections, $0, of: test.keyFrameCount) }
    try place.complete(detections.damage, mAP: result?.mAP)
    result?.show()
    // The table of classes may lie between.
    notices.repeatIfFar(linesOnStdout: test.groundTruth == nil ? 0 : test.labelMap.labels.count)
    try damage.finish(detections.damage, of: test.keyFrameCount)
  }

  /// Keeps the rows of the key frames that were scored.
  private func interrupted(
    _ test: AVATest, _ found: Detections, in place: RunPlace, _ journal: RunJournal
  ) throws -> Interrupted {
    let count = "\(found.keyFrameCount) of \(counted(test.keyFrameCount, "key frame"))"
    if found.keyFrameCount == 0 {
      let views = journal.isEmpty ? "" : "; the same command goes on from the views that were"
      return Interrupted("\(count) scored, nothing written\(views)")
    }
    if test.shard != nil { return Interrupted("\(count) scored, the same command goes on from there") }
    try journal.beginResults([AVATest.part(in: place.folder)])
    return Interrupted(
      "\(count) scored (the same command goes on from there), their rows are in "
        + "\(try test.writePart(found, to: place.folder))")
  }

  /// What will be passed over: said before hours are spent.
  private func missingFrames(_ test: AVATest) -> [String] {
    test.missingFrames.map {
      "\($0): key frames that need them will be passed over -> check the frame list and the frame folder, or give "
        + "--damaged stop"
    }
  }

  /// What of the inputs was of no use or may surprise.
  func notices(_ test: AVATest) -> [String] {
    if test.lateKeyFrames.isEmpty { return test.notices }
    let late =
      "\(counted(test.lateKeyFrames.count, "key frame")) beyond the last listed frame, which is repeated: "
      + listed(test.lateKeyFrames)
    return test.notices + [late]
  }
}

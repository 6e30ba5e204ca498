internal import ArgumentParser
internal import Configuration
internal import Detect
internal import Files
internal import Inference
internal import Tensors
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
      under PySlowFast's protocol.
      """)

  @OptionGroup var options: ModelOptions

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

  func validate() throws { try checkOverrides(options.arguments) }

  func run() throws {
    let config = try options.load(options.arguments, adding: outputDir.map { ["OUTPUT_DIR", pythonString($0)] } ?? [])
    guard config.bool("DETECTION.ENABLE"), config.string("TEST.DATASET") == "ava" else {
      throw NotYet("testing classification (TEST.DATASET \(config.string("TEST.DATASET")), DETECTION.ENABLE False)")
    }
    let test = try AVATest(config)
    let notices = notices(test)
    for notice in notices { Console.warn(notice) }
    for path in test.outputs(in: config.string("OUTPUT_DIR")) + [scores].compactMap(\.self) { try checkWritable(path) }
    let model = try options.model(config)
    let progress = Progress("testing", total: test.keyFrameCount, unit: "key frames")
    let detections = try test.run(model: model, isStill: still) { progress.update($0) }
    progress.finish()
    for path in try test.write(detections, to: config.string("OUTPUT_DIR")) { Console.say("wrote \(path)") }
    if let scores {
      try detections.scores.writeNPY(scores)
      Console.say("wrote \(scores)")
    }
    if let groundTruth = test.groundTruth { try TestResult(test, detections, groundTruth).show() }
    // Said before the run so that it can be stopped, and again where it is not scrolled away.
    for notice in notices { Console.say("note: \(notice)") }
  }

  /// What of the inputs was of no use or may surprise.
  private func notices(_ test: AVATest) -> [String] {
    if test.lateKeyFrames.isEmpty { return test.notices }
    let late =
      "\(counted(test.lateKeyFrames.count, "key frame")) beyond the last listed frame, which is repeated: "
      + listed(test.lateKeyFrames)
    return test.notices + [late]
  }
}

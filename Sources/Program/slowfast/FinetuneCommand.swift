internal import AVARecords
internal import ArgumentParser
internal import Collectives
internal import Configuration
internal import Detect
internal import Files
internal import FineTuning
internal import Glibc
internal import Inference
internal import Kernels
internal import ModelZoo
internal import Report
internal import Trainer
internal import Video
internal import Wording

/// Fine-tuning on one's own classes.
struct FinetuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finetune",
    abstract: "Teaches a network your own classes: a new head on given weights, alone or with later stages.",
    usage: """
      slowfast finetune --cfg FILE --weights FILE --classes FILE --train FILE --val FILE --freeze backbone --output-dir DIR \
      [KEY VALUE ...]
      """,
    discussion: """
      --train and --val are AVA's rows (video, second, x1, y1, x2, y2, class, person), of frame lists (AVA.FRAME_DIR, \
      AVA.FRAME_LIST_DIR, AVA.TRAIN_LISTS, AVA.TEST_LISTS) or of --videos; or, of --videos, an export of CVAT or VIA whose \
      labels are the classes' names, or a folder of such exports. The boxes of --val are scored; with --detector those of the people \
      that it finds at the key frames of --val, as 'detect' will. With --freeze backbone the features of all boxes are \
      computed once and kept in OUTPUT_DIR/features; the head then trains in minutes. --then-stages N trains the stages behind \
      the first N with it afterwards, --freeze stages N does at once; SOLVER.* and TRAIN.BATCH_SIZE are those of this part. Every \
      epoch is validated, the best one is kept: OUTPUT_DIR/checkpoints/checkpoint_best.pyth, which 'test' and 'detect' read with \
      OUTPUT_DIR/config.yaml. index.html there shows curves and every class before and after. The same command goes on \
      where it was interrupted. docs/finetuning.md says more.
      """)

  @Option(
    name: .customLong("cfg"), help: ArgumentHelp("The PySlowFast config (YAML) of the weights.", valueName: "file"),
    completion: .file())
  var config: String

  @Option(
    help: ArgumentHelp("The weights to begin with; their head is not taken.", valueName: "file"), completion: .file())
  var weights: String

  @Option(
    help: ArgumentHelp("Your classes: a name a line, the first is class 1; or a label map (pbtxt).", valueName: "file"),
    completion: .file())
  var classes: String

  @Option(help: ArgumentHelp("Boxes with classes to learn from.", valueName: "file"), completion: .file())
  var train: String

  @Option(
    name: .customLong("val"),
    help: ArgumentHelp("Boxes with classes that are held out, of other videos.", valueName: "file"), completion: .file()
  )
  var validation: String

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Also learn from a detector's boxes, with classes where they show somebody (AVA's rows with scores). May be repeated.",
      valueName: "file"), completion: .file())
  var trainProposals: [String] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A detector's boxes to validate on (AVA's rows with scores; default: the boxes of --val). May be repeated.",
      valueName: "file"), completion: .file())
  var valProposals: [String] = []

  @OptionGroup var detectorFile: DetectorFileOptions

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A video, or a folder of videos, named as the boxes name them, in place of frame lists. May be repeated.",
      valueName: "file"), completion: .file())
  var videos: [String] = []

  @Option(
    help: ArgumentHelp(
      "Of another tool's boxes: one key frame in so many seconds (default: every moment that has boxes).",
      valueName: "seconds"))
  var every: Double?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "What stays as it is: 'backbone', or 'stages N' for the first N stages.", valueName: "backbone | stages N"))
  var freeze: [String] = []

  @Option(help: ArgumentHelp("After --freeze backbone: train with the first N stages frozen.", valueName: "N"))
  var thenStages: Int?

  @Option(help: ArgumentHelp("The most epochs of the head on a frozen backbone.", valueName: "n"))
  var epochs = 40

  @Option(help: ArgumentHelp("The head's learning rate on a frozen backbone (AdamW).", valueName: "rate"))
  var learningRate = 0.002

  @Option(help: ArgumentHelp("Boxes of a step on a frozen backbone.", valueName: "n"))
  var batchSize = 64

  @Option(help: ArgumentHelp("End after so many epochs without a better held-out mAP; 0 for never.", valueName: "n"))
  var patience = 8

  @Option(
    help: ArgumentHelp(
      "Boxes of classes that a smaller share of boxes has are repeated, as in LVIS; 0 for none.", valueName: "share"))
  var repeatThreshold = 0.1

  @Option(help: ArgumentHelp("Where everything goes.", valueName: "dir"), completion: .directory)
  var outputDir: String

  @Flag(help: "Begin anew where another fine-tuning is in the folder; features that were computed stay.")
  var overwrite = false

  @OptionGroup var training: TrainingOptions

  /// What follows --freeze, word by word: two may be quoted as one.
  private var freezeWords: [String] {
    (freeze.first.map { $0.split(separator: " ").map(String.init) } ?? []) + freeze.dropFirst()
  }

  /// Pairs may follow --freeze, too.
  private var words: FreeWords {
    FreeWords(Array(freezeWords.dropFirst(freezeWords.first == "stages" ? 2 : 1)) + training.arguments)
  }

  private func freezing() throws -> Freezing {
    switch freezeWords.first {
    case "backbone": return .backbone
    case "stages":
      // A number below 0 looks like an option, and stands among the words that are none.
      let found = freezeWords.dropFirst().first ?? training.arguments.first { $0.hasPrefix("-") && Int($0) != nil }
      guard let found else {
        throw ValidationError("--freeze stages needs a number, and none follows -> give 1 or more")
      }
      guard let count = Int(found), count > 0 else {
        throw ValidationError("--freeze stages needs a number, found '\(found)' -> give 1 or more")
      }
      return .stages(count)
    case nil: throw ValidationError("Missing expected argument '--freeze <backbone | stages N>'")
    case let other?: throw ValidationError("--freeze is '\(other)' -> give backbone or stages N")
    }
  }

  func validate() throws {
    if epochs < 1 { throw ValidationError("--epochs is \(epochs) -> give 1 or more") }
    if batchSize < 1 { throw ValidationError("--batch-size is \(batchSize) -> give 1 or more") }
    if patience < 0 { throw ValidationError("--patience is \(patience) -> give 0 or more") }
    if !(learningRate > 0 && learningRate.isFinite) {
      throw ValidationError("--learning-rate is \(learningRate) -> give a number above 0")
    }
    if !(0...1 ~= repeatThreshold) { throw ValidationError("--repeat-threshold is \(repeatThreshold) -> give 0 to 1") }
    if let thenStages, thenStages < 1 { throw ValidationError("--then-stages is \(thenStages) -> give 1 or more") }
    if let every, !(every >= 0.001 && every.isFinite) {
      throw ValidationError("--every is \(every) -> give seconds, at least 0.001")
    }
    if outputDir.isEmpty {
      throw ValidationError("--output-dir needs a folder, found none -> is a shell variable empty?")
    }
    if detectorFile.detector != nil {
      if !valProposals.isEmpty {
        throw ValidationError(
          "--val-proposals and --detector: held-out boxes come from one of them -> leave one out")
      }
      if videos.isEmpty {
        throw ValidationError(
          "--detector looks at videos -> give --videos, or the boxes that it has found in them as --val-proposals")
      }
    }
    let freezing = try freezing()
    if thenStages != nil, freezing != .backbone {
      throw ValidationError("--then-stages follows --freeze backbone -> give one of both")
    }
    try words.check()
    let spoken =
      Self.spoken + (detectorFile.detector == nil ? [] : [(Key.avaDetectionScoreThresh.name, "--person-score")])
    for key in words.keys {
      guard let (key, option) = spoken.first(where: { $0.key == key }) else { continue }
      throw ValidationError("\(key) is what \(option) says -> leave it out")
    }
  }

  /// The keys that options say: what is given beside them would mean nothing.
  private static let spoken: [(key: String, option: String)] = [
    (Key.trainCheckpointFilePath.name, "--weights"), (Key.outputDir.name, "--output-dir"),
    (Key.modelNumClasses.name, "--classes"), (Key.avaLabelMapFile.name, "--classes"),
    (Key.avaTrainGtBoxLists.name, "--train"), (Key.avaTrainPredictBoxLists.name, "--train-proposals"),
    (Key.avaGroundtruthFile.name, "--val"), (Key.avaTestPredictBoxLists.name, "--val-proposals"),
  ]

  /// AVA's rows made of another tool's boxes, or of the held-out ones: drafts until the run is known to fit.
  struct Annotations {
    let folder: String
    /// By the path that they are going to have.
    var drafts: [String: String] = [:]

    /// What there may be.
    private static let names = ["train", "val", "val-boxes", "val-people"]

    /// Called as files are that are being written: of a process that was killed the next one deletes them.
    private static func draft(_ name: String, in folder: String) -> String {
      joinPath(folder, ".\(name).csv.\(getpid()).0.partial")
    }

    /// - Returns: The path that rows are going to have, which `write` has written or will write.
    mutating func expect(_ name: String) -> String {
      precondition(Self.names.contains(name), "drafts are known")
      let path = joinPath(folder, name + ".csv")
      drafts[path] = Self.draft(name, in: folder)
      return path
    }

    func write(_ path: String, _ write: (String) throws -> Void) throws {
      try makeFolder(folder)
      try write(reading(path))
    }

    mutating func add(_ name: String, _ write: (String) throws -> Void) throws -> String {
      let path = expect(name)
      try self.write(path, write)
      return path
    }

    /// Removes what has not taken its place.
    func discard() { Self.discard(in: folder) }

    /// The same of whatever may be there.
    static func discard(in folder: String) {
      for name in names { removeFile(draft(name, in: folder)) }
      removeFolder(folder)
    }

    func reading(_ path: String) -> String { drafts[path] ?? path }
  }

  /// AVA's rows: those that are given, or those of another tool's boxes, in a file of their own.
  private func rows(
    _ path: String, _ split: String, _ labels: LabelMap, _ videos: [String], _ annotations: inout Annotations
  ) throws -> String {
    let catalog = try videos.isEmpty ? nil : FrameCatalog(videos: videos)
    let places = (catalog?.names ?? []).compactMap { name in catalog?.path(of: name).map { (name: name, path: $0) } }
    guard let boxes = try LabelledBoxes(path: path, labels: labels, videos: places, every: every) else {
      return absolutePath(path)
    }
    for line in boxes.remarks { Console.say(line) }
    for line in boxes.notices { Console.warn(line) }
    return try annotations.add(split) { try boxes.write(to: $0) }
  }

  /// The boxes of rows as a test takes them, in a file of their own: each once, without a class, with a score of 1.
  private func scoredBoxes(_ path: String, _ annotations: inout Annotations) throws -> String {
    let bytes = try readFile(annotations.reading(path), doing: "reading the held-out boxes")
    var known: Set<String> = []
    var rows = ""
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      let box = line.split(separator: ",", omittingEmptySubsequences: false).prefix(6).joined(separator: ",")
      if known.insert(box).inserted { rows += "\(box),,1.0\n" }
    }
    return try annotations.add("val-boxes") { try writeFile($0, rows) }
  }

  /// Makes sure that nothing that is read goes, or gets another content.
  private func checkReplaces(_ files: [String]) throws {
    var guards = (RunInputs.boxes(train) + .boxes(validation)).guards
    for file in files + [joinPath(outputDir, "finetune.json")] {
      try guards.refuseJoining(file, orGive: "give another --output-dir")
    }
    let read =
      [("--cfg", config), ("--weights", weights), ("--classes", classes), ("--train", train), ("--val", validation)]
      + trainProposals.map { ("--train-proposals", $0) } + valProposals.map { ("--val-proposals", $0) }
      + [("--detector", detectorFile.detector)].compactMap { name, path in path.map { (name, $0) } }
      + videos.map { ("--videos", $0) }
    for file in files {
      for (option, path) in read where isRegularFile(path) && isSameFile(file, path) {
        throw ValidationError(
          "\(option) '\(path)' is read, and fine-tuning into '\(outputDir)' would \(overwrite ? "remove or " : "")replace it -> "
            + "give another --output-dir, or a copy of the file elsewhere")
      }
    }
  }

  private func list(_ paths: [String]) -> String { pythonList(paths.map(absolutePath)) }

  /// The videos, those of folders one by one; folders of pictures are videos.
  private func allVideos() throws -> [String] {
    let given = try AnnotatedVideos(videos, boxes: [train, validation])
    if every != nil {
      let idle = zip(given.haveRows, [train, validation]).filter(\.0).map { "'\($0.1)'" }
      if idle.count == 2 {
        throw ValidationError(
          "--every chooses among another tool's boxes, and \(series(idle, "and")) have AVA's rows -> leave it out")
      }
      for file in idle { Console.warn("--every does not apply to \(file): AVA's rows are taken as they are") }
    }
    for line in given.remarks { Console.say(line) }
    for line in given.notices { Console.warn(line) }
    return given.paths
  }

  /// - Parameter threshold: The score from which on a detector's people count; nil for the configuration's.
  private func configuration(
    _ train: String, _ validation: String, _ proposals: [String], _ labels: LabelMap, _ threshold: Double?
  ) throws -> Configuration {
    var pairs: [String] = [
      Key.trainCheckpointFilePath.name, pythonString(weights), Key.outputDir.name, pythonString(outputDir),
      Key.modelNumClasses.name, "\(labels.labels.count)", Key.avaTrainGtBoxLists.name, list([train]),
      Key.avaTrainPredictBoxLists.name, list(trainProposals), Key.avaGroundtruthFile.name,
      pythonString(validation), Key.avaExclusionFile.name, "''",
      Key.avaLabelMapFile.name, pythonString(absolutePath(joinPath(outputDir, "labelmap.pbtxt"))),
      Key.avaTestPredictBoxLists.name, list(proposals),
    ]
    if let threshold { pairs += [Key.avaDetectionScoreThresh.name, "\(threshold)"] }
    return try Configuration.load(path: config, overrides: words.overrides + pairs, rules: RunRules())
  }

  private func options(
    _ videos: [String], _ proposals: [String], _ annotations: Annotations
  ) throws -> FineTuningOptions {
    var options = FineTuningOptions(try freezing())
    options.thenStages = thenStages
    options.epochs = epochs
    options.learningRate = learningRate
    options.batchSize = batchSize
    options.patience = patience == 0 ? nil : patience
    options.repeatThreshold = repeatThreshold
    options.validationProposals = proposals
    options.videos = videos
    options.workers = training.workers
    options.drafts = annotations.drafts
    options.overwrites = overwrite
    return options
  }

  func run() throws {
    do { try checkIsAlone(doing: "fine-tuning") } catch {
      if launchedRank() == 0 { throw error }
      // The first one says it for all; the launcher ends those that still wait.
      Interruption.silence()
      sleep(1)
      throw ExitCode.failure
    }
    // A folder may hold an export for each video.
    for path in [train, validation].filter({ !isFolder($0) }) + trainProposals + valProposals {
      try checkReadable(path, doing: "reading boxes")
    }
    let labels = try ClassList.read(path: classes)
    let videos = try allVideos()
    let folders = NewFolders(outputDir)
    let lock = try FolderLock(outputDir)
    defer {
      lock.release()
      folders.removeEmpty()
    }
    for inner in ["head", "stages", "features", "annotations", "checkpoints"] { lock.deleteLeftovers(andIn: inner) }
    let rowsFolder = absolutePath(joinPath(outputDir, "annotations"))
    var annotations = Annotations(folder: rowsFolder)
    defer { annotations.discard() }
    Interruption.setCleanUp {
      Annotations.discard(in: rowsFolder)
      folders.removeEmpty()
    }
    let train = try rows(train, "train", labels, videos, &annotations)
    let validation = try rows(validation, "val", labels, videos, &annotations)
    let engine = training.engine()
    let loaded = try detectorFile.detector.map { try detectorFile.load($0, engine) }
    let proposals = loaded == nil ? valProposals : [annotations.expect("val-people")]
    let scored = try proposals.isEmpty ? [scoredBoxes(validation, &annotations)] : proposals
    let config = try configuration(
      train, validation, scored, labels, loaded.map { detectorFile.threshold($0) })
    try checkReplaces(FineTuning.replaced(config) + annotations.drafts.keys.sorted())
    for notice in config.notices { Console.warn(notice) }
    let found = annotations
    let findingPeople: (() throws -> Void)? = loaded.map { loaded in
      { try people(loaded, in: videos, at: validation, as: proposals[0], found) }
    }
    let tuning = try FineTuning(
      config, labels: labels, options(videos, proposals, annotations), engine: engine, findingPeople: findingPeople)
    for notice in tuning.notices { Console.warn(notice) }
    let result = try Interruption.stoppable {
      let result = try tuning.run(listener())
      if result.isComplete { return result }
      let kept = "features\(overwrite && !tuning.hasBegunAnew ? "" : " and whole epochs") are kept in '\(outputDir)'"
      throw Interrupted(
        "\(kept): the same command\(tuning.hasBegunAnew ? " without --overwrite" : "") goes on from them")
    }
    let report = FineTuningReport(
      result: result, config: splitPath(self.config).name, weights: splitPath(weights).name, freezing: try freezing(),
      thenStages: thenStages)
    try result.writeJSON(to: joinPath(outputDir, "finetune.json"))
    let page = try writeReport(report.page.html, folder: outputDir)
    print(report.text, terminator: "")
    Console.say("wrote the report \(page.path)")
  }

  private func listener() -> FineTuning.Listener {
    var bars: [String: Progress] = [:]
    let reporter = TrainingReporter(isShown: true)
    return FineTuning.Listener(
      isToStop: { Interruption.isAsked },
      say: {
        reporter.finish()
        Console.say($0)
      },
      features: { split, done, total in
        let title = split == "validation" ? "validating" : "features of \(split)"
        let bar = bars[split] ?? Progress(title, total: total, unit: "key frame", before: done)
        bars[split] = bar
        bar.update(done)
        if done == total {
          bar.finish()
          bars[split] = nil
        }
      }, steps: { reporter.show(done: $0, total: $1, line: $2) })
  }
}

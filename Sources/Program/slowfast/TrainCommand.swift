internal import AVAEval
internal import ArgumentParser
internal import ClassificationEval
internal import Collectives
internal import Configuration
internal import Detect
internal import Files
internal import Inference
internal import Kernels
internal import ModelZoo
internal import Parallel
internal import Runs
internal import TextReports
internal import Trainer
internal import TrainingLog
internal import Video
internal import VideoModels
internal import Wording

/// Training, as PySlowFast's run_net.py does it.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a network as its config says, and tests it.",
    discussion: """
      Reads the lists of TRAIN.DATASET (ava, kinetics, charades, ssv2), begins with the weights of \
      TRAIN.CHECKPOINT_FILE_PATH or with random ones, and writes checkpoints that PySlowFast loads to \
      OUTPUT_DIR/checkpoints every TRAIN.CHECKPOINT_PERIOD epochs. Every TRAIN.EVAL_PERIOD epochs it validates. After the \
      last epoch the network is tested where TEST.ENABLE is set. The same command goes on from the last checkpoint \
      (TRAIN.AUTO_RESUME); a training that begins anew needs a folder without checkpoints, or --overwrite. stdout.log, \
      metrics.jsonl, curves.html and curves.png in OUTPUT_DIR show how it goes, and TensorBoard's events where \
      TENSORBOARD.ENABLE is set. Started by mpirun or srun, all processes train together, each on TRAIN.BATCH_SIZE clips. \
      docs/training.md says more.

      --replay does recorded steps of PySlowFast's own training once more and compares losses, gradients and weights.
      """)

  @Option(
    name: .customLong("cfg"), help: ArgumentHelp("A PySlowFast config (YAML).", valueName: "file"), completion: .file())
  var config: String?

  @Option(
    help: ArgumentHelp("The weights to begin with. Short for TRAIN.CHECKPOINT_FILE_PATH.", valueName: "file"),
    completion: .file())
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "Where everything goes (default: the current folder). Short for OUTPUT_DIR.", valueName: "dir"),
    completion: .directory)
  var outputDir: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Of AVA: a video, or a folder of videos, named as the boxes name them, in place of frame lists. May be repeated.",
      valueName: "file"), completion: .file())
  var videos: [String] = []

  @Option(
    help: ArgumentHelp(
      "A folder of recorded steps: batches, and what came of them.", valueName: "dir"), completion: .directory)
  var replay: String?

  @Option(help: ArgumentHelp("With --replay, how many epochs were recorded.", valueName: "n"))
  var epochs: Int?

  @Flag(
    help:
      "Begin anew where another training is in the folder: its checkpoints, its log and its curves are removed first.")
  var overwrite = false

  @OptionGroup var options: TrainingOptions

  var words: FreeWords { FreeWords(options.arguments) }

  func validate() throws {
    if let epochs, epochs < 1 { throw ValidationError("--epochs is \(epochs) -> give 1 or more") }
    if (config == nil) == (replay == nil) {
      throw ValidationError(
        config == nil
          ? "nothing to train -> give --cfg FILE" : "--cfg and --replay exclude each other -> give one of them")
    }
    if epochs != nil && replay == nil {
      throw ValidationError("--epochs is for --replay -> set SOLVER.MAX_EPOCH")
    }
    if replay != nil, overwrite { throw ValidationError("--overwrite is for --cfg -> leave it out") }
    if replay != nil, let word = options.arguments.first {
      throw ValidationError("a replay has its own configuration -> leave '\(word)' out")
    }
    try words.check()
    try words.check("--weights", weights, isShortFor: Key.trainCheckpointFilePath.name)
    try words.check("--output-dir", outputDir, isShortFor: Key.outputDir.name)
  }

  func run() throws {
    if let replay { return try replayed(replay) }
    // What follows is done by one process: the others have ended.
    try withProcessGroup { try train($0) }?()
  }

  /// The configuration of the call.
  private func configuration() throws -> Configuration {
    var pairs = words.overrides
    if let weights { pairs += [Key.trainCheckpointFilePath.name, pythonString(weights)] }
    if let outputDir { pairs += [Key.outputDir.name, pythonString(outputDir)] }
    let loaded = try Configuration.load(path: config ?? "", overrides: pairs, rules: RunRules())
    _ = try Architecture(training: loaded)
    // Files of configurations for tests switch training off; this command is to train all the same.
    if !loaded[.trainEnable], loaded.source(of: Key.trainEnable) == .override {
      throw ValidationError("TRAIN.ENABLE is False, and this command trains -> leave it out, or use slowfast test")
    }
    return loaded
  }

  /// The videos, those of folders one by one; folders of pictures are videos. Other data sets than AVA have none.
  private func allVideos(_ config: Configuration, isFirst: Bool) throws -> [String] {
    if videos.isEmpty || !config[.detectionEnable] { return videos }
    let lists = config[.avaTrainGtBoxLists].map { joinPath(config[.avaAnnotationDir], $0) }
    // What is not there is said with the key that names it.
    let given = try AnnotatedVideos(videos, boxes: lists.filter(pathExists))
    if isFirst {
      for line in given.remarks { Console.say(line) }
      for line in given.notices { Console.warn(line) }
    }
    return given.paths
  }

  /// - Returns: What is left to do once the group has ended; nil for nothing.
  private func train(_ group: any ProcessGroup) throws -> (() throws -> Void)? {
    let isFirst = group.rank == 0
    // The first one says for all what has ended them.
    if !isFirst { Interruption.silence() }
    let config = try configuration()
    let test = isFirst ? try test(config) : nil
    if isFirst {
      for notice in config.notices { Console.warn(notice) }
      if config[.numShards] > 1, config[.numShards] != group.size {
        Console.warn(
          "\(config.cite(.numShards)): \(counted(group.size, "process trains", plural: "processes train")), for a launcher says "
            + "how many there are -> mpirun -n \(config[.numShards]) slowfast train ... (docs/training.md)")
      }
    }
    // Processes of one machine share its processors.
    let engine = options.engine(usual: group.localSize > 1 ? max(1, availableProcessors() / group.localSize) : nil)
    // Folders that are made for a call that is refused go again.
    let folders = NewFolders(config[.outputDir])
    if isFirst { Interruption.setCleanUp { folders.removeEmpty() } }
    let lock = isFirst ? try FolderLock(config[.outputDir]) : nil
    defer {
      lock?.release()
      if isFirst { folders.removeEmpty() }
    }
    lock?.deleteLeftovers(andIn: splitPath(checkpointFolder(config)).name)
    let training = try group.together {
      // Beside this training's checkpoints they are its own test's; those of another training are refused first.
      if isFirst, let test, !overwrite, try epochCheckpoints(config, ofAnyTask: true).isEmpty {
        let results = test.resultFiles(config).filter(pathExists)
        if !results.isEmpty { throw ResultsReplaced(paths: results) }
      }
      let videos = try allVideos(config, isFirst: isFirst)
      return try TrainingRun(
        config, engine: engine, videos: videos, workers: options.workers, overwrites: overwrite, group: group)
    }
    // A warning stays in the log, where one looks later, too.
    var remarks: [String] = []
    let validation: ((String) throws -> TrainingRun.Validation)? = try group.together {
      isFirst
        ? try self.validation(config, engine) {
          Console.warn($0)
          remarks.append($0)
        } : nil
    }
    if isFirst {
      for notice in training.notices { Console.say(notice) }
      let processes = group.size > 1 ? "; \(group.size) processes (\(group.carrier))" : ""
      let left = training.epochs - training.firstEpoch
      if left > 0 {
        Console.say(
          "training \(counted(left, "epoch")) of \(training.epochs), \(counted(training.clipsOfStep, "clip")) a step\(processes)"
        )
      }
    }
    let reporter = TrainingReporter(isShown: isFirst)
    let again = sameCommand(config)
    Interruption.setLoss("the epoch at hand is lost; \(again) goes on from the last checkpoint")
    let ending: TrainingRun.Ending
    var hasStopped = false
    do {
      ending = try Interruption.stoppable {
        let ending = try training.run(
          isToStop: { Interruption.isAsked }, validate: validation, remarks: remarks,
          say: { if isFirst { Console.say($0) } }, progress: reporter.show)
        reporter.finish()
        hasStopped = true
        if ending.isComplete { return ending }
        throw Interrupted(
          ending.checkpoint.map {
            "the epoch at hand is lost, '\($0)' is the last checkpoint: \(again) goes on from it"
          }
            ?? "no epoch was saved yet: the same command begins anew")
      }
    } catch let interrupted as Interrupted where hasStopped {
      // All processes have stopped after the same step: none is waited for.
      if isFirst, group.size > 1 {
        // The launcher ends all of them, and passes nothing on, once one has ended by a signal.
        Console.say(interrupted.description)
        Interruption.silence()
      }
      return { throw interrupted }
    }
    Interruption.setLoss(test == nil ? nil : "all epochs are saved; \(again) goes on with the test")
    if !isFirst { return nil }
    if training.firstEpoch < training.epochs {
      Console.say(
        "trained in \(duration(ending.seconds)); waited for data \(fixed(100 * ending.dataShare, 1)) % of the time"
          + (ending.unreadable > 0 ? "; \(counted(ending.unreadable, "sample")) could not be read" : ""))
    } else {
      Console.say(
        training.epochs == 1 ? "the epoch is done already" : "all \(training.epochs) epochs are done already")
    }
    guard let checkpoint = ending.checkpoint, config[.testEnable] else { return nil }
    guard var test else {
      Console.say("not tested: what was trained has no classes -> train a head on '\(checkpoint)' (docs/training.md)")
      return nil
    }
    test.options.weights = checkpoint
    let ready = test
    // Of scores beside them the test itself says whether it goes on with them.
    let earlier = test.resultFiles(config).filter { !overwrite && pathExists($0) && !$0.hasSuffix(".journal") }
    return {
      if !earlier.isEmpty {
        Console.say("the test replaces \(series(earlier.map { "'\($0)'" }, "and")), of an earlier call in this folder")
      }
      if group.size > 1 { Console.say("the first of \(group.size) processes tests; the others are done") }
      // A folder that a key names is among the keys.
      let folder = words.keys.contains(Key.outputDir.name) ? [] : option("--output-dir", config[.outputDir])
      let forced = options.convolution.map { ["--convolution", $0.rawValue] } ?? []
      let call =
        ["test"] + option("--cfg", self.config ?? "") + folder + option("--weights", checkpoint)
        + ["--damaged", "skip"] + forced
      let next = NextCalls(
        goingOn: again,
        takingLess: "slowfast \(call.map(shellWord).joined(separator: " ")), with the keys of this call",
        stopping: nil)
      if let result = try ready.run(ready.configuration(), shard: nil, next) {
        for notice in try training.record(result) { Console.warn(notice) }
      }
    }
  }

  /// The test of the last checkpoint after a training, as the reference does it, without its weights. What is wrong with it is said
  /// before anything is trained.
  ///
  /// - Returns: nil where there is none, and where what is trained has no classes.
  private func test(_ config: Configuration) throws -> TestCommand? {
    if !config[.testEnable] || ContrastivePretraining.isNamed(by: config) { return nil }
    let weights = Key.testCheckpointFilePath.name
    if words.keys.contains(weights) {
      throw ValidationError(
        "\(weights) is given, and the test after a training is of its last checkpoint -> leave it out, or set TEST.ENABLE False"
      )
    }
    // In one word, for names that begin with a dash.
    var call = ["--cfg=\(self.config ?? "")", "--output-dir=\(config[.outputDir])", "--overwrite"]
    if let threads = options.threads { call += ["--threads", "\(threads)"] }
    if let forced = options.convolution { call += ["--convolution", forced.rawValue] }
    let pairs = words.overrides
    // What follows is no option: keys may have values that read like one of the test's.
    call.append("--")
    for index in stride(from: 0, to: pairs.count, by: 2) where pairs[index] != Key.outputDir.name {
      call += pairs[index...index + 1]
    }
    let test = try TestCommand.parse(call)
    do { try test.check(config) } catch {
      Console.warn(
        "the test after the training will fail: \(withoutAdvice(error)) -> correct it, or set TEST.ENABLE False and call slowfast test "
          + "on the last checkpoint")
    }
    return test
  }

  /// What validates a checkpoint; nil where there is nothing to validate with.
  ///
  /// - Parameter warn: Told why nothing is validated, or not everything.
  private func validation(
    _ config: Configuration, _ engine: Engine, warn: (String) -> Void
  ) throws -> ((String) throws -> TrainingRun.Validation)? {
    let without =
      "; to train without a validation: \(Key.avaTestLists.name) []"
      + (config[.testEnable] ? " \(Key.testEnable.name) False" : "")
    // What is trained has no classes.
    if ContrastivePretraining.isNamed(by: config) { return nil }
    if config[.detectionEnable] {
      if config[.avaTestLists].isEmpty {
        warn("nothing is validated, as \(config.cite(.avaTestLists)) asks")
        return nil
      }
      let test: AVATest
      do { test = try AVATest(config) } catch {
        // Where all else is there, a disk is not: that is no training without a validation.
        if case .framesMissing? = error as? AVATestError { throw PicturesMissing(description: "\(error)\(without)") }
        warn("nothing is validated: \(withoutAdvice(error))")
        return nil
      }
      guard test.groundTruth != nil else {
        warn("nothing is validated: AVA.GROUNDTRUTH_FILE is not there")
        return nil
      }
      if let missing = test.missingPictures {
        let of = missing.count == test.keyFrameCount ? "all" : "\(missing.count) of"
        let words =
          "validating: pictures of \(of) \(counted(test.keyFrameCount, "key frame")) are not there, the first would be "
          + "'\(missing.first)' (\(config.cite(.avaFrameDir)))"
        if missing.count == test.keyFrameCount {
          throw PicturesMissing(description: words + " -> bring the pictures that are missing" + without)
        }
        warn(words + ": these are not judged")
      }
      var told: Set<String> = []
      return { path in
        var own = config
        try own.apply(overrides: [Key.testCheckpointFilePath.name, pythonString(path)])
        let model = try LoadedModel(own, WeightOptions(), engine: engine)
        let found: Detections
        do {
          found = try test.run(model: model, stopsAtDamage: false, isToStop: { Interruption.isAsked }) { _ in }
        } catch let error as ClipRunError {
          throw TrainingRun.ScoresNotFinite(reason: withoutAdvice(error))
        }
        if Interruption.isAsked { throw Interrupted(unvalidated(config)) }
        guard let truth = test.groundTruth else { return TrainingRun.Validation() }
        let damage = found.damage
        if found.keyFrameCount == 0, !damage.isEmpty {
          throw DamageFound(
            description:
              "validating: no key frame could be scored -> look whether the disk with the frames is there:\n  "
              + damage.lines().prefix(3).joined(separator: "\n  "))
        }
        var validation = TrainingRun.Validation(
          map: try TestSummary(test.labels, found, truth, of: test.keyFrameCount).mAP)
        if !damage.isEmpty {
          validation.lacking = (count: damage.keyFrames.count, of: test.keyFrameCount, unit: "key frame")
          validation.remarks = damage.lines().filter { told.insert($0).inserted }.map { "not validated: \($0)" }
        }
        return validation
      }
    }
    let clips: ClipValidation
    do { clips = try ClipValidation(config, engine: engine, workers: options.workers) } catch {
      warn("nothing is validated: \(withoutAdvice(error))")
      return nil
    }
    return { path in
      let found = try clips.run(path, isToStop: { Interruption.isAsked }) { scores, labels in
        let sets = labels.map { row in row.indices.filter { row[$0] > 0 } }
        return MeanAveragePrecision(clips: 1, scores: scores, labels: sets).percent / 100
      }
      guard let found else { throw Interrupted(unvalidated(config)) }
      return found
    }
  }

  private func unvalidated(_ config: Configuration) -> String {
    "the validation was not finished: \(sameCommand(config)) does it again, from the last checkpoint"
  }

  /// The command that goes on with this training: what begins anew would remove its checkpoints.
  private func sameCommand(_ config: Configuration) -> String {
    "the same command" + (overwrite ? " without --overwrite" : "")
      + (config[.trainAutoResume] ? "" : (overwrite ? " and" : "") + " with \(Key.trainAutoResume.name) True")
  }
}

/// An option with its value, as words of a call.
private func option(_ name: String, _ value: String) -> [String] {
  value.hasPrefix("-") ? ["\(name)=\(value)"] : [name, value]
}

/// Pictures that AVA's validation needs, and that are not there.
private struct PicturesMissing: Error, CustomStringConvertible {
  let description: String
}

/// A first training whose test would replace what another call has found.
private struct ResultsReplaced: Error, CustomStringConvertible {
  let paths: [String]

  var description: String {
    "training: the test after it would replace \(series(paths.map { "'\($0)'" }, "and")), which \(paths.count == 1 ? "is" : "are") there "
      + "already -> move \(paths.count == 1 ? "it" : "them") elsewhere, give another OUTPUT_DIR, or set TEST.ENABLE False"
  }
}

public import AVARecords
internal import Checkpoint
internal import Clips
public import Configuration
internal import Files
internal import Inference
public import Kernels
internal import ModelZoo
internal import NN
internal import Optimization
internal import Runs
internal import Tensors
internal import Trainer
internal import TrainingData
internal import Video
internal import VideoModels
internal import Wording

/// A network that learns one's own classes: a new head on given weights, alone or with some of the backbone's stages.
///
///     OUTPUT_DIR/labelmap.pbtxt, config.yaml    the classes, and what tests the network
///     OUTPUT_DIR/features/                      what a frozen backbone makes of the boxes
///     OUTPUT_DIR/head/, stages/                 each phase: how far it is, its checkpoints and logs
///     OUTPUT_DIR/checkpoints/                   the best weights
///
/// Not for several threads at once.
public final class FineTuning {
  public let config: Configuration
  public let labels: LabelMap
  public let options: FineTuningOptions
  /// What the user should know of lists and weights, before anything is computed.
  public private(set) var notices: [String] = []
  let engine: Engine
  let training: AVATraining
  private(set) var validation: AVATraining
  let judge: FrameJudge
  /// What the numbers of all phases depend on.
  private(set) var identity: PhaseIdentity
  let seed: UInt64
  let settings: PhaseSettings
  /// What tests, detections and PySlowFast read beside the weights.
  let written: WrittenConfiguration
  /// Whether what an earlier fine-tuning had in the folder is gone, as the options wanted: what is there is this one's.
  public private(set) var hasBegunAnew = false
  /// What makes features, from when it is first asked for until they are there.
  var featureNetwork: LoadedModel?

  /// What came of it.
  public struct Result: Sendable {
    /// A phase that was done.
    public struct Phase: Sendable {
      public let title: String
      /// The curves as a PNG; nil where no font is installed.
      public let curves: [UInt8]?
      /// From 1; nil where no epoch was done.
      public let bestEpoch: Int?
      public let epochs: Int
      /// How long this run has trained, and waited for data meanwhile.
      public let seconds: Double
      public let waited: Double
    }

    /// Whether it went to its end.
    public let isComplete: Bool
    public let phases: [Phase]
    /// How well the classes are found: first before all training, then by the best epoch of each phase.
    public let scores: [(title: String, scores: ClassScores)]
    /// The best weights; nil where it was stopped before there were any.
    public let checkpoint: String?
    /// The place in ``scores`` of what they reach.
    public let best: Int
    public let trainingBoxes: Int
    public let validationBoxes: Int
    /// How many held-out key frames could not be read, and so were not judged, of all; nil for none.
    public let lacking: (count: Int, of: Int)?
    /// How often boxes, or key frames, with each class come in an epoch, as a factor.
    public let repeats: [Double]
  }

  /// What a run tells while it goes on.
  public struct Listener {
    /// Asked between steps.
    public var isToStop: () -> Bool
    /// A line of what happened.
    public var say: (String) -> Void
    /// Features of key frames that are done, of how many; the name of the split. First told of those that were done before.
    public var features: (_ split: String, _ done: Int, _ total: Int) -> Void
    /// Steps that are done, of how many, and a line for people.
    public var steps: (_ done: Int, _ total: Int, _ line: String) -> Void

    public init(
      isToStop: @escaping () -> Bool = { false }, say: @escaping (String) -> Void = { _ in },
      features: @escaping (String, Int, Int) -> Void = { _, _, _ in },
      steps: @escaping (Int, Int, String) -> Void = { _, _, _ in }
    ) {
      (self.isToStop, self.say, self.features, self.steps) = (isToStop, say, features, steps)
    }
  }

  /// Reads lists, classes and ground truth, and makes sure that what the folder has is of this fine-tuning; no video is decoded.
  ///
  /// - Parameters:
  ///   - config: `TRAIN.CHECKPOINT_FILE_PATH` are the weights to begin with, `AVA.TRAIN_GT_BOX_LISTS` and
  ///     `AVA.TRAIN_PREDICT_BOX_LISTS` what is learned from, `AVA.TEST_LISTS` and `AVA.GROUNDTRUTH_FILE` what is held out.
  ///   - labels: Of ids 1 to `MODEL.NUM_CLASSES`.
  ///   - findingPeople: Writes the options' ``FineTuningOptions/validationProposals`` where they are still to be found, at the key
  ///     frames of the ground truth. Called once nothing else is wrong.
  /// - Throws: What is wrong with the configuration, the lists, the classes or the folder, and what `findingPeople` throws.
  public init(
    _ config: Configuration, labels: LabelMap, _ options: FineTuningOptions, engine: Engine,
    findingPeople: (() throws -> Void)? = nil
  ) throws {
    (self.config, self.labels, self.options, self.engine) = (config, labels, options, engine)
    seed = UInt64(bitPattern: Int64(config[.rngSeed]))
    try Self.check(config, labels, options)
    written = try WrittenConfiguration(config, hasVideos: !options.videos.isEmpty)
    settings = try PhaseSettings(config, classes: labels.labels.count, options, engine)
    let read = try Self.reading(config, options)
    let learned = read[.avaTrainGtBoxLists].map { joinPath(read[.avaAnnotationDir], $0) }
    training = try AVATraining(
      read, videos: Self.videos(options.videos, named: learned), names: Self.names("--train", read, .avaTrainLists))
    let truthPath = joinPath(read[.avaAnnotationDir], read[.avaGroundtruthFile])
    // A draft's own name says nothing to anybody.
    let truthName = joinPath(config[.avaAnnotationDir], config[.avaGroundtruthFile])
    validation = try Self.heldOut(
      read, truth: truthPath, proposals: findingPeople == nil ? options.proposalFiles : [], videos: options.videos)
    let truth = try GroundTruthTable.read(path: truthPath)
    // Of rows that also are the boxes to score reading them has said it.
    if let id = truth.table.actionIDs.first(where: { !labels.contains(Int($0)) }) {
      throw FineTuningError.contradiction(
        key: "'\(truthName)' has rows of class \(id)", expected: "1 to \(labels.labels.count), as there are classes",
        advice: "correct the rows, or add the class to --classes")
    }
    if truth.table.count == 0 { throw FineTuningError.noTruth(path: truthName) }
    if findingPeople == nil {
      try Self.checkMatch(validation, truth.table, path: truthName, proposals: options.validationProposals)
    }
    judge = FrameJudge(labels: labels, truth: truth.table)
    identity = try PhaseIdentity(read, labels, options, truth: truthPath, knowsPeople: findingPeople == nil)
    try checkFolder()
    try checkFeatures()
    if let findingPeople {
      try findingPeople()
      validation = try Self.heldOut(read, truth: truthPath, proposals: options.proposalFiles, videos: options.videos)
      try Self.checkMatch(validation, truth.table, path: truthName, proposals: options.validationProposals)
      identity = try PhaseIdentity(read, labels, options, truth: truthPath)
      try checkFolder()
    }
    notices = training.notices.map { "to learn from: " + $0 } + validation.notices.map { "held out: " + $0 }
    notices += doubts(truth.table)
  }

  /// The configuration with the drafts in place of the files that they are drafts of.
  private static func reading(_ config: Configuration, _ options: FineTuningOptions) throws -> Configuration {
    if options.drafts.isEmpty { return config }
    let folder = config[.avaAnnotationDir]
    func draft(_ name: String) -> String {
      let path = joinPath(folder, name)
      return options.drafts[path] ?? path
    }
    var read = config
    try read.apply(overrides: [
      Key.avaTrainGtBoxLists.name, pythonList(config[.avaTrainGtBoxLists].map(draft)),
      Key.avaGroundtruthFile.name, pythonString(draft(config[.avaGroundtruthFile])),
    ])
    return read
  }

  /// The boxes that are scored: a detector's, or where there are none those of the ground truth.
  private static func heldOut(
    _ read: Configuration, truth: String, proposals: [String], videos: [String]
  ) throws -> AVATraining {
    var held = read
    try held.apply(overrides: [
      Key.avaTrainLists.name, pythonList(read[.avaTestLists]),
      Key.avaTrainGtBoxLists.name, pythonList(proposals.isEmpty ? [absolutePath(truth)] : []),
      Key.avaTrainPredictBoxLists.name, pythonList(proposals),
    ])
    return try AVATraining(
      held, videos: Self.videos(videos, named: [truth]),
      names: names(proposals.isEmpty ? "--val" : "--val-proposals", read, .avaTestLists))
  }

  /// What messages call what a split is read from: the command's options.
  private static func names(
    _ option: String, _ config: Configuration, _ lists: Key<[String]>
  ) -> AVATraining.Names {
    AVATraining.Names(
      boxes: [], adviceForBoxes: "check \(option): the first two columns, video and second", classes: "--classes",
      adviceForClasses: "add the class to --classes", lists: config.cite(lists), lead: "")
  }

  /// Makes sure that boxes are scored where somebody does something: else nothing would be found, whatever was learned.
  ///
  /// - Throws: `FineTuningError.elsewhere`.
  private static func checkMatch(
    _ validation: AVATraining, _ truth: GroundTruthTable, path: String, proposals: [String]
  ) throws(FineTuningError) {
    let (places, keyFrames) = (Set(truth.frames), truth.keyFrames)
    let known = places.sorted().map { keyFrames[Int($0)] }
    let all = Set(known)
    if validation.samples.contains(where: { all.contains(KeyFrame(video: $0.video, time: $0.time)) }) { return }
    guard let expected = known.first, let found = validation.samples.first else { return }
    throw .elsewhere(
      truth: path, proposals: proposals, expected: "\(expected)",
      found: "\(KeyFrame(video: found.video, time: found.time))")
  }

  /// What makes a held-out number say less than it seems to.
  private func doubts(_ truth: GroundTruthTable) -> [String] {
    var lines: [String] = []
    let both = Set(validation.samples.map(\.video)).intersection(training.samples.map(\.video)).sorted()
    if !both.isEmpty {
      lines.append(
        "\(counted(both.count, "held-out video is", plural: "held-out videos are")) learned from, too (\(listed(both, limit: 3))): the held-out "
          + "mAP flatters -> hold other videos out")
    }
    let scored = Set(validation.samples.map { KeyFrame(video: $0.video, time: $0.time) })
    let missed = truth.keyFrames.filter { !scored.contains($0) }
    if !missed.isEmpty {
      lines.append(
        "\(counted(missed.count, "held-out key frame has", plural: "held-out key frames have")) rows and no box that is scored "
          + "(\(listed(missed.map { "\($0)" }, limit: 3))): their people count as missed -> are videos or boxes missing?"
      )
    }
    let known = Set(truth.keyFrames)
    let beside = validation.samples.map { KeyFrame(video: $0.video, time: $0.time) }.filter { !known.contains($0) }
    if !beside.isEmpty {
      lines.append(
        "\(counted(beside.count, "key frame has", plural: "key frames have")) boxes that are scored and no rows "
          + "(\(listed(beside.map { "\($0)" }, limit: 3))): whatever is found there counts as wrong -> leave such boxes out of --val-proposals"
      )
    }
    let learned = Set(training.samples.flatMap { $0.classes.joined().map { $0 + 1 } })
    let held = Set(truth.actionIDs.map { Int($0) })
    func names(_ ids: Set<Int>) -> String {
      listed(labels.labels.filter { !ids.contains($0.id) }.map { "'\($0.name)'" }, limit: 5)
    }
    if learned.count < labels.labels.count {
      lines.append("no box to learn from is \(names(learned)): such classes will not be found -> give boxes of them")
    }
    if held.count < labels.labels.count {
      lines.append("no held-out box is \(names(held)): nothing tells how well such classes are found")
    }
    return lines
  }

  /// The videos that rows name: those of the other split are not missed. All where rows name none of them.
  private static func videos(_ paths: [String], named files: [String]) throws -> [String] {
    if paths.isEmpty { return [] }
    let names = Set(try files.flatMap { try GroundTruthTable.read(path: $0).table.keyFrames.map(\.video) })
    let own = paths.filter { FrameInput.names(of: $0).contains(where: names.contains) }
    return own.isEmpty ? paths : own
  }

  static let headPhase = "head"
  static let stagesPhase = "stages"

  private static func check(_ config: Configuration, _ labels: LabelMap, _ options: FineTuningOptions) throws {
    func need(_ isRight: Bool, _ key: String, _ expected: String, _ advice: String) throws {
      if !isRight { throw FineTuningError.contradiction(key: key, expected: expected, advice: advice) }
    }
    try need(
      config[.detectionEnable], config.cite(.detectionEnable), "True: what is fine-tuned are networks that score boxes",
      "give a config such as those in configs/AVA")
    try need(
      config[.trainDataset].lowercased() == "ava", config.cite(.trainDataset), "ava", "set TRAIN.DATASET ava")
    try need(
      config[.modelNumClasses] == labels.labels.count, config.cite(.modelNumClasses),
      "\(labels.labels.count), as there are classes", "leave it out: --classes says it")
    try need(
      !config[.trainCheckpointFilePath].isEmpty, config.cite(.trainCheckpointFilePath), "weights to begin with",
      "give --weights FILE")
    if let stages = options.thenStages, options.freezing != .backbone {
      try need(
        false, "--then-stages \(stages)", "--freeze backbone before it", "give --freeze stages \(stages) alone")
    }
    guard let head = try Architecture(config).head as? RoIHead, head.activation != .softmax, head.hidden == nil,
      !head.hasContext, head.frames == .mean, head.boxExtension == nil
    else { throw FineTuningError.untrainableHead("this head (\(config.cite(.modelHeadAct)))") }
  }

  // MARK: - The run

  func folder(_ name: String) -> String { joinPath(config[.outputDir], name) }

  /// The weights that are the result.
  public static func checkpointPath(_ config: Configuration) -> String {
    joinPath(checkpointFolder(config), "checkpoint_best.pyth")
  }

  /// Makes sure that what the folder has is of this fine-tuning, unless it begins anew.
  ///
  /// - Throws: `FineTuningError.otherRun`, `.damagedState`; `FileError` for results that are another command's.
  private func checkFolder() throws {
    if options.overwrites { return }
    var isKnown = false
    let phases: [(String, PhaseIdentity)] = [(Self.headPhase, headIdentity), (Self.stagesPhase, stagesIdentity)]
    for (name, identity) in phases where try check(name, identity) { isKnown = true }
    if isKnown { return }
    var results = [Self.checkpointPath(config)] + ["config.yaml", "finetune.json", "index.html"].map(folder)
    // Where features are, a run was begun here. One that was interrupted before any has written its rows.
    if !isFolder(folder("features")) {
      let rows = try options.drafts.filter { try pathExists($0.value) && !isWritten($0.value, at: $0.key) }
      results += [folder("labelmap.pbtxt")] + rows.keys.sorted()
    }
    try checkOutputs(
      results, isReplacing: false, elsewhere: "give another --output-dir", makesFolders: true)
  }

  /// Whether a file holds already what a draft does.
  private func isWritten(_ draft: String, at path: String) throws -> Bool {
    let doing = "comparing rows"
    return try pathExists(path) && readFile(path, doing: doing) == readFile(draft, doing: doing)
  }

  /// Makes sure that a phase was begun with the same, where it was begun; what is found on the way does not count before it is.
  ///
  /// - Returns: Whether it was begun.
  /// - Throws: `FineTuningError.otherRun`, `.damagedState`, `FileError`.
  @discardableResult
  func check(_ phase: String, _ identity: PhaseIdentity) throws -> Bool {
    guard let state = try formerState(phase) else { return false }
    let changes = state.identity.changes(to: identity)
    if !changes.isEmpty { throw FineTuningError.otherRun(path: folder(phase), changes: changes) }
    return true
  }

  /// How far a phase was; nil where it was not begun.
  ///
  /// - Throws: `FineTuningError.damagedState`, `FileError`.
  func formerState(_ phase: String) throws -> PhaseState? {
    let path = joinPath(folder(phase), Phase.stateName)
    return try pathExists(path) ? PhaseState(path: path) : nil
  }

  /// Puts the drafts in their places: from here on the run is known to fit.
  ///
  /// - Throws: `FileError`.
  func adoptDrafts() throws {
    for (path, draft) in options.drafts.sorted(by: { $0.key < $1.key }) where pathExists(draft) {
      try makeFolder(splitPath(path).folder)
      try moveFile(draft, to: path)
    }
  }

  /// Forgets how far an earlier fine-tuning in the folder was; features stay.
  ///
  /// - Throws: `FileError`.
  public static func forget(_ config: Configuration) throws {
    for file in try forgotten(config) { removeFile(file) }
  }

  /// Forgets it where the options say so.
  ///
  /// - Throws: `FileError`.
  func beginAnew() throws {
    try Self.forget(config)
    hasBegunAnew = true
  }

  /// What goes of an earlier fine-tuning where one begins anew, in this order: without its state a phase begins anew, whatever else
  /// is still there.
  private static func forgotten(_ config: Configuration) throws -> [String] {
    var files: [String] = []
    for name in [headPhase, stagesPhase] {
      let folder = joinPath(config[.outputDir], name)
      if !isFolder(folder) { continue }
      let own = try listFolder(folder).sorted().map { joinPath(folder, $0) }.filter(isRegularFile)
      let state = joinPath(folder, Phase.stateName)
      files += own.filter { $0 == state } + own.filter { $0 != state }
    }
    return files + [checkpointPath(config)]
      + ["config.yaml", "finetune.json", "index.html"].map { joinPath(config[.outputDir], $0) }
  }

  /// What a fine-tuning in the folder removes or writes anew, features and the rows that it makes aside.
  ///
  /// - Throws: `FileError` for a folder that cannot be read.
  public static func replaced(_ config: Configuration) throws -> [String] {
    try forgotten(config) + [joinPath(config[.outputDir], "labelmap.pbtxt")]
  }

  /// Does what is left to do.
  ///
  /// - Throws: `FineTuningError`, `TrainingError`, `JournalError` and what reading and writing throw.
  public func run(_ listener: Listener = Listener()) throws -> Result {
    switch options.freezing {
    case .stages(let count):
      if options.overwrites { try beginAnew() }
      try adoptDrafts()
      return try stages(count, head: nil, listener, Findings())
    case .backbone:
      let (head, findings) = try self.head(listener)
      guard let head, let count = options.thenStages else { return findings.result(isComplete: head != nil) }
      return try stages(count, head: head, listener, findings)
    }
  }

  /// Makes room for weights, with what tests and detections read beside them.
  func prepareCheckpoint() throws {
    try makeFolder(checkpointFolder(config))
    try writeFile(folder("labelmap.pbtxt"), ClassList.text(labels))
    try writeFile(folder("config.yaml"), written.text)
  }

  /// What is known so far.
  struct Findings {
    var phases: [Result.Phase] = []
    var scores: [(title: String, scores: ClassScores)] = []
    var best = 0
    var checkpoint: String?
    var trainingBoxes = 0
    var validationBoxes = 0
    var repeats: [Double] = []
    /// The held-out key frames that all numbers stand for.
    var judged: JudgedKeyFrames?

    mutating func add(_ outcome: Phase.Outcome, _ name: String) {
      if scores.isEmpty { scores = [("before", outcome.state.before)] }
      judged = outcome.state.judged
      phases.append(
        Result.Phase(
          title: name, curves: outcome.curves, bestEpoch: outcome.bestEpoch.map { $0 + 1 },
          epochs: outcome.state.epochs.count, seconds: outcome.seconds, waited: outcome.waited))
      if let epoch = outcome.bestEpoch { scores.append((name, outcome.state.epochs[epoch].scores)) }
    }

    func result(isComplete: Bool) -> Result {
      Result(
        isComplete: isComplete, phases: phases, scores: scores, checkpoint: checkpoint, best: best,
        trainingBoxes: trainingBoxes, validationBoxes: validationBoxes, lacking: judged?.lacking,
        repeats: repeats)
    }
  }
}

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
public import TrainingLog
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
  private let engine: Engine
  private let training: AVATraining
  private let validation: AVATraining
  private let judge: FrameJudge
  private let identity: [(name: String, value: String)]
  private let seed: UInt64

  /// What came of it.
  public struct Result: Sendable {
    /// A phase that was done.
    public struct Phase: Sendable {
      public let title: String
      /// What the log has, the oldest first.
      public let entries: [LogEntry]
      /// The curves as a PNG; nil where no font is installed.
      public let curves: [UInt8]?
      /// From 1; nil where no epoch was done.
      public let bestEpoch: Int?
      public let epochs: Int
      public let seconds: Double
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
    /// How often boxes, or key frames, with each class come in an epoch, as a factor.
    public let repeats: [Double]
  }

  /// What a run tells while it goes on.
  public struct Listener {
    /// Asked between steps.
    public var isToStop: () -> Bool
    /// A line of what happened.
    public var say: (String) -> Void
    /// Features of key frames that are done, of how many; the name of the split.
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

  /// Reads lists, classes and ground truth; no video is decoded.
  ///
  /// - Parameters:
  ///   - config: `TRAIN.CHECKPOINT_FILE_PATH` are the weights to begin with, `AVA.TRAIN_GT_BOX_LISTS` and
  ///     `AVA.TRAIN_PREDICT_BOX_LISTS` what is learned from, `AVA.TEST_LISTS` and `AVA.GROUNDTRUTH_FILE` what is held out.
  ///   - labels: Of ids 1 to `MODEL.NUM_CLASSES`.
  /// - Throws: What is wrong with the configuration, the lists or the classes.
  public init(
    _ config: Configuration, labels: LabelMap, _ options: FineTuningOptions, engine: Engine
  ) throws {
    (self.config, self.labels, self.options, self.engine) = (config, labels, options, engine)
    seed = UInt64(bitPattern: Int64(config[.rngSeed]))
    try Self.check(config, labels, options)
    training = try AVATraining(config, videos: options.videos)
    var held = config
    let truthPath = joinPath(config[.avaAnnotationDir], config[.avaGroundtruthFile])
    let proposals = options.validationProposals.map(absolutePath)
    try held.apply(overrides: [
      Key.avaTrainLists.name, pythonList(config[.avaTestLists]),
      Key.avaTrainGtBoxLists.name, pythonList(proposals.isEmpty ? [absolutePath(truthPath)] : []),
      Key.avaTrainPredictBoxLists.name, pythonList(proposals),
    ])
    validation = try AVATraining(held, videos: options.videos)
    let read = try GroundTruthTable.read(path: truthPath)
    if let id = read.table.actionIDs.first(where: { !labels.contains(Int($0)) }) {
      throw FineTuningError.contradiction(
        key: "'\(truthPath)' has rows of class \(id)", expected: "1 to \(labels.labels.count), as there are classes",
        advice: "correct the rows, or add the class to --classes")
    }
    if read.table.count == 0 { throw FineTuningError.noTruth(path: truthPath) }
    judge = FrameJudge(labels: labels, truth: read.table)
    notices = training.notices.map { "to learn from: \($0)" } + validation.notices.map { "held out: \($0)" }
    identity = try Self.identity(config, labels, options, truthPath)
  }

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

  /// What places and amounts of work are called in a configuration: with others the numbers are the same.
  private static let keysOfPlaces: Set<String> = [
    Key.outputDir.name, Key.avaFrameDir.name, Key.avaFrameListDir.name, Key.avaAnnotationDir.name,
    Key.avaTrainGtBoxLists.name, Key.avaTrainPredictBoxLists.name, Key.avaGroundtruthFile.name,
    Key.avaLabelMapFile.name, Key.avaTestPredictBoxLists.name, Key.avaExclusionFile.name,
    Key.trainCheckpointFilePath.name, Key.testCheckpointFilePath.name, Key.dataLoaderNumWorkers.name,
    Key.logPeriod.name,
  ]

  private static func identity(
    _ config: Configuration, _ labels: LabelMap, _ options: FineTuningOptions, _ truth: String
  ) throws -> [(name: String, value: String)] {
    let folder = config[.avaAnnotationDir]
    func prints(_ names: [String]) throws -> String {
      try names.map { try fileFingerprint(joinPath(folder, $0), doing: "reading boxes") }.joined(separator: "; ")
    }
    return options.identity + [
      (
        "the weights",
        try fileFingerprint(config[.trainCheckpointFilePath], isWhole: true, doing: "reading the weights")
      ),
      ("the classes", labels.labels.map(\.name).joined(separator: ", ")),
      ("--train", try prints(config[.avaTrainGtBoxLists])),
      ("--train-proposals", try prints(config[.avaTrainPredictBoxLists])),
      ("--val", try fileFingerprint(truth, doing: "reading boxes")),
      ("--val-proposals", try prints(options.validationProposals.map(absolutePath))),
    ] + Configuration.keys.filter { !keysOfPlaces.contains($0) }.map { ($0, config.literal($0) ?? "") }
  }

  // MARK: - The run

  private func folder(_ name: String) -> String { joinPath(config[.outputDir], name) }

  /// The weights that are the result.
  public static func checkpointPath(_ config: Configuration) -> String {
    joinPath(checkpointFolder(config), "checkpoint_best.pyth")
  }

  /// Forgets how far an earlier fine-tuning in the folder was; features stay.
  public static func forget(_ config: Configuration) throws {
    for name in ["head", "stages"] {
      let folder = joinPath(config[.outputDir], name)
      if !isFolder(folder) { continue }
      for file in try listFolder(folder) where !isFolder(joinPath(folder, file)) { removeFile(joinPath(folder, file)) }
    }
  }

  /// Does what is left to do.
  ///
  /// - Throws: `FineTuningError`, `TrainingError`, `JournalError` and what reading and writing throw.
  public func run(_ listener: Listener = Listener()) throws -> Result {
    try makeFolder(checkpointFolder(config))
    try writeFile(folder("labelmap.pbtxt"), ClassList.text(labels))
    try writeFile(folder("config.yaml"), config.yaml)
    switch options.freezing {
    case .stages(let count): return try stages(count, head: nil, listener, Report())
    case .backbone:
      let (head, report) = try self.head(listener)
      guard let head, let count = options.thenStages else { return result(report, isComplete: head != nil) }
      return try stages(count, head: head, listener, report)
    }
  }

  /// What is known so far.
  private struct Report {
    var phases: [Result.Phase] = []
    var scores: [(title: String, scores: ClassScores)] = []
    var best = 0
    var checkpoint: String?
    var trainingBoxes = 0
    var validationBoxes = 0
    var repeats: [Double] = []

    mutating func add(_ outcome: Phase.Outcome, _ name: String, epochs: Int) {
      if scores.isEmpty { scores = [("before", outcome.state.before)] }
      phases.append(
        Result.Phase(
          title: name, entries: outcome.entries, curves: outcome.curves,
          bestEpoch: outcome.bestEpoch.map { $0 + 1 }, epochs: outcome.state.epochs.count, seconds: outcome.seconds))
      if let epoch = outcome.bestEpoch { scores.append((name, outcome.state.epochs[epoch].scores)) }
    }
  }

  private func result(_ report: Report, isComplete: Bool) -> Result {
    Result(
      isComplete: isComplete, phases: report.phases, scores: report.scores, checkpoint: report.checkpoint,
      best: report.best, trainingBoxes: report.trainingBoxes, validationBoxes: report.validationBoxes,
      repeats: report.repeats)
  }

  // MARK: - The head

  /// - Returns: The best head's checkpoint; nil where it was stopped.
  private func head(_ listener: Listener) throws -> (String?, Report) {
    var report = Report()
    let path = config[.trainCheckpointFilePath]
    var own = config
    try own.apply(overrides: [Key.testCheckpointFilePath.name, pythonString(path)])
    let loaded = try LoadedModel(own, WeightOptions(), engine: engine) { architecture in
      guard let head = architecture.head as? RoIHead else { return }
      architecture.head = RoIFeatures(of: head, channels: architecture.backbone.featureChannels)
    }
    for notice in loaded.notices { listener.say(notice) }
    listener.say("the head of '\(path)' is not taken: a new one of \(counted(labels.labels.count, "class", plural: "classes")) is")
    let side = config[.dataTestCropSize]
    let views = [View(shortSide: side)] + (config[.dataRandomFlip] ? [View(shortSide: side, flip: true)] : [])
    try makeFolder(folder("features"))
    func cache(_ name: String, _ data: AVATraining, _ views: [View]) throws -> FeatureCache? {
      let cache = try FeatureCache(
        path: folder("features/\(name).journal"), data, views: views, model: loaded, config)
      for notice in cache.notices { listener.say(notice) }
      let isWhole = try cache.compute(isToStop: listener.isToStop) {
        listener.features(name, $0, cache.tasks.count)
      }
      for (keyFrame, cause) in cache.damaged.prefix(5) { listener.say("\(keyFrame) is left out: \(cause)") }
      if cache.damaged.count > 5 { listener.say("\(cache.damaged.count) key frames are left out in all") }
      if isWhole, cache.boxes.isEmpty { throw FineTuningError.noFeatures(name == "train" ? "--train" : "--val") }
      return isWhole ? cache : nil
    }
    guard let learned = try cache("train", training, views),
      let held = try cache("val", validation, TestViews(config).views)
    else { return (nil, report) }
    let batches = FeatureBatches(
      learned, classes: labels.labels.count, size: options.batchSize, threshold: options.repeatThreshold, seed: seed)
    (report.trainingBoxes, report.validationBoxes) = (batches.boxes.count, held.boxes.count)
    report.repeats = batches.factors.classes
    let settings = try headSettings()
    let outcome = try Phase(
      Phase.Plan(
        name: "head", title: "Fine-tuning the head", folder: folder("head"), epochs: options.epochs,
        patience: options.patience, seed: seed, logPeriod: max(1, config[.logPeriod]),
        configText: config.checkpointYAML, identity: identity,
        session: { [self] file in
          try TrainingSession(
            headModel(learned.width, file.map { WeightReader($0) } ?? WeightReader(drawn), settings), settings,
            engine: engine)
        }, batches: { batches.epoch($0) }, beforeValidation: { _, _ in },
        validate: { [self] in try scores(of: $0.model, held) })
    ).run(isToStop: listener.isToStop, say: listener.say, progress: listener.steps)
    report.add(outcome, "head", epochs: options.epochs)
    guard outcome.isComplete, let best = outcome.bestCheckpoint, let epoch = outcome.bestEpoch else {
      return (nil, report)
    }
    report.best = report.scores.count - 1
    let whole = try wholeModel(head: best, TrainingSettings(config).network)
    let target = Self.checkpointPath(config)
    try TrainingSession(whole, TrainingSettings(config), engine: engine).save(
      to: target, epoch: epoch, learningRate: outcome.state.epochs[epoch].learningRate, configText: config.checkpointYAML)
    report.checkpoint = target
    return (best, report)
  }

  /// How a head learns on features: AdamW without what belongs to a backbone.
  private func headSettings() throws -> TrainingSettings {
    var own = config
    try own.apply(overrides: [
      Key.solverOptimizingMethod.name, "adamw", Key.solverBaseLr.name, "\(options.learningRate)",
      Key.solverLrPolicy.name, "cosine", Key.solverCosineEndLr.name, "0.0", Key.solverWarmupEpochs.name, "0.0",
      Key.solverMaxEpoch.name, "\(options.epochs)", Key.solverZeroWd1dParam.name, "True",
      Key.solverLayerDecay.name, "1.0", Key.solverLarsOn.name, "False",
      Key.solverBaseLrScaleNumShards.name, "False", Key.bnNormType.name, "batchnorm",
      Key.trainBatchSize.name, "\(options.batchSize)",
    ])
    return try TrainingSettings(own)
  }

  private var drawn: RandomWeights {
    var weights = RandomWeights(seed: seed)
    weights.linearStd = config[.modelArch] == "mvit" ? 0.02 : config[.modelFcInitStd]
    return weights
  }

  private func headModel(
    _ width: Int, _ weights: WeightReader, _ settings: TrainingSettings
  ) throws -> TrainableModel {
    let head = FeatureHead(classes: labels.labels.count, activation: try Architecture(config).head.activation)
    let model = try TrainableModel(
      Architecture(backbone: FeatureRows(width: width), head: head), weights: weights, engine: engine, settings.network)
    try weights.report.check(allowPartial: false)
    return model
  }

  /// Judges a head by the features of what is held out.
  private func scores(of model: TrainableModel, _ held: FeatureCache) throws -> ClassScores {
    func tensor(_ name: String) -> Tensor {
      guard let parameter = model.parameters.first(where: { $0.name == "\(Projection.scope).\(name)" }) else {
        preconditionFailure("a head has a projection")
      }
      return parameter.value
    }
    let linear = Linear(weights: tensor("weight"), bias: tensor("bias"), engine: engine)
    let (activation, fusion) = (model.architecture.head.activation, ViewFusion(config))
    var scored: [(ClipTask, Tensor)] = []
    for (sample, task) in held.tasks.enumerated() {
      let views = try held.views.indices.compactMap { view -> Tensor? in
        guard let features = try held.features(of: sample, view: view) else { return nil }
        let scores = linear(features)
        activation.apply(to: scores)
        return scores
      }
      if views.count == held.views.count { scored.append((task, fusion.fuse(views))) }
    }
    return try judged(scored)
  }

  private func judged(_ scored: [(ClipTask, Tensor)]) throws -> ClassScores {
    let scores = try judge.scores(scored)
    if scores.map == nil { throw FineTuningError.noTruth(path: config[.avaGroundtruthFile]) }
    return scores
  }

  // MARK: - The whole network

  /// The network with the weights to begin with, and another head.
  ///
  /// - Parameter head: The checkpoint of a head; nil draws one.
  private func wholeModel(
    head: String?, _ options: TrainingOptions, say: (String) -> Void = { _ in }
  ) throws -> TrainableModel {
    let path = config[.trainCheckpointFilePath]
    let file = try Checkpoint(
      path: path, naming: PySlowFastNames(clearing: config[.trainCheckpointClearNamePattern]), pool: engine.pool)
    var architecture = try Architecture(training: config)
    for line in try PeerNetwork(file)?.adapt(&architecture, config) ?? [] { say(line) }
    let weights = WeightReader(file, orElse: drawn, inflates: config[.trainCheckpointInflate])
    let model = try TrainableModel(architecture, weights: weights, engine: engine, options)
    let report = weights.report
    if report.found == 0 { try report.check(allowPartial: false) }
    let missing = (report.missing.map(\.name) + report.mismatched.map(\.name)).filter { !$0.hasPrefix(Projection.headPrefix) }
    if !missing.isEmpty {
      say("not in '\(path)', or of another shape, and begun anew: \(listed(missing.map { "'\($0)'" }, limit: 4))")
    }
    let given = try head.map { WeightReader(try Checkpoint(path: $0)) } ?? WeightReader(drawn)
    for parameter in model.parameters where parameter.name.hasPrefix(Projection.headPrefix) {
      guard let tensor = given.tensor(parameter.name, parameter.value.shape) else { continue }
      _ = parameter.value.mutableValues.update(fromContentsOf: tensor.values)
      parameter.hasChanged()
    }
    try given.report.check(allowPartial: false)
    return model
  }

  /// Trains what stands behind the frozen stages, with the head, on clips.
  private func stages(_ count: Int, head: String?, _ listener: Listener, _ before: Report) throws -> Result {
    var report = before
    let settings = try TrainingSettings(config)
    let loading = try LoaderOptions(config, workers: options.workers)
    let form = BatchForm(samples: settings.batchSize, shape: try SampleShape(config))
    let factors = RepeatFactors(
      training.samples.map { Array(Set($0.classes.joined())) }, classes: labels.labels.count,
      threshold: options.repeatThreshold)
    let held = try SplitTasks(validation, views: TestViews(config).views)
    if report.repeats.isEmpty { report.repeats = factors.classes }
    report.trainingBoxes = training.boxCount
    report.validationBoxes = validation.boxCount
    func loader(_ epoch: Int) throws -> (EpochPlan, BatchLoader) {
      let samples = RepeatedSamples(base: training, indices: factors.indices(seed: seed, epoch: epoch))
      let plan = try EpochPlan(EpochOrder(count: samples.count, seed: loading.seed, epoch: epoch), [form])
      return (plan, BatchLoader(samples, plan, loading))
    }
    let precise = config[.bnUsePreciseStats] ? config[.bnNumBatchesPrecise] : 0
    let outcome = try Phase(
      Phase.Plan(
        name: "stages", title: "Fine-tuning behind stage \(count)", folder: folder("stages"),
        epochs: config[.solverMaxEpoch], patience: options.patience, seed: seed, logPeriod: max(1, config[.logPeriod]),
        configText: config.checkpointYAML, identity: identity + [("--then-stages", "\(options.thenStages ?? 0)")],
        session: { [self] file in
          let model: TrainableModel
          if let file {
            let own = try Checkpoint(path: file.path, naming: PySlowFastNames(), pool: engine.pool)
            let weights = WeightReader(own)
            model = try TrainableModel(
              Architecture(training: config), weights: weights, engine: engine, settings.network)
            try weights.report.check(allowPartial: false)
          } else {
            model = try wholeModel(head: head, settings.network, say: listener.say)
          }
          try Freezing.stages(count).apply(to: model)
          return try TrainingSession(model, settings, engine: engine)
        },
        batches: { epoch in
          let (plan, loader) = try loader(epoch)
          return EpochBatches(
            count: plan.batches.count,
            next: {
              let batch = try loader.next()
              for sample in loader.takeUnreadable() {
                listener.say("'\(sample.name)' could not be read, another sample is taken for it: \(sample.reason)")
              }
              return batch
            }, waited: { loader.waitedSeconds })
        },
        beforeValidation: { session, epoch in
          if precise == 0 { return }
          let (_, loader) = try loader(epoch)
          var batches: [TrainingBatch] = []
          while batches.count < precise, let batch = try loader.next() { batches.append(batch) }
          try session.model.setPreciseStatistics(batches)
        },
        validate: { [self] session in try scores(of: session, held, listener) })
    ).run(isToStop: listener.isToStop, say: listener.say, progress: listener.steps)
    report.add(outcome, "stages", epochs: config[.solverMaxEpoch])
    guard outcome.isComplete, let best = outcome.bestCheckpoint else { return result(report, isComplete: false) }
    let last = report.scores.count - 1
    // A head that was better alone stays the result.
    if report.checkpoint == nil || report.scores[last].scores.map ?? 0 > report.scores[report.best].scores.map ?? 0 {
      report.best = last
      report.checkpoint = Self.checkpointPath(config)
      try copyFile(best, to: Self.checkpointPath(config))
    }
    return result(report, isComplete: true)
  }

  /// Judges a whole network by what is held out.
  private func scores(
    of session: TrainingSession, _ held: SplitTasks, _ listener: Listener
  ) throws -> ClassScores {
    let path = folder("stages/validation.pyth")
    try session.save(to: path, epoch: 0, learningRate: 0, configText: config.checkpointYAML)
    defer { removeFile(path) }
    var own = config
    try own.apply(overrides: [Key.testCheckpointFilePath.name, pythonString(path)])
    let loaded = try LoadedModel(own, WeightOptions(), engine: engine)
    let run = ClipRun(model: loaded.model, window: ClipWindow(config), preprocessing: Preprocessing(config))
    let journal = RunJournal()
    try JournaledRun(held.jobs, journal, stopsAtDamage: false).run(run, isToStop: listener.isToStop) {
      listener.features("validation", $0, held.tasks.count)
    }
    let fusion = ViewFusion(config)
    var scored: [(ClipTask, Tensor)] = []
    for task in held.tasks where journal.hasAll(task) {
      scored.append((task, fusion.fuse(try task.views.compactMap { try journal.scores(of: task, $0) })))
    }
    return try listener.isToStop() ? judge.scores(scored) : judged(scored)
  }
}

/// A list of texts as a configuration's value.
private func pythonList(_ texts: [String]) -> String { "[" + texts.map(pythonString).joined(separator: ", ") + "]" }

/// A text as a configuration's value.
private func pythonString(_ text: String) -> String {
  "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
}

/// Copies a file, complete or not at all.
private func copyFile(_ path: String, to target: String) throws {
  let source = try MappedFile(path: path, doing: "copying the best weights")
  let copy = try AtomicFile(path: target)
  try copy.write(raw: source.bytes)
  withExtendedLifetime(source) {}
  try copy.commit()
}

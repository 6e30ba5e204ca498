internal import Checkpoint
internal import Clips
internal import Configuration
internal import Files
internal import Inference
internal import Kernels
internal import ModelZoo
internal import NN
internal import Optimization
internal import Tensors
internal import Trainer
internal import TrainingData
internal import VideoModels
internal import Wording
internal import AVARecords

extension FineTuning {
  /// - Returns: The best head's checkpoint; nil where it was stopped.
  func head(_ listener: Listener) throws -> (String?, Findings) {
    var findings = Findings()
    let path = config[.trainCheckpointFilePath]
    let loaded = try loadFeatureNetwork()
    defer { featureNetwork = nil }
    for notice in loaded.notices { listener.say(notice) }
    listener.say(
      "the head of '\(path)' is not taken: a new one of \(counted(labels.labels.count, "class", plural: "classes")) is")
    let side = config[.dataTestCropSize]
    let views = [View(shortSide: side)] + (config[.dataRandomFlip] ? [View(shortSide: side, flip: true)] : [])
    try makeFolder(folder("features"))
    var leftOut: [LeftOutKeyFrames] = []
    let former = try options.overwrites ? nil : formerState(Self.headPhase)?.identity
    func cache(_ name: String, _ data: AVATraining, _ views: [View]) throws -> FeatureCache? {
      // Once features of other key frames are in the file, nothing tells those that the numbers so far are of.
      if let content = former?.features(of: name), !JudgedKeyFrames.isWhole(content),
        let found = try FeatureCache.readable(
          path: featurePath(name), data, views: views, model: loaded, config, beside: content,
          isToStop: listener.isToStop)
      {
        throw FineTuningError.moreKeyFrames(
          path: folder(Self.headPhase), split: "--\(name)", before: JudgedKeyFrames.words(of: content),
          keyFrame: "\(found)")
      }
      if listener.isToStop() { return nil }
      let cache = try FeatureCache(
        path: featurePath(name), data, views: views, model: loaded, config)
      for notice in cache.notices { listener.say(notice) }
      let known = cache.doneCount
      if known < cache.tasks.count { listener.features(name, known, cache.tasks.count) }
      let isWhole = try cache.compute(isToStop: listener.isToStop) {
        listener.features(name, $0, cache.tasks.count)
      }
      let damage = LeftOutKeyFrames("the head learns and is judged")
      leftOut.append(damage)
      for line in damage.lines(cache.damaged.map { ("\($0.keyFrame)", $0.cause) }) { listener.say(line) }
      if isWhole, cache.boxes.isEmpty { throw FineTuningError.noFeatures(name == "train" ? "--train" : "--val") }
      return isWhole ? cache : nil
    }
    guard let learned = try cache("train", training, views),
      let held = try cache("val", validation, TestViews(config).views)
    else { return (nil, findings) }
    let identity = try headIdentity.with(training: learned.content(), validation: held.content())
    if options.overwrites { try beginAnew() } else { try check(Self.headPhase, identity) }
    try adoptDrafts()
    let judged = JudgedKeyFrames(held.scored, of: held.tasks.count)
    let batches = FeatureBatches(
      learned, classes: labels.labels.count, size: options.batchSize, threshold: options.repeatThreshold, seed: seed)
    (findings.trainingBoxes, findings.validationBoxes) = (batches.boxes.count, held.boxes.count)
    findings.repeats = batches.factors.classes
    guard let settings = self.settings.head else { preconditionFailure("a frozen backbone has a head to be trained") }
    let phase = Phase(
      Phase.Plan(
        name: Self.headPhase, title: "Fine-tuning the head", folder: folder(Self.headPhase), epochs: options.epochs,
        patience: options.patience, seed: seed, logPeriod: max(1, config[.logPeriod]),
        configText: written.text, identity: identity,
        session: { [self] file in
          try TrainingSession(
            PhaseSettings.headModel(
              learned.width, config, classes: labels.labels.count,
              file.map { WeightReader($0) } ?? WeightReader(drawn), settings, engine), settings, engine: engine)
        }, batches: { batches.epoch($0) }, beforeValidation: { _, _ in },
        validate: { [self] in Judgement(scores: try scores(of: $0.model, held), keyFrames: judged) },
        remarks: { leftOut.flatMap { $0.takeLines() } }))
    let outcome = try FineTuningError.withDivergence(at: options.learningRate) {
      try phase.run(isToStop: listener.isToStop, say: listener.say, progress: listener.steps)
    }
    findings.add(outcome, Self.headPhase)
    guard outcome.isComplete, let best = outcome.bestCheckpoint, let epoch = outcome.bestEpoch else {
      return (nil, findings)
    }
    findings.best = findings.scores.count - 1
    let target = Self.checkpointPath(config)
    findings.checkpoint = target
    // Stages that were done before may have put better weights there: they stay until these stages' end.
    if options.thenStages != nil, pathExists(target),
      pathExists(joinPath(folder(Self.stagesPhase), Phase.stateName))
    {
      return (best, findings)
    }
    let network = self.settings.network
    let whole = try wholeModel(head: best, network.network)
    try prepareCheckpoint()
    try TrainingSession(whole, network, engine: engine).save(
      to: target, epoch: epoch, learningRate: outcome.state.epochs[epoch].learningRate,
      configText: written.text)
    return (best, findings)
  }

  private func featurePath(_ split: String) -> String { folder("features/\(split).journal") }

  /// The network with a head whose scores are features.
  private func loadFeatureNetwork() throws -> LoadedModel {
    if let featureNetwork { return featureNetwork }
    var own = config
    try own.apply(overrides: [Key.testCheckpointFilePath.name, pythonString(config[.trainCheckpointFilePath])])
    let loaded = try LoadedModel(own, WeightOptions(), engine: engine) { architecture in
      guard let head = architecture.head as? RoIHead else { return }
      architecture.head = RoIFeatures(of: head, channels: architecture.backbone.featureChannels)
    }
    featureNetwork = loaded
    return loaded
  }

  /// Makes sure that features that are there are of these weights and settings.
  ///
  /// - Throws: `JournalError`; what is wrong with the weights.
  func checkFeatures() throws {
    if options.freezing != .backbone { return }
    for path in ["train", "val"].map(featurePath) where pathExists(path) {
      try FeatureCache.check(path: path, model: loadFeatureNetwork(), config)
    }
  }

  var drawn: RandomWeights {
    var weights = RandomWeights(seed: seed)
    weights.linearStd = config[.modelArch] == "mvit" ? 0.02 : config[.modelFcInitStd]
    return weights
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

  func judged(_ scored: [(ClipTask, Tensor)]) throws -> ClassScores {
    let scores = try judge.scores(scored)
    if scores.map == nil { throw FineTuningError.noTruth(path: config[.avaGroundtruthFile]) }
    return scores
  }
}

internal import AVARecords
internal import Checkpoint
internal import Clips
internal import Configuration
internal import Files
internal import Inference
internal import Kernels
internal import ModelZoo
internal import NN
internal import Optimization
internal import Runs
internal import Tensors
internal import Trainer
internal import TrainingData
internal import VideoModels
internal import Wording

extension FineTuning {
  /// The network with the weights to begin with, and another head.
  ///
  /// - Parameter head: The checkpoint of a head; nil draws one.
  func wholeModel(
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
    let missing = (report.missing.map(\.name) + report.mismatched.map(\.name)).filter {
      !$0.hasPrefix(Projection.headPrefix)
    }
    if !missing.isEmpty {
      say("not in '\(path)', or of another shape, and begun anew: \(listed(missing.map { "'\($0)'" }, limit: 4))")
    }
    for running in model.statistics {
      guard file.shape("\(running.name).num_batches_tracked") != nil else { continue }
      running.batches = Int(try file.tensor("\(running.name).num_batches_tracked").array.first ?? 0)
    }
    let given =
      try head.map { path in
        try FineTuningError.withDamage(of: path) { WeightReader(try Checkpoint(path: path)) }
      } ?? WeightReader(drawn)
    for parameter in model.parameters where parameter.name.hasPrefix(Projection.headPrefix) {
      guard let tensor = given.tensor(parameter.name, parameter.value.shape) else { continue }
      _ = parameter.value.mutableValues.update(fromContentsOf: tensor.values)
      parameter.hasChanged()
    }
    try given.report.check(allowPartial: false)
    return model
  }

  /// Trains what stands behind the frozen stages, with the head, on clips.
  func stages(_ count: Int, head: String?, _ listener: Listener, _ before: Findings) throws -> Result {
    var findings = before
    let (form, settings) = (self.settings.form, self.settings.network)
    var loading = self.settings.loading
    // As a head does, stages learn without what cannot be read, however much it is, where nobody says how much it may be.
    if config.source(of: Key.dataLoaderMaxUnreadable.name) == .fallback { loading.maxUnreadable = 1 }
    let leftOut = LeftOutKeyFrames("the stages learn and are judged")
    let factors = RepeatFactors(
      training.samples.map { Array(Set($0.classes.joined())) }, classes: labels.labels.count,
      threshold: options.repeatThreshold)
    let held = try SplitTasks(validation, views: TestViews(config).views)
    if findings.repeats.isEmpty { findings.repeats = factors.classes }
    findings.trainingBoxes = training.boxCount
    findings.validationBoxes = validation.boxCount
    func loader(_ epoch: Int) throws -> (EpochPlan, BatchLoader) {
      let samples = RepeatedSamples(base: training, indices: factors.indices(seed: seed, epoch: epoch))
      let order = EpochOrder(count: samples.count, seed: loading.seed, epoch: epoch)
      // Who has less than a batch has little to lose.
      let plan = try EpochPlan(order, [form], dropsLast: samples.count >= form.samples)
      return (plan, BatchLoader(samples, plan, loading))
    }
    let precise = config[.bnUsePreciseStats] ? config[.bnNumBatchesPrecise] : 0
    let outcome = try Phase(
      Phase.Plan(
        name: Self.stagesPhase, title: "Fine-tuning behind stage \(count)", folder: folder(Self.stagesPhase),
        epochs: config[.solverMaxEpoch], patience: options.patience, seed: seed, logPeriod: max(1, config[.logPeriod]),
        configText: written.text, identity: stagesIdentity,
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
              // Each time another one is taken for it.
              for line in leftOut.lines(loader.takeUnreadable().map { ($0.name, $0.reason) }) { listener.say(line) }
              return batch
            }, waited: { loader.waitedSeconds })
        },
        beforeValidation: { session, epoch in
          if precise == 0 { return }
          let (_, loader) = try loader(epoch)
          try session.model.setPreciseStatistics(precise, of: loader)
        },
        validate: { [self] session in try scores(of: session, held, leftOut, listener) }, judged: findings.judged,
        remarks: { leftOut.takeLines() })
    ).run(isToStop: listener.isToStop, say: listener.say, progress: listener.steps)
    findings.add(outcome, Self.stagesPhase)
    guard outcome.isComplete, let best = outcome.bestCheckpoint else { return findings.result(isComplete: false) }
    let last = findings.scores.count - 1
    // A head that was better alone stays the result.
    if findings.checkpoint == nil
      || findings.scores[last].scores.map ?? 0 > findings.scores[findings.best].scores.map ?? 0
    {
      findings.best = last
      findings.checkpoint = Self.checkpointPath(config)
      // What was cut since is no result.
      _ = try FineTuningError.withDamage(of: best) { try Checkpoint(path: best) }
      try prepareCheckpoint()
      try copyFile(best, to: Self.checkpointPath(config))
    } else {
      listener.say(
        "no epoch of the stages is better than the head alone (\(fixed(findings.scores[findings.best].scores.map ?? 0, 4))), "
          + "whose weights stay the result")
    }
    return findings.result(isComplete: true)
  }

  /// Judges a whole network by what is held out.
  private func scores(
    of session: TrainingSession, _ held: SplitTasks, _ leftOut: LeftOutKeyFrames, _ listener: Listener
  ) throws -> Judgement {
    let path = joinPath(folder(Self.stagesPhase), "validation.pyth")
    try session.save(to: path, epoch: 0, learningRate: 0, configText: written.text)
    defer { removeFile(path) }
    var own = config
    try own.apply(overrides: [Key.testCheckpointFilePath.name, pythonString(path)])
    let loaded = try LoadedModel(own, WeightOptions(), engine: engine)
    let run = ClipRun(model: loaded.model, window: ClipWindow(config), preprocessing: Preprocessing(config))
    let journal = RunJournal()
    listener.features("validation", 0, held.tasks.count)
    try JournaledRun(held.jobs, journal, stopsAtDamage: false).run(run, isToStop: listener.isToStop) {
      listener.features("validation", $0, held.tasks.count)
    }
    let fusion = ViewFusion(config)
    var scored: [(ClipTask, Tensor)] = []
    for task in held.tasks where journal.hasAll(task) {
      scored.append((task, fusion.fuse(try task.views.compactMap { try journal.scores(of: task, $0) })))
    }
    let judged = JudgedKeyFrames(scored.map(\.0.keyFrame), of: held.tasks.count)
    if listener.isToStop() { return Judgement(scores: try judge.scores(scored), keyFrames: judged) }
    if scored.isEmpty { throw FineTuningError.noFeatures("--val") }
    let missed = held.tasks.compactMap { task in journal.damage(of: task).map { ("\(task.keyFrame)", $0) } }
    for line in leftOut.lines(missed) { listener.say(line) }
    return Judgement(scores: try self.judged(scored), keyFrames: judged)
  }
}

/// Copies a file, complete or not at all.
private func copyFile(_ path: String, to target: String) throws {
  let source = try MappedFile(path: path, doing: "copying the best weights")
  let copy = try AtomicFile(path: target)
  try copy.write(raw: source.bytes)
  withExtendedLifetime(source) {}
  try copy.commit()
}

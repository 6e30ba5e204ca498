internal import Checkpoint
internal import Clocks
internal import Files
internal import Inference
internal import Kernels
internal import Optimization
internal import Tensors
internal import Trainer
internal import TrainingData
internal import TrainingLog
internal import VideoModels
internal import Wording

/// How well classes are found, and in which key frames.
struct Judgement {
  let scores: ClassScores
  let keyFrames: JudgedKeyFrames
}

/// The batches of an epoch.
struct EpochBatches {
  let count: Int
  /// Gives one after the other, nil after the last.
  let next: () throws -> TrainingBatch?
  /// For how many seconds the network has waited so far.
  let waited: () -> Double
}

/// A part of a fine-tuning: epochs of batches, each followed by a validation, until nothing gets better.
///
/// Its folder has `state.json`, the checkpoints of the last and of the best epoch, and the logs of a training. A phase that is
/// begun again goes on after the last whole epoch and ends with the same weights as one that was never interrupted: what is
/// drawn depends on the seed, the epoch and the step alone.
final class Phase {
  /// What a phase is made of.
  struct Plan {
    let name: String
    let title: String
    let folder: String
    let epochs: Int
    let patience: Int?
    let seed: UInt64
    let logPeriod: Int
    /// Of the configuration, for checkpoints.
    let configText: String
    let identity: PhaseIdentity
    /// Makes the network with its optimizer; of a checkpoint where the phase goes on.
    let session: (Checkpoint?) throws -> TrainingSession
    let batches: (_ epoch: Int) throws -> EpochBatches
    /// What is done before weights are judged and kept.
    let beforeValidation: (TrainingSession, _ epoch: Int) throws -> Void
    let validate: (TrainingSession) throws -> Judgement
    /// The key frames that numbers of a former phase stand for; nil for none.
    var judged: JudgedKeyFrames?
    /// What was said of damage and is in no log yet.
    var remarks: () -> [String] = { [] }
  }

  /// What came of a phase.
  struct Outcome {
    let isComplete: Bool
    let state: PhaseState
    /// From 0; nil where no epoch was done.
    let bestEpoch: Int?
    /// The weights of the best epoch.
    let bestCheckpoint: String?
    let curves: [UInt8]?
    let seconds: Double
    let waited: Double
  }

  private let plan: Plan
  /// The file that says how far it is.
  static let stateName = "state.json"
  private var statePath: String { joinPath(plan.folder, Self.stateName) }

  init(_ plan: Plan) { self.plan = plan }

  private func checkpoint(_ epoch: Int) -> String {
    let number = "\(epoch + 1)"
    return joinPath(
      plan.folder, "epoch_\(String(repeating: "0", count: max(0, 5 - number.count)))\(number).pyth")
  }

  /// A network and its optimizer as an epoch left them.
  private func resumed(_ path: String) throws -> TrainingSession {
    try FineTuningError.withDamage(of: path) {
      let file = try Checkpoint(path: path, withOptimizer: true)
      let session = try plan.session(file)
      try session.resume(from: file)
      return session
    }
  }

  private func check(_ now: JudgedKeyFrames, against before: JudgedKeyFrames) throws(FineTuningError) {
    if now != before { throw .otherKeyFrames(path: plan.folder, before: before.words, now: now.words) }
  }

  /// - Parameters:
  ///   - isToStop: Asked after every step; true ends the run, and the epoch at hand is lost.
  ///   - say: Told of what happens, a line each.
  ///   - progress: Told after every step: steps done of all, and a line for people.
  /// - Throws: `FineTuningError`, `TrainingError` and what batches and validation throw.
  func run(
    isToStop: () -> Bool, say: (String) -> Void, progress: (_ done: Int, _ total: Int, _ line: String) -> Void
  ) throws -> Outcome {
    try makeFolder(plan.folder)
    var state: PhaseState
    var session: TrainingSession
    if pathExists(statePath) {
      state = try PhaseState(path: statePath)
      let changes = state.identity.changes(to: plan.identity)
      if !changes.isEmpty { throw FineTuningError.otherRun(path: plan.folder, changes: changes) }
      session = try state.epochs.isEmpty ? plan.session(nil) : resumed(checkpoint(state.epochs.count - 1))
    } else {
      session = try plan.session(nil)
      state = PhaseState(identity: plan.identity, try plan.validate(session))
      // A validation that was stopped has not seen everything.
      if !isToStop() {
        if let judged = plan.judged { try check(state.judged, against: judged) }
        try state.write(to: statePath)
      }
    }
    var stopping = EarlyStopping(patience: plan.patience)
    for (epoch, done) in state.epochs.enumerated() { stopping.add(done.scores.map ?? 0, epoch: epoch) }
    if !isToStop(), let judged = plan.judged { try check(state.judged, against: judged) }
    // What was damaged may have been repaired: said before an epoch is trained for nothing.
    if !state.judged.isWhole, !state.epochs.isEmpty, state.epochs.count < plan.epochs, !stopping.isOver {
      let now = try plan.validate(session).keyFrames
      if !isToStop() { try check(now, against: state.judged) }
    }
    let first = state.epochs.count
    if first > 0, first < plan.epochs, !stopping.isOver { say("\(plan.name): going on with epoch \(first + 1)") }
    var options = TrainingLog.Options(
      folder: plan.folder, task: .detection, period: plan.logPeriod, title: plan.title)
    // Whatever they lack, all lack the same: else the phase ends.
    options.comparesAll = true
    let log = try TrainingLog(options, startEpoch: first, iterations: 1)
    for notice in log.notices { say(notice) }
    // A warning stays where one looks later, too.
    func logRemarks() throws { for line in plan.remarks() { try log.note(line) } }
    try logRemarks()
    var trained = TrainMeter(.detection, window: plan.logPeriod)
    var tested = ValMeter(.detection, window: plan.logPeriod, after: log.entries)
    let begin = monotonicSeconds()
    var waited = 0.0
    func outcome(_ isComplete: Bool) throws -> Outcome {
      let best = stopping.best?.epoch
      return Outcome(
        isComplete: isComplete, state: state, bestEpoch: best, bestCheckpoint: best.map(checkpoint),
        curves: try? log.curves.picture(),
        seconds: monotonicSeconds() - begin, waited: waited)
    }
    var epoch = first
    if isToStop() { return try outcome(false) }
    while epoch < plan.epochs, !stopping.isOver {
      let batches = try plan.batches(epoch)
      var last = monotonicSeconds()
      var (sum, rate, iteration) = (0.0, 0.0, 0)
      trained.reset()
      var before = 0.0
      while let batch = try batches.next() {
        let data = batches.waited() - before
        before += data
        // The same as if no step had been interrupted: seeds count an epoch's own steps.
        let seed = plan.seed &+ UInt64(epoch) &* 1_000_003 &+ UInt64(iteration)
        let step = try session.step(batch, epoch: epoch, iteration: iteration, of: batches.count, seed: seed)
        let position = TrainingPosition(epoch: epoch, of: plan.epochs, iteration: iteration, of: batches.count)
        (sum, rate, iteration) = (sum + step.loss, step.learningRate, iteration + 1)
        let now = monotonicSeconds()
        trained.add(
          loss: step.loss, learningRate: step.learningRate, gradientNorm: step.gradientNorm, clips: batch.clip.batch,
          times: IterationTimes(total: now - last, data: data))
        last = now
        try logRemarks()
        try log.record(trained, position)
        progress(
          (epoch - first) * batches.count + iteration, (plan.epochs - first) * batches.count,
          "\(plan.name)  \(trained.progressLine(position))")
        if isToStop() {
          waited += batches.waited()
          return try outcome(false)
        }
      }
      waited += batches.waited()
      let position = TrainingPosition(
        epoch: epoch, of: plan.epochs, iteration: max(0, iteration - 1), of: batches.count)
      try log.recordEpoch(trained, position)
      // Of what the last step made no loss was taken.
      try session.checkWeights(epoch: epoch)
      try plan.beforeValidation(session, epoch)
      try session.checkWeights(epoch: epoch)
      session.uniteStatistics()
      let judgement: Judgement
      do { judgement = try plan.validate(session) } catch let error as ClipRunError {
        // The weights are this epoch's, and numbers.
        throw TrainingError.scoresNotFinite(epoch: epoch, reason: withoutAdvice(error))
      }
      if isToStop() { return try outcome(false) }
      try check(judgement.keyFrames, against: state.judged)
      try logRemarks()
      let (scores, lacking) = (judgement.scores, judgement.keyFrames.lacking)
      tested.lacking = lacking
      try log.recordEpoch(tested, position, map: scores.map)
      tested.reset()
      try session.save(to: checkpoint(epoch), epoch: epoch, learningRate: rate, configText: plan.configText)
      state.epochs.append(
        PhaseState.Epoch(loss: sum / Double(max(1, iteration)), learningRate: rate, scores: scores))
      try state.write(to: statePath)
      let former = stopping.best?.epoch
      let isBest = stopping.add(scores.map ?? 0, epoch: epoch)
      // Of checkpoints the last one and the best one stay.
      for old in 0..<epoch where old != stopping.best?.epoch && (old == epoch - 1 || old == former) {
        removeFile(checkpoint(old))
      }
      let line =
        "\(plan.name): epoch \(epoch + 1): loss \(fixed(sum / Double(max(1, iteration)), 4)), held-out mAP "
        + "\(fixed(scores.map ?? 0, 4))\(lacking.map { ", of \(judgement.keyFrames.words): \($0.count) could not be read" } ?? "")"
        + (isBest ? " (best so far)" : "")
      if lacking != nil { try log.note(line) }
      try log.finishEpoch()
      say(line)
      epoch += 1
    }
    if stopping.isOver, epoch < plan.epochs, let patience = plan.patience {
      say("\(plan.name): no better for \(counted(patience, "epoch")): training ends after epoch \(epoch)")
    }
    return try outcome(true)
  }
}

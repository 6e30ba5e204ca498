internal import Augmentation
internal import Checkpoint
internal import Clocks
public import Collectives
public import Configuration
internal import Files
public import Kernels
internal import ModelZoo
internal import NN
internal import Optimization
internal import Tensors
internal import TrainingData
public import TrainingLog
internal import VideoModels
internal import Wording

/// A whole training, as PySlowFast's train_net does it: epochs of batches, checkpoints, validation, logs.
///
/// All processes of a group do the same; the first one writes.
public final class TrainingRun {
  public let config: Configuration
  public let settings: TrainingSettings
  public private(set) var session: TrainingSession
  /// The epoch that is trained first, from 0, and how many there are.
  public let firstEpoch: Int
  public let epochs: Int
  /// What the user should know of weights and lists.
  public let notices: [String]
  private let engine: Engine
  private let dataset: any TrainingDataset
  private let loading: LoaderOptions
  private let maxUnreadable: Double
  private let collation: Collation
  private let full: BatchForm
  private let phases: MultigridPhases?
  private let group: any ProcessGroup
  private let precise: Int?
  private let task: LoggedTask
  private let configText: String
  private let overwrites: Bool
  /// Whether training goes on from a checkpoint of its own.
  private let isResumed: Bool

  /// What a validation found.
  public struct Validation: Sendable {
    /// Mean average precision, 0 to 1; nil where clips have one class.
    public var map: Double?
    /// In percent.
    public var errors: TopKErrors?
    /// How many of all videos, or key frames, could not be read, and what they are called; nil for none.
    public var lacking: (count: Int, of: Int, unit: String)?
    /// What the user should know of them, and was not told before.
    public var remarks: [String] = []
    /// How long its batches took; empty where nobody has measured.
    public var times: [IterationTimes] = []

    public init(map: Double? = nil, errors: TopKErrors? = nil) { (self.map, self.errors) = (map, errors) }
  }

  /// What a validation throws of weights whose scores are no numbers.
  public struct ScoresNotFinite: Error {
    /// What was scored, without advice.
    public let reason: String

    public init(reason: String) { self.reason = reason }
  }

  /// What a test has found.
  public enum TestResult: Sendable {
    /// Mean average precision, 0 to 1.
    case map(Double)
    /// In percent.
    case accuracy(top1: Double, top5: Double)
  }

  /// Where the training stands.
  public struct Progress: Sendable {
    /// Steps done of all that this run does.
    public let done: Int
    public let total: Int
    /// One line for people.
    public let line: String
  }

  /// How a run ended.
  public struct Ending: Sendable {
    /// Whether all epochs are done.
    public let isComplete: Bool
    /// The last checkpoint; nil for none.
    public let checkpoint: String?
    /// The last validation's.
    public let validation: Validation?
    /// The share of time that the network waited for data, 0 to 1.
    public let dataShare: Double
    /// What the network was waiting for and how long the steps took, in seconds.
    public let seconds: Double
    /// Samples that could not be read, others being taken for them.
    public let unreadable: Int
  }

  /// Reads what the configuration names, and makes the network.
  ///
  /// - Parameters:
  ///   - videos: Of AVA: video files, or folders of pictures, named as the boxes name them; none for frame lists.
  ///   - workers: Threads that read samples; nil for `DATA_LOADER.NUM_WORKERS`.
  ///   - overwrites: Whether what an earlier training has left in the folder goes when this one begins; else one that does not go on
  ///     with it is refused.
  ///   - group: The processes that train together.
  /// - Throws: What is wrong with the configuration, the lists, the weights or the folder.
  public init(
    _ config: Configuration, engine: Engine, videos: [String] = [], workers: Int? = nil,
    overwrites: Bool = false, group: any ProcessGroup = SingleProcess()
  ) throws {
    let phases = try MultigridPhases(config)
    configText = config.sharedYAML
    let config = phases?.config ?? config
    self.config = config
    self.phases = phases
    self.engine = engine
    self.group = group
    try TrainingSettings.check(config)
    settings = try TrainingSettings(config, shards: group.size)
    dataset = try trainingDataset(config, .train, videos: videos)
    var loading = try LoaderOptions(config, workers: workers)
    maxUnreadable = loading.maxUnreadable
    // What all processes cannot read together counts, of which each reads a part alone.
    if group.size > 1 { loading.maxUnreadable = 1 }
    self.loading = loading
    let missing = try Self.missing(dataset, config, settings, group, isWhole: phases == nil, limit: maxUnreadable)
    collation = try Collation(config)
    full = BatchForm(samples: settings.batchSize, shape: try SampleShape(config))
    try settings.check(
      config, collation, targets: dataset.targetKind, clips: dataset.examplesPerSample)
    let start = try TrainingStart(
      config, settings, engine: engine, phases: phases, videos: videos, overwrites: overwrites)
    self.overwrites = overwrites
    session = try TrainingSession(start.model, settings, engine: engine, group: group)
    if let file = start.resumed { try session.resume(from: file) }
    firstEpoch = start.epoch
    isResumed = start.isOwn
    epochs = config[.solverMaxEpoch]
    precise = config[.bnUsePreciseStats] ? config[.bnNumBatchesPrecise] : nil
    task =
      settings.loss.outputCount > 1
      ? .selfSupervised
      : config[.detectionEnable] ? .detection : config[.dataMultiLabel] ? .multiLabel : .classification
    let precision =
      settings.network.keepsBFloat16
      ? ["\(config.cite(.trainMixedPrecision)): what is kept for the backward pass is rounded to bfloat16"] : []
    notices = dataset.notices + missing + (phases?.notices ?? []) + precision + start.notices
    // Says at once what would otherwise end the first epoch.
    _ = try plan(firstEpoch)
  }

  /// What to say of AVA's pictures that are not there.
  ///
  /// - Parameter isWhole: Whether all batches have as many samples, so that one knows how many an epoch reads.
  /// - Throws: `TrainingDataError.picturesMissing` where they are so many that the first epoch could not be whole.
  private static func missing(
    _ dataset: any TrainingDataset, _ config: Configuration, _ settings: TrainingSettings, _ group: any ProcessGroup,
    isWhole: Bool, limit: Double
  ) throws -> [String] {
    guard let found = (dataset as? AVATraining)?.missingPictures else { return [] }
    // Samples that make no whole batch are not read in each epoch.
    let share = (dataset.count + group.size - 1) / group.size
    let idle = isWhole ? group.size * (share % settings.batchSize) : found.count
    if Double(found.count - idle) > limit * Double(dataset.count) {
      throw TrainingDataError.picturesMissing(
        count: found.count, samples: dataset.count, first: found.first, key: config.cite(.avaFrameDir), limit: limit)
    }
    return [
      "pictures of \(found.count) of \(counted(dataset.count, "key frame")) to learn from are not there, the first would be "
        + "'\(found.first)': others are taken for them"
    ]
  }

  /// Clips of a step, over all processes.
  public var clipsOfStep: Int { settings.batchSize * group.size * dataset.examplesPerSample }

  private func plan(_ epoch: Int) throws -> EpochPlan { try plan(epoch, forms(epoch)) }

  private func plan(_ epoch: Int, _ forms: [BatchForm]) throws -> EpochPlan {
    try EpochPlan(
      EpochOrder(count: dataset.count, seed: loading.seed, epoch: epoch, rank: group.rank, of: group.size), forms)
  }

  /// What the batches of an epoch look like, in turn.
  private func forms(_ epoch: Int) -> [BatchForm] { phases?.forms(at: epoch) ?? [full] }

  /// How many batches the epochs before one have.
  private func iterations(before epoch: Int) -> Int {
    let samples = (dataset.count + group.size - 1) / group.size
    func count(_ epoch: Int) -> Int {
      CyclicBatches(sizes: forms(epoch).map(\.samples)).ranges(samples: samples).count
    }
    return phases == nil ? epoch * count(0) : (0..<epoch).reduce(0) { $0 + count($1) }
  }

  /// Whether something that is done every so many epochs is done after one; always after the last.
  private func isDue(_ epoch: Int, every period: Int) -> Bool {
    if let phases { return phases.schedule.isMilestone(epoch, period: period) }
    return epoch + 1 == epochs || period > 0 && (epoch + 1) % period == 0
  }

  /// Goes over to the network of an epoch, where multigrid's clips change.
  private func enter(_ epoch: Int) throws {
    guard let phases, phases.schedule.changes(at: epoch) else { return }
    let (architecture, options) = try phases.network(at: epoch)
    let model = try TrainableModel(
      architecture, weights: WeightReader(RandomWeights(seed: 0)), engine: engine, options)
    session = try session.continued(on: model)
  }

  /// Trains the epochs that are left.
  ///
  /// - Parameters:
  ///   - isToStop: Asked after every step; true ends the run, and the epoch at hand is lost.
  ///   - validate: Tests the weights of a checkpoint, and throws ``ScoresNotFinite`` of such; nil where nothing is validated. Called in the first process alone, first of
  ///     all for the checkpoint that training goes on from where that was not done.
  ///   - remarks: What was said of the validation before, for the log.
  ///   - say: Told of what happens, a line each.
  ///   - progress: Told after every step.
  /// - Throws: `TrainingError`, `TrainingDataError`, `FileError`, `ProcessGroupError` and what validation throws.
  public func run(
    isToStop: () -> Bool = { false }, validate: ((_ checkpoint: String) throws -> Validation)? = nil,
    remarks: [String] = [], say: (String) -> Void = { _ in }, progress: (Progress) -> Void = { _ in }
  ) throws -> Ending {
    let isFirst = group.rank == 0
    if isFirst {
      removeFile(unsavedPath)
      try TrainingLog.check(in: config[.outputDir])
    }
    if isFirst, overwrites { try EarlierTraining(config).remove() }
    if group.size > 1, overwrites { try group.barrier() }
    var (validation, checkpoint): (Validation?, String?) = (nil, try lastCheckpoint(config))
    // The first process says it for all: batches for precise statistics are taken together.
    let validates = try group.size > 1 ? shared(validate != nil, 0, lost: 0).isAsked : validate != nil
    let owed = isFirst && validates ? try owedValidation() : nil
    if firstEpoch >= epochs, owed == nil {
      return Ending(
        isComplete: true, checkpoint: checkpoint, validation: nil, dataShare: 0, seconds: 0, unreadable: 0)
    }
    if isFirst { try makeFolder(checkpointFolder(config)) }
    let kept = try isFirst && !isResumed ? TrainingLog.keep(in: config[.outputDir]) : nil
    let keptWords = kept.map {
      "the log of an earlier training, none of whose checkpoints are here, is kept in '\($0)'"
    }
    if let keptWords { say(keptWords) }
    let log = try isFirst ? openLog(plan(firstEpoch).batches.count) : nil
    for notice in log?.notices ?? [] { say(notice) }
    for remark in [keptWords].compactMap(\.self) + remarks { try log?.note(remark) }
    var trained = TrainMeter(task, window: max(1, config[.logPeriod]))
    var tested = ValMeter(task, window: max(1, config[.logPeriod]), after: log?.entries ?? [])
    // A warning stays where one looks later, too.
    func warn(_ line: String) throws {
      say(line)
      try log?.note(line)
    }
    func tell(_ lost: [UnreadableSample]) throws {
      for sample in lost {
        try warn("'\(sample.name)' could not be read, another sample is taken for it: \(sample.reason)")
      }
    }
    func test(_ epoch: Int, iterations: Int, _ validate: () throws -> Validation) throws {
      let found: Validation
      do { found = try validate() } catch let error as ScoresNotFinite {
        // Training would go on from it, only to end here again.
        removeFile(checkpointPath(config, epoch: epoch))
        throw TrainingError.scoresNotFinite(epoch: epoch, reason: error.reason)
      }
      validation = found
      for remark in found.remarks { try warn(remark) }
      tested.lacking = found.lacking.map { (count: $0.count, of: $0.of) }
      for times in found.times { tested.add(clips: 0, times: times) }
      if let errors = found.errors { tested.add(errors: errors, clips: 1) }
      let position = TrainingPosition(epoch: epoch, of: epochs, iteration: iterations - 1, of: iterations)
      try log?.recordEpoch(tested, position, map: found.map)
      tested.reset()
      let line = "epoch \(epoch + 1): \(words(found))"
      if found.lacking == nil { say(line) } else { try warn(line) }
    }
    if let owed, let checkpoint, let validate {
      say("epoch \(owed + 1) was saved, but not validated: that comes first")
      try test(owed, iterations: plan(owed).batches.count) { try validate(checkpoint) }
      try log?.finishEpoch()
    }
    // As after every epoch: nobody goes on while the first process tests.
    if group.size > 1, firstEpoch < epochs { try group.barrier() }
    let begun = iterations(before: firstEpoch)
    let total = iterations(before: epochs) - begun
    var done = begun
    var (waited, unreadable, rate) = (0.0, 0, 0.0)
    let begin = monotonicSeconds()
    for epoch in firstEpoch..<epochs {
      try enter(epoch)
      let plan = try plan(epoch)
      let iterations = plan.batches.count
      let loader = BatchLoader(dataset, plan, loading, collation)
      var last = monotonicSeconds()
      var lostOfEpoch: [UnreadableSample] = []
      trained.reset()
      for iteration in 0..<iterations {
        let before = loader.waitedSeconds
        guard let batch = try loader.next() else { break }
        let position = TrainingPosition(epoch: epoch, of: epochs, iteration: iteration, of: iterations)
        let lost = loader.takeUnreadable()
        if group.size == 1 { try tell(lost) }
        let step = try session.step(
          batch, epoch: epoch, iteration: iteration, of: plan.nominalCount,
          seed: UInt64(done * group.size + group.rank) &+ loading.seed)
        done += 1
        rate = step.learningRate
        // All processes stop after the same step; the loss that is told is their mean.
        let (stops, loss, lostByAll) = try shared(isToStop(), step.loss, lost: lost.count)
        if group.size == 1 {
          lostOfEpoch += lost
        } else if lostByAll > 0 {
          // Of what comes twice, so that all processes have as many, the first time counts.
          let fresh = try gathered(lost).filter { sample in !lostOfEpoch.contains { $0.index == sample.index } }
          lostOfEpoch += fresh
          try checkShare(lostOfEpoch, epoch)
          try tell(fresh)
        }
        let now = monotonicSeconds()
        trained.add(
          loss: loss, learningRate: step.learningRate, gradientNorm: step.gradientNorm,
          errors: errors(step.scores, batch.targets), clips: batch.clip.batch,
          times: IterationTimes(total: now - last, data: loader.waitedSeconds - before))
        last = now
        try log?.record(trained, position)
        if trained.isExploding(factor: config[.trainKillLossExplosionFactor]) {
          throw TrainingError.exploded(epoch: epoch, iteration: iteration, loss: loss)
        }
        progress(
          Progress(
            done: done - begun, total: total,
            line: trained.progressLine(position)))
        if stops {
          return Ending(
            isComplete: false, checkpoint: checkpoint, validation: validation,
            dataShare: (waited + loader.waitedSeconds) / max(monotonicSeconds() - begin, 1e-9),
            seconds: monotonicSeconds() - begin, unreadable: unreadable + lostOfEpoch.count)
        }
      }
      waited += loader.waitedSeconds
      unreadable += lostOfEpoch.count
      let position = TrainingPosition(epoch: epoch, of: epochs, iteration: iterations - 1, of: iterations)
      try log?.recordEpoch(trained, position)
      // In all processes alike, whose weights are the same: what the last step made nobody else looks at.
      try session.checkWeights(epoch: epoch)
      let isSaved = isDue(epoch, every: config[.trainCheckpointPeriod])
      let isTested = validates && isDue(epoch, every: config[.trainEvalPeriod])
      if isSaved || isTested {
        try setPreciseStatistics(epoch)
        try session.checkWeights(epoch: epoch)
      }
      if isSaved { session.uniteStatistics() }
      if isFirst, isSaved {
        let path = checkpointPath(config, epoch: epoch)
        try session.save(to: path, epoch: epoch, learningRate: rate, configText: configText)
        checkpoint = path
        say("wrote \(path)")
      }
      if isFirst, isTested, let validate {
        try test(epoch, iterations: iterations) {
          if isSaved, let checkpoint { return try validate(checkpoint) }
          return try validateUnsaved(epoch, rate, validate)
        }
      }
      try log?.finishEpoch()
      // Nobody goes on while the first process still writes and tests.
      if group.size > 1 { try group.barrier() }
    }
    let seconds = monotonicSeconds() - begin
    return Ending(
      isComplete: true, checkpoint: checkpoint, validation: validation, dataShare: waited / max(seconds, 1e-9),
      seconds: seconds, unreadable: unreadable)
  }

  /// Whether any process is asked for something, the mean of their losses, and how many samples they could not read together.
  private func shared(_ isAsked: Bool, _ loss: Double, lost: Int) throws -> (isAsked: Bool, loss: Double, lost: Int) {
    if group.size == 1 { return (isAsked, loss, lost) }
    var sums = [isAsked ? 1.0 : 0.0, loss, Double(lost)]
    try group.allReduceSum(&sums)
    return (sums[0] > 0, sums[1] / Double(group.size), Int(sums[2]))
  }

  /// What all processes could not read, in the order of ranks, each once.
  private func gathered(_ lost: [UnreadableSample]) throws -> [UnreadableSample] {
    let fields = lost.map { "\($0.index)\u{1F}\($0.name)\u{1F}\($0.reason)" }.joined(separator: "\u{1E}")
    var all: [UnreadableSample] = []
    for text in try group.allGather(fields) {
      for entry in text.split(separator: "\u{1E}") {
        let parts = entry.split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let index = Int(parts[0]) else { continue }
        let sample = UnreadableSample(index: index, name: parts[1], reason: parts[2])
        if !all.contains(where: { $0.index == index }) { all.append(sample) }
      }
    }
    return all
  }

  /// Ends the training where several processes together cannot read more of an epoch than may be, as the loader does where one trains.
  ///
  /// - Throws: `ProcessGroupError.ranksFailed` with `TrainingDataError.tooManyUnreadable`, in all processes.
  private func checkShare(_ lost: [UnreadableSample], _ epoch: Int) throws {
    if Double(lost.count) <= maxUnreadable * Double(dataset.count) { return }
    try group.together {
      throw TrainingDataError.tooManyUnreadable(
        epoch: epoch, found: lost, samples: dataset.count, limit: maxUnreadable)
    }
  }

  private func words(_ found: Validation) -> String {
    let lacking = found.lacking.map {
      ", of \($0.of - $0.count) of \(counted($0.of, $0.unit)): \($0.count) could not be read"
    }
    if let map = found.map { return "validation mAP \(fixed(map, 4))\(lacking ?? "")" }
    guard let errors = found.errors else { return "nothing was validated" }
    return "validation top-1 accuracy \(fixed(100 - errors.top1, 2)) %, top-5 \(fixed(100 - errors.top5, 2)) %"
      + (lacking ?? "")
  }

  private var logOptions: TrainingLog.Options {
    TrainingLog.Options(
      folder: config[.outputDir], task: task, period: max(1, config[.logPeriod]),
      title: config.path.map { splitPath($0).name } ?? "Training")
  }

  /// Takes up in the log what a test of the last checkpoint has found.
  ///
  /// - Returns: What was damaged in the log, and is left out: for the user.
  /// - Throws: `FileError`.
  public func record(_ result: TestResult) throws -> [String] {
    let log = try TrainingLog(logOptions, startEpoch: nil, iterations: 0)
    switch result {
    case .map(let map): try log.recordTest(map: map)
    case .accuracy(let top1, let top5): try log.recordTest(errors: TopKErrors(top1: 100 - top1, top5: 100 - top5))
    }
    return log.notices
  }

  private func openLog(_ iterations: Int) throws -> TrainingLog {
    var options = logOptions
    options.eventFolder = eventFolder(config)
    return try TrainingLog(options, startEpoch: firstEpoch, iterations: iterations, voidsEvents: !isResumed)
  }

  /// Of clips with one class each.
  private func errors(_ scores: Tensor, _ targets: Targets) -> TopKErrors? {
    guard task == .classification, case .classes(let labels) = targets, scores.shape.count == 2 else { return nil }
    return TopKErrors(scores: scores.array, classes: scores.shape[1], labels: labels)
  }

  /// Takes the statistics of batch norms from batches of their own, as `BN.USE_PRECISE_STATS` wants.
  private func setPreciseStatistics(_ epoch: Int) throws {
    guard let precise, precise > 0, session.model.statistics.contains(where: { !$0.isFrozen }) else { return }
    // Of a short cycle the full clips alone.
    let loader = BatchLoader(dataset, try plan(epoch, forms(epoch).suffix(1)), loading, collation)
    try session.model.setPreciseStatistics(precise, of: loader)
  }

  /// What a process that was killed while it validated has left goes when the next one begins.
  private var unsavedPath: String { joinPath(config[.outputDir], ".validation.pyth") }

  /// Validates the weights as they are, where no checkpoint is due: by one that is made for it.
  private func validateUnsaved(
    _ epoch: Int, _ rate: Double, _ validate: (String) throws -> Validation
  ) throws -> Validation {
    let path = unsavedPath
    try session.save(to: path, epoch: epoch, learningRate: rate, configText: configText)
    defer { removeFile(path) }
    return try validate(path)
  }

  /// The epoch whose checkpoint was written and whose validation, though it was due, is not in the log: the process ended
  /// between the two. The checkpoint has the precise statistics that validation takes.
  private func owedValidation() throws -> Int? {
    let epoch = firstEpoch - 1
    guard isResumed, 0..<epochs ~= epoch, isDue(epoch, every: config[.trainEvalPeriod]) else { return nil }
    return try TrainingLog.hasValidation(of: epoch, in: config[.outputDir]) ? nil : epoch
  }
}

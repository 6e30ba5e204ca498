public import AVARecords
public import Clips
public import Configuration
internal import Files
internal import Geometry
internal import Imaging
public import Inference
internal import Kernels
internal import ModelZoo
internal import Runs
public import Tensors
public import TrainingData
internal import VideoModels
internal import Wording

/// What a frozen backbone makes of every box of a data set, in each of some views: computed once, and kept in a file.
///
/// The file is a run's journal whose scores are features: it goes on where an interrupted run ended, knows what its numbers depend on
/// (weights, configuration, videos), and each record has a checksum, its key frame and its boxes. What is damaged is computed again,
/// and so is what is new: other boxes at a key frame, other videos, more of them. The rest stays.
///
/// Not for several threads at once.
public final class FeatureCache {
  public let data: AVATraining
  public let views: [View]
  /// How many numbers a box has.
  public let width: Int
  /// As the samples of the data set.
  public let tasks: [ClipTask]
  /// What the user should know of the file.
  public let notices: [String]
  private let jobs: [VideoJob]
  private let run: ClipRun
  private let journal: RunJournal
  private let path: String

  /// A box that has features.
  public struct Box: Sendable, Equatable {
    public let sample: Int
    public let number: Int
  }

  /// Opens the file, or begins one.
  ///
  /// - Parameters:
  ///   - model: Of ``RoIFeatures``.
  /// - Throws: `JournalError` where the file is of other weights or settings; `FileError`, `VideoError`.
  public init(path: String, _ data: AVATraining, views: [View], model: LoadedModel, _ config: Configuration) throws {
    self.path = path
    self.data = data
    self.views = views
    width = model.model.classes
    let run = ClipRun(model: model.model, window: ClipWindow(config), preprocessing: Preprocessing(config))
    self.run = run
    let split = try SplitTasks(data, views: views)
    (tasks, jobs) = (split.tasks, split.jobs)
    var identity = try Self.identity(model, config)
    for job in split.jobs {
      identity.add(.video, job.name, try data.fingerprint(of: job.name) { run.frames(of: job.tasks, in: $0) })
    }
    let admitted = try RunJournal.admit(identity, to: path)
    let journal = try RunJournal(path: path, identity: admitted.identity, classes: width)
    self.journal = journal
    var notices = journal.loss.map { Self.words(of: $0, path) }.map { [$0] } ?? []
    if !admitted.replaced.isEmpty {
      let names = listed(admitted.replaced.map { "'\($0)'" }, limit: 3)
      notices.append("'\(path)' has features of other videos under the names \(names): these are computed anew")
    }
    let known = split.tasks.count { journal.hasAll($0) }
    if known > 0, known < split.tasks.count {
      notices.append("'\(path)' has the features of \(known) of \(counted(split.tasks.count, "key frame")) already")
    }
    self.notices = notices
  }

  /// Makes sure that a file that is there is of the same weights and settings; changes nothing.
  ///
  /// - Parameters:
  ///   - model: Of ``RoIFeatures``.
  /// - Throws: `JournalError`, `FileError`.
  public static func check(path: String, model: LoadedModel, _ config: Configuration) throws {
    try RunJournal.checkSettings(identity(model, config), of: path)
  }

  /// Finds a key frame that features can be made of now, and that a run which had these features did without: its frames were damaged or
  /// missing then. Nothing is written: as long as they are not in the file, that run can go on once the frames are as they were.
  ///
  /// - Parameters:
  ///   - path: A file that need not be there.
  ///   - content: Of the run, as ``JudgedKeyFrames`` says it; of a file that holds something else nothing is found.
  ///   - isToStop: Asked after each key frame; true ends the search.
  /// - Throws: As `ClipRun.run`, and `FileError`.
  static func readable(
    path: String, _ data: AVATraining, views: [View], model: LoadedModel, _ config: Configuration,
    beside content: String, isToStop: () -> Bool
  ) throws -> KeyFrame? {
    guard pathExists(path), let journal = try? RunJournal(reading: path) else { return nil }
    let split = try SplitTasks(data, views: views)
    let jobs = split.jobs.map { job in
      VideoJob(name: job.name, tasks: job.tasks.filter { !journal.hasAll($0) }, open: job.open)
    }
    if jobs.allSatisfy(\.tasks.isEmpty) { return nil }
    if try Self.content(of: split.tasks, views, in: journal).description != content { return nil }
    let run = ClipRun(model: model.model, window: ClipWindow(config), preprocessing: Preprocessing(config))
    let found = RunJournal()
    try JournaledRun(jobs, found, stopsAtDamage: false).run(
      run, isToStop: { !found.isEmpty || isToStop() }, progress: { _ in })
    return split.tasks.first { task in task.views.contains { found.has(task, $0) } }?.keyFrame
  }

  /// What features depend on, beside the videos. Which boxes and views they are of their records say themselves.
  private static func identity(_ model: LoadedModel, _ config: Configuration) throws -> RunIdentity {
    let others: Set = [
      Key.modelNumClasses.name, Key.modelHeadAct.name, Key.avaDetectionScoreThresh.name, Key.avaTestScales.name,
      Key.avaTestFlip.name, Key.avaTestSpatialCrops.name,
    ]
    return try RunIdentity(config, but: others, framesPerSecond: 30, model, isStill: false)
  }

  private static func words(of loss: RunJournal.Loss, _ path: String) -> String {
    if loss.isTorn { return "'\(path)' ends within a record that was being written: it is computed again" }
    return "'\(path)' is damaged: \(counted(loss.bytes, "byte")) from the damage on are computed again"
      + (loss.copy.map { "; the file as it was is kept as '\($0)'" } ?? "")
  }

  /// How many key frames have their features.
  public var doneCount: Int { tasks.count { journal.hasAll($0) } }

  /// Computes what is missing. Key frames with damaged frames are left out, see ``damaged``.
  ///
  /// - Parameters:
  ///   - isToStop: Asked after each view of a key frame; true ends it with what there is.
  ///   - progress: Called with the number of key frames done.
  /// - Returns: Whether all is done.
  /// - Throws: As `ClipRun.run`, and `FileError`, `JournalError` where the file cannot be written.
  public func compute(isToStop: () -> Bool, progress: (Int) -> Void) throws -> Bool {
    var stopped = false
    try JournaledRun(jobs, journal, stopsAtDamage: false).run(
      run,
      isToStop: {
        stopped = stopped || isToStop()
        return stopped
      }, progress: progress)
    journal.close()
    return !stopped || tasks.allSatisfy { journal.hasAll($0) || journal.damage(of: $0) != nil }
  }

  /// The key frames that have no features, with the reason.
  public var damaged: [(keyFrame: KeyFrame, cause: String)] {
    tasks.compactMap { task in journal.damage(of: task).map { (task.keyFrame, $0) } }
  }

  /// The key frames that have features in all views, in order.
  var scored: [KeyFrame] { tasks.filter { journal.hasAll($0) }.map(\.keyFrame) }

  /// The same as what they hold.
  ///
  /// - Throws: `FileError`, `JournalError` where the file has changed meanwhile.
  func content() throws -> JudgedKeyFrames { try Self.content(of: tasks, views, in: journal) }

  private static func content(
    of tasks: [ClipTask], _ views: [View], in journal: RunJournal
  ) throws -> JudgedKeyFrames {
    var found = JudgedKeyFrames.Sum()
    for task in tasks where journal.hasAll(task) {
      found.add(task.keyFrame)
      for view in views {
        if let features = try journal.scores(of: task, view) { found.add(features) }
      }
    }
    return found.finish(of: tasks.count)
  }

  /// The boxes that have features in all views, in order.
  public var boxes: [Box] {
    tasks.enumerated().flatMap { sample, task in
      journal.hasAll(task) ? task.people!.indices.map { Box(sample: sample, number: $0) } : []
    }
  }

  /// The features of a key frame's boxes, [boxes, width]; nil where it has none.
  ///
  /// - Throws: `FileError`, `JournalError` where the file has changed meanwhile.
  public func features(of sample: Int, view: Int) throws -> Tensor? {
    try journal.scores(of: tasks[sample], views[view])
  }
}

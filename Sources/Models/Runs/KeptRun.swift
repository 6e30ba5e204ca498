public import AVARecords
public import Configuration
internal import Clips
internal import Files
public import Inference
internal import Wording

/// A complete run in its directory: its results are made anew from it, without weights, frames or proposals.
public struct KeptRun {
  public let directory: RunDirectory
  public let status: RunStatus
  public let config: Configuration
  public let journal: RunJournal
  /// The least score of a proposal whose rows are wanted.
  public let threshold: Double
  /// What could not be read at all.
  public let unreadable: DamageReport

  /// - Parameters:
  ///   - kept: The directory's configuration.
  ///   - config: The same with what is to be otherwise: files of labels, and a higher threshold of proposals.
  /// - Throws: `KeptRunError`, `RunDirectoryError`, `FileError`, `JournalError`.
  public init(_ directory: RunDirectory, kept: Configuration, config: Configuration) throws {
    self.directory = directory
    self.config = config
    try KeptRun.check(directory)
    let journal = try RunJournal(reading: directory.journal(nil))
    guard let status = directory.readStatus(nil) else {
      throw RunDirectoryError.noStatus(path: directory.status(nil))
    }
    self.status = status
    self.journal = journal
    let key = Key.avaDetectionScoreThresh
    let changed = Configuration.keys.filter { name in
      kept.keysOfScores.contains(name) && name != key.name && config.literal(name) != kept.literal(name)
    }
    if !changed.isEmpty {
      throw KeptRunError.otherScores(
        directory.path, changed.map { "\($0) was \(kept.literal($0) ?? "") and is \(config.literal($0) ?? "")" })
    }
    if config[key] < kept[key] { throw KeptRunError.lowThreshold(directory.path, kept[key], asked: config[key]) }
    threshold = config[key] > kept[key] ? config[key] : -.infinity
    let tasks = journal.videos.flatMap(\.tasks)
    let modelCount = (tasks.flatMap(\.views).map(\.model).max() ?? 0) + 1
    if !tasks.isEmpty && modelCount != status.fusion?.weights.count ?? 1 {
      throw RunDirectoryError.noStatus(path: directory.status(nil))
    }
    let planned = Set(tasks.map(\.keyFrame))
    var causes: [KeyFrame: String] = [:]
    var unreadable = DamageReport(RunUnit(config))
    for damage in status.damaged {
      let keyFrame = KeyFrame(video: damage.video, time: Timestamp(microseconds: damage.time))
      causes[keyFrame] = damage.cause
      if !planned.contains(keyFrame) { unreadable.append(keyFrame, cause: damage.cause) }
    }
    self.unreadable = unreadable
    let missing = tasks.filter { !journal.hasAll($0) }
    for task in missing { if let cause = causes[task.keyFrame] { try journal.note(task.keyFrame, damage: cause) } }
    let open = missing.count { causes[$0.keyFrame] == nil }
    if status.state == .complete && (open > 0 || tasks.count < status.total) {
      let found = tasks.count - open
      throw KeptRunError.damaged(directory.path, done: found, total: max(tasks.count, status.total))
    }
    if open > 0 || tasks.isEmpty {
      throw KeptRunError.incomplete(directory.path, done: tasks.count - open, total: tasks.count)
    }
  }

  /// Makes sure that there is a run as a whole.
  private static func check(_ directory: RunDirectory) throws {
    let shards = try directory.shards()
    if directory.hasWhole { return }
    if let shard = shards.first { throw KeptRunError.divided(directory.path, shards: shards.count, of: shard.count) }
    throw RunDirectoryError.empty(directory.path)
  }

  /// How many key frames were to be scored, those without any result among them.
  public var keyFrameCount: Int { journal.videos.reduce(0) { $0 + $1.tasks.count } + unreadable.keyFrames.count }

  /// These key frames, in the order of the run.
  public var keyFrames: [KeyFrame] {
    journal.videos.flatMap(\.tasks).map(\.keyFrame) + unreadable.keyFrames.map(\.keyFrame)
  }

  /// What was scored, in the order of the run.
  public var tasks: [ClipTask] { journal.videos.flatMap(\.tasks) }
}

/// Why no results can be made of a run directory.
public enum KeptRunError: Error, Equatable, CustomStringConvertible {
  case incomplete(String, done: Int, total: Int)
  /// The run was complete, and its journal has lost some of it since.
  case damaged(String, done: Int, total: Int)
  case divided(String, shards: Int, of: Int)
  case otherScores(String, [String])
  case lowThreshold(String, Double, asked: Double)

  public var description: String {
    switch self {
    case .incomplete(let path, let done, let total):
      return "making results of '\(path)': \(done) of \(counted(total, "key frame")) are scored -> let the run come to "
        + "its end, with the command that it was begun with (slowfast runs says which)"
    case .damaged(let path, let done, let total):
      return "making results of '\(path)': the run was complete, its journal is damaged: it has \(done) of "
        + "\(counted(total, "key frame")) -> start the command that it was begun with again, with --overwrite: it "
        + "computes what is missing"
    case .divided(let path, let shards, let count):
      return "making results of '\(path)': it keeps \(shards) of \(counted(count, "shard")) and no whole run "
        + "-> join them: slowfast merge '\(path)'"
    case .otherScores(let path, let changes):
      return "making results of '\(path)': \(listed(changes, limit: 3)), and scores depend on that -> compute them "
        + "anew, with another --run"
    case .lowThreshold(let path, let kept, let asked):
      return "making results of '\(path)': AVA.DETECTION_SCORE_THRESH is \(asked), and the run has no scores of boxes "
        + "below its own, \(kept) -> give \(kept) or more, or compute them anew, with another --run"
    }
  }
}

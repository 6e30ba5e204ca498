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
    guard let count = shards.first?.count else { throw RunDirectoryError.empty(directory.path) }
    let lacking = (0..<count).compactMap { Shard($0, of: count) }.compactMap { shard -> String? in
      guard let status = directory.readStatus(shard) else { return "shard \(shard) is missing" }
      if status.state == .complete { return nil }
      return "shard \(shard) is \(status.state.rawValue), \(status.done) of \(counted(status.total, "key frame")) "
        + "scored"
    }
    throw KeptRunError.divided(directory.path, lacking: lacking, of: count)
  }

  /// How many key frames were to be scored, those without any result among them.
  public var keyFrameCount: Int { journal.videos.reduce(0) { $0 + $1.tasks.count } + unreadable.keyFrames.count }

  /// Every key frame that should have rows, those with no box above the threshold, too.
  ///
  /// - Returns: Beside them, whether that is all: what earlier versions kept has no list of the inputs' key frames.
  /// - Throws: `RecordError`, `FileError`.
  public func keyFrames() throws -> (keyFrames: [KeyFrame], isAll: Bool) {
    let own = journal.videos.flatMap(\.tasks).map(\.keyFrame) + unreadable.keyFrames.map(\.keyFrame)
    if !pathExists(directory.keyFrames) { return (own, false) }
    let known = Set(own)
    let listed = try KeyFrameList.read(
      path: directory.keyFrames,
      advice: "start the run's own command again, with --overwrite: it writes the file anew, and what is scored stays")
    let found = try fileFingerprint(directory.keyFrames, isWhole: true, doing: "reading the key frames")
    if let written = status.keyFrames, written != found {
      throw KeptRunError.otherKeyFrames(path: directory.keyFrames, lines: listed.count)
    }
    return (own + listed.filter { !known.contains($0) }, true)
  }

  /// The configuration that a run directory keeps.
  ///
  /// - Parameter overrides: What of it is to be otherwise.
  /// - Throws: `RunDirectoryError` for a folder that keeps no run, `ConfigurationError`, `FileError`.
  public static func configuration(_ directory: RunDirectory, _ overrides: [String] = []) throws -> Configuration {
    // Says of another folder that it is none, before the file is missed.
    _ = try RunSummary(directory)
    let kept = try directory.readConfiguration(rules: RunRules())
    if overrides.isEmpty { return kept }
    return try Configuration.load(path: directory.configuration, overrides: overrides, rules: RunRules())
  }

  /// What was scored, in the order of the run.
  public var tasks: [ClipTask] { journal.videos.flatMap(\.tasks) }
}

/// Why no results can be made of a run directory.
public enum KeptRunError: Error, Equatable, CustomStringConvertible {
  case incomplete(String, done: Int, total: Int)
  /// The run was complete, and its journal has lost some of it since.
  case damaged(String, done: Int, total: Int)
  /// It keeps shards alone, of so many, and these are not complete.
  case divided(String, lacking: [String], of: Int)
  case otherScores(String, [String])
  case lowThreshold(String, Double, asked: Double)
  /// What says who is who cannot be read.
  case damagedPeople(path: String, reason: String)
  /// The list of key frames is not the one that the run has written; how many it has.
  case otherKeyFrames(path: String, lines: Int)

  public var description: String {
    switch self {
    case .incomplete(let path, let done, let total):
      return "making results of '\(path)': \(done) of \(counted(total, "key frame")) are scored -> let the run come to "
        + "its end, with the command that it was begun with (slowfast runs --format json says which)"
    case .damaged(let path, let done, let total):
      return "making results of '\(path)': the run was complete, its journal is damaged: it has \(done) of "
        + "\(counted(total, "key frame")) -> start the command that it was begun with again, with --overwrite: it "
        + "computes what is missing"
    case .divided(let path, let lacking, let count):
      let doing = "making results of '\(path)': it keeps "
      if lacking.isEmpty {
        return doing + "all \(counted(count, "shard")) and no whole run -> join them: slowfast merge '\(path)'"
      }
      return doing + "\(count - lacking.count) of \(counted(count, "shard")) complete: \(listed(lacking, limit: 8)) "
        + "-> compute what is missing, with the command that the shards were begun with (--shard I/\(count)), then join them: "
        + "slowfast merge '\(path)'; where other folders have it: slowfast merge '\(path)' OTHER --run WHOLE"
    case .otherScores(let path, let changes):
      return "making results of '\(path)': \(listed(changes, limit: 3)), and scores depend on that -> compute them "
        + "anew, with another --run"
    case .lowThreshold(let path, let kept, let asked):
      return "making results of '\(path)': AVA.DETECTION_SCORE_THRESH is \(asked), and the run has no scores of boxes "
        + "below its own, \(kept) -> give \(kept) or more, or compute them anew, with another --run"
    case .otherKeyFrames(let path, let lines):
      return
        "reading the key frames: '\(path)' is not the list that the run has written, it was changed or cut short (it "
        + "has \(counted(lines, "key frame"))) -> start the run's own command again, with --overwrite: it writes the file "
        + "anew, and what is scored stays"
    case .damagedPeople(let path, let reason):
      return "making results of a run: '\(path)' cannot be read (\(reason)) -> start the run's own command again, with "
        + "--overwrite: it writes the file anew, and what is scored stays"
    }
  }
}

public import AVARecords
internal import Clocks
public import Configuration
internal import Files
internal import Inference

/// A part of a run in its directory, held by the process that computes it: the whole run, or a shard.
///
/// Not for several threads at once.
public final class RunPart {
  public let directory: RunDirectory
  public let shard: Shard?
  public private(set) var status: RunStatus
  /// The scores; nil before `open`.
  public private(set) var journal: RunJournal?
  private let folderLock: FolderLock
  private let lock: FileLock
  private let log: AppendedFile
  private var lastWrite = 0.0
  private var isOver = false

  /// Makes the directory where it is missing, and takes the part for this process.
  ///
  /// - Throws: `RunDirectoryError`, `FileError`.
  public init(_ directory: RunDirectory, _ shard: Shard?, _ status: RunStatus) throws {
    self.directory = directory
    self.shard = shard
    self.status = status
    // Shards share the directory; who writes for all has it alone.
    folderLock = try FolderLock(directory.path, isShared: shard != nil)
    if shard == nil { folderLock.deleteLeftovers() }
    do {
      try Self.checkParts(of: directory, shard)
      if let before = RunStatus(directory.status(shard)), before.command != status.command,
        directory.identity(shard) != nil
      {
        throw RunDirectoryError.otherCommand(
          directory: directory.path, found: before.command, asked: status.command)
      }
      log = try AppendedFile(path: directory.log(shard), doing: "writing the log")
      switch try FileLock.take(log.path) {
      case .taken(let lock): self.lock = lock
      case .refused(let holder):
        throw RunDirectoryError.isRunning(directory: directory.path, part: partName(shard), holder: holder)
      }
    } catch {
      folderLock.release()
      throw error
    }
    deleteLeftovers()
    if let before = RunStatus(directory.status(shard)) {
      self.status.begun = before.begun
      self.status.damaged = before.damaged
      wasComplete = before.state == .complete
      doneBefore = before.done
    }
  }

  /// Whether it was complete before this process took it.
  public private(set) var wasComplete = false

  /// How many tasks were scored before this process took it, by its status: its journal may have lost them.
  public private(set) var doneBefore = 0

  static func checkParts(of directory: RunDirectory, _ shard: Shard?) throws {
    let others = try directory.shards()
    guard let other = others.first(where: { $0.count != shard?.count }) ?? (shard == nil ? others.first : nil) else {
      if shard != nil, others.isEmpty, directory.hasWhole {
        throw RunDirectoryError.otherParts(
          directory: directory.path, found: "a run that was not divided", asked: partName(shard))
      }
      return
    }
    // After a merge the whole run stands beside its shards.
    if shard == nil && directory.hasWhole { return }
    throw RunDirectoryError.otherParts(
      directory: directory.path, found: "shards of \(other.count), such as \(other)", asked: partName(shard))
  }

  /// Opens the journal, with what the directory keeps beside it.
  ///
  /// - Parameters:
  ///   - identity: Of the whole run, of all its tasks.
  ///   - ensemble: The file that names the run's models; nil for one model.
  ///   - keyFrames: All that the inputs name, of the whole run; nil where they do not say.
  ///   - people: Who is who in the videos of the whole run; nil where nobody asks.
  ///   - videos: What is to be scored of each video, in the order of the run; of a shard its own part.
  /// - Throws: `RunDirectoryError`, `JournalError`, `FileError`.
  public func open(
    _ identity: RunIdentity, _ config: Configuration, ensemble: String? = nil, keyFrames: [KeyFrame]? = nil,
    people: String? = nil, videos: [PlannedVideo]
  ) throws -> RunJournal {
    try directory.check(identity, beside: shard)
    if let shard { try directory.checkResults(of: config, status, beside: shard) }
    let journal: RunJournal
    do {
      journal = try RunJournal(
        path: directory.journal(shard), identity: identity.ofShard(shard), classes: config[.modelNumClasses],
        others: directory.damagedContents)
    } catch let error as JournalError {
      switch error {
      case .foreign(let path):
        throw RunDirectoryError.unreadable(path: path, reason: "it is no journal of this version")
      case .damagedHead(let path, let bytes):
        throw RunDirectoryError.unreadable(
          path: path, reason: "it is damaged at its beginning, nothing tells what its \(bytes) bytes were made with")
      default: throw error
      }
    }
    self.journal = journal
    do {
      // What other shards have kept is this run's own.
      let isNew = try journal.isEmpty && !directory.hasParts(beside: shard)
      try keep(config.yaml, as: directory.configuration, isNew: isNew)
      try keep(ensemble, as: directory.ensemble, isNew: isNew)
      let lines = keyFrames.map { $0.map { "\($0)\n" }.joined() }
      try keep(lines, as: directory.keyFrames, isNew: isNew)
      status.keyFrames = lines.map { fingerprint(of: $0) }
      try keep(people, as: directory.people, isNew: isNew)
      try journal.plan(videos)
      status.total = videos.reduce(0) { $0 + $1.tasks.count }
      status.done = journal.doneCount
      let path = directory.status(shard)
      if journal.isEmpty, pathExists(path), RunStatus(path) == nil { try moveFile(path, to: path + ".old") }
      try status.write(to: path)
    } catch {
      journal.close()
      throw error
    }
    return journal
  }

  /// Keeps what the run is computed with now: a file that is there may be of a run whose journal was deleted, or differ in
  /// what no score depends on. A file that was there before the run stays under another name.
  private func keep(_ text: String?, as path: String, isNew: Bool) throws {
    let known = try pathExists(path) ? readFile(path, doing: "reading what the run directory keeps") : nil
    if known == text.map({ Array($0.utf8) }) { return }
    if known != nil && isNew { try moveFile(path, to: path + ".old") }
    guard let text else { return }
    // Shards that begin at one moment write the same; each under a name of its own first, for processes of several
    // machines may have one number.
    let own = joinPath(directory.path, Self.ownName(path, shard))
    try writeFile(own, text)
    try moveFile(own, to: path)
  }

  /// Deletes what killed processes have left of this part: the others may be writing theirs.
  private func deleteLeftovers() {
    let kept = [directory.configuration, directory.ensemble, directory.keyFrames, directory.people]
    let own = [directory.status(shard), directory.journal(shard)].map { splitPath($0).name }
    folderLock.deleteLeftovers(of: Set(own + kept.map { Self.ownName($0, shard) }), isAlone: true)
  }

  /// Under which name a part writes first what all parts keep.
  private static func ownName(_ path: String, _ shard: Shard?) -> String {
    ".\(RunDirectory.stem(shard)).\(splitPath(path).name)"
  }

  /// Says how far it is, at most once a second. That it cannot be said is no reason to stop.
  public func update(done: Int) {
    status.done = done
    let now = monotonicSeconds()
    if now - lastWrite < 1 { return }
    lastWrite = now
    status.updated = clockTime()
    try? status.write(to: directory.status(shard))
  }

  /// Ends the part well: its scores are complete but for what is damaged.
  ///
  /// - Parameter mAP: Nil where it was not computed.
  public func complete(damaged: [RunStatus.Damage], mAP: Double?) throws {
    (status.damaged, status.mAP) = (damaged, mAP)
    status.done = journal?.doneCount ?? status.total
    try end(.complete)
  }

  private func end(_ state: RunStatus.State) throws {
    status.state = state
    status.updated = clockTime()
    try status.write(to: directory.status(shard))
    isOver = true
  }

  /// Ends the part as it is. A part that was not completed is said to have failed.
  ///
  /// - Parameter state: What to say of a part that was not completed.
  public func close(as state: RunStatus.State = .failed) {
    if !isOver {
      if journal != nil && !wasComplete { try? end(state) }
      isOver = true
    }
    journal?.close(keepsEmpty: status.state == .complete)
    lock.release()
    folderLock.release()
  }

  /// Adds a line to the log. That it cannot be written is no reason to stop.
  public func say(_ line: String) { try? log.append(Array("\(clockTime()) \(line)\n".utf8)) }
}

internal import AVARecords
internal import Inference
internal import Wording

/// A shard that is to be joined with others.
struct MergedShard {
  let shard: Shard
  let directory: RunDirectory
  let journal: RunJournal
  let status: RunStatus?
  /// What the scores of the whole run depend on.
  let identity: RunIdentity
  /// The key frames that have no scores because frames are damaged.
  let lost: [RunStatus.Damage]

  /// - Throws: `RunDirectoryError`, `JournalError`, `FileError`.
  init(_ shard: Shard, _ directory: RunDirectory) throws {
    self.shard = shard
    self.directory = directory
    journal = try RunJournal(reading: directory.journal(shard))
    status = directory.readStatus(shard)
    guard let own = journal.identity?.ofWhole else {
      throw RunDirectoryError.unreadable(path: directory.journal(shard), reason: "it is damaged at its beginning")
    }
    identity = own
    lost = status?.state == .complete ? status?.damaged ?? [] : []
  }

  /// What it lacks, in words; nil for a complete one.
  var lack: String? {
    let tasks = journal.videos.flatMap(\.tasks)
    let open = tasks.filter { !journal.hasAll($0) }
    let known = Set(lost.map { KeyFrame(video: $0.video, time: Timestamp(microseconds: $0.time)) })
    let isRunning = status?.state == .running
    if open.allSatisfy({ known.contains($0.keyFrame) }), !isRunning, !tasks.isEmpty || status?.state == .complete {
      return nil
    }
    let how = isRunning ? ", it is being computed" : ""
    return "shard \(shard) has \(tasks.count - open.count) of \(counted(tasks.count, "key frame"))\(how)"
  }
}

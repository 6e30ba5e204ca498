internal import AVARecords
internal import Clips
internal import Configuration
internal import Files
internal import Glibc
internal import Inference
internal import Tensors
internal import Wording

/// The shards of a run, complete and of one kind, to be joined.
public struct RunMerge {
  private let parts: [(directory: RunDirectory, journal: RunJournal, status: RunStatus?)]
  private let identity: RunIdentity
  private let videos: [PlannedVideo]
  /// The videos in which a shard found damage: they may have been others since.
  private let repairable: Set<String>
  /// The key frames that have no scores, by the shards that said so.
  public let damaged: [RunStatus.Damage]

  /// Finds the shards and checks that they are all there, complete, and of one run.
  ///
  /// - Throws: `RunDirectoryError` with what is missing or differs, `JournalError`, `FileError`.
  public init(_ directories: [RunDirectory]) throws {
    var places: [Shard: [RunDirectory]] = [:]
    for directory in directories {
      let shards = try directory.shards()
      if shards.isEmpty { throw RunDirectoryError.empty(directory.path) }
      for shard in shards { places[shard, default: []].append(directory) }
    }
    let shards = places.keys.sorted { ($0.count, $0.index) < ($1.count, $1.index) }
    guard let count = shards.last?.count, let first = shards.first else { throw RunDirectoryError.empty("") }
    if first.count != count {
      throw RunDirectoryError.foreignShards(
        directory: places[first]![0].path, found: "shard \(first)", joined: "\(count) shards")
    }
    for shard in shards where places[shard]!.count > 1 {
      throw RunDirectoryError.twice(shard: partName(shard), directories: places[shard]!.map(\.path))
    }
    var parts: [(directory: RunDirectory, journal: RunJournal, status: RunStatus?)] = []
    var unfinished: [String] = []
    var damaged: [RunStatus.Damage] = []
    var identities: [(shard: Shard, directory: RunDirectory, value: RunIdentity)] = []
    for shard in (0..<count).compactMap({ Shard($0, of: count) }) {
      guard let directory = places[shard]?.first, pathExists(directory.journal(shard)) else {
        unfinished.append("shard \(shard) is missing")
        continue
      }
      let journal = try RunJournal(reading: directory.journal(shard))
      let status = directory.readStatus(shard)
      guard let own = journal.identity?.ofWhole else {
        throw RunDirectoryError.unreadable(path: directory.journal(shard), reason: "it is damaged at its beginning")
      }
      identities.append((shard, directory, own))
      let lost = status?.state == .complete ? status?.damaged ?? [] : []
      damaged += lost.filter { !damaged.contains($0) }
      let tasks = journal.videos.flatMap(\.tasks)
      let done = tasks.count { journal.hasAll($0) }
      let known = Set(lost.map { "\($0.video),\($0.time)" })
      let passedOver = tasks.count { task in
        !journal.hasAll(task) && known.contains("\(task.keyFrame.video),\(task.keyFrame.time.microseconds)")
      }
      if done + passedOver < tasks.count || status?.state == .running || (tasks.isEmpty && status?.state != .complete) {
        let how = status?.state == .running ? ", it is being computed" : ""
        unfinished.append("shard \(shard) has \(done) of \(counted(tasks.count, "key frame"))\(how)")
      }
      parts.append((directory, journal, status))
    }
    // Shards that ended before a damaged video was repaired have its former identity.
    let repairable = parts.reduce(into: Set<String>()) { $0.formUnion($1.journal.damagedVideos) }
    for other in identities.dropFirst() {
      let changes = other.value.changes(since: identities[0].value, butOf: repairable)
      if !changes.isEmpty {
        throw RunDirectoryError.otherRun(
          directory: other.directory.path, part: partName(identities[0].shard), changes: changes)
      }
    }
    if !unfinished.isEmpty {
      throw RunDirectoryError.unfinished(
        unfinished, advice: "let these come to their end, with the command that they were begun with (--shard I/N)")
    }
    self.parts = parts
    guard let status = parts.lazy.compactMap(\.status).first else {
      throw RunDirectoryError.noStatus(path: parts[0].directory.status(Shard(0, of: count)))
    }
    self.status = status
    self.damaged = damaged
    self.repairable = repairable
    let pieces = Dictionary(grouping: parts.flatMap { $0.journal.videos }, by: \.number)
    let videos = pieces.keys.sorted().map { number in
      let tasks = pieces[number]!.flatMap(\.tasks).sorted { $0.keyFrame.time < $1.keyFrame.time }
      return pieces[number]![0].with(tasks)
    }
    self.videos = videos
    identity = (identities.first { $0.value.isOf(videos.flatMap(\.tasks)) } ?? identities[0]).value
    if !identity.isOf(videos.flatMap(\.tasks)) {
      throw RunDirectoryError.unfinished(
        ["the shards' key frames together are not those of the run"],
        advice: "delete the shards' journals and compute them anew")
    }
  }

  /// How many key frames the run has.
  public var keyFrameCount: Int { videos.reduce(0) { $0 + $1.tasks.count } }

  /// The directory of the first shard, whose configuration is that of all.
  public var directory: RunDirectory { parts[0].directory }

  /// What the first shard that says it says of the call.
  public let status: RunStatus

  /// How many shards there are.
  public var shardCount: Int { parts.count }

  /// Writes the journal of the whole run, and what stands beside it, into a directory. The shards stay as they are.
  ///
  /// - Parameter directory: Where the shards are, or another one.
  /// - Throws: `RunDirectoryError` where the directory keeps another run, `FileError`, `JournalError`.
  public func write(into directory: RunDirectory) throws {
    if let other = directory.identity(nil) {
      let changes = identity.changes(since: other, butOf: repairable)
      if !changes.isEmpty {
        throw RunDirectoryError.otherRun(directory: directory.path, part: partName(nil), changes: changes)
      }
    }
    if !parts.contains(where: { $0.directory == directory }), isFolder(directory.path),
      let shard = try directory.shards().first
    {
      throw RunDirectoryError.foreignShards(
        directory: directory.path, found: "shard \(shard) of another run", joined: "\(parts.count) shards")
    }
    try makeFolder(directory.path)
    let name = joinPath(directory.path, ".run.journal.\(getpid()).0.partial")
    removeFile(name)
    let journal = try RunJournal(path: name, identity: identity)
    do {
      try journal.plan(videos)
      for video in videos {
        for task in video.tasks {
          for view in task.views {
            guard let scores = try scores(of: task, view) else { continue }
            try journal.append(ScoredView(task: task, view: view, scores: scores))
          }
        }
      }
      for damage in damaged {
        let time = Timestamp(microseconds: damage.time)
        try journal.note(KeyFrame(video: damage.video, time: time), damage: damage.cause)
      }
      journal.close(keepsEmpty: true)
      let configuration = try readFile(parts[0].directory.configuration, doing: "reading the run's configuration")
      if parts[0].directory != directory {
        let file = try AtomicFile(path: directory.configuration)
        try file.write(configuration)
        try file.commit()
        for (own, other) in [
          (parts[0].directory.ensemble, directory.ensemble), (parts[0].directory.keyFrames, directory.keyFrames),
        ] where pathExists(own) {
          try writeFile(other, String(decoding: readFile(own, doing: "reading what a shard keeps"), as: UTF8.self))
        }
      }
      try moveFile(name, to: directory.journal(nil))
    } catch {
      journal.remove()
      throw error
    }
    var status = status
    status.begun = parts.compactMap { $0.status?.begun }.min() ?? status.begun
    status.updated = clockTime()
    status.state = .complete
    (status.done, status.total, status.damaged) = (journal.doneCount, keyFrameCount, damaged)
    try status.write(to: directory.status(nil))
  }

  private func scores(of task: ClipTask, _ view: View) throws -> Tensor? {
    for part in parts { if let scores = try part.journal.scores(of: task, view) { return scores } }
    return nil
  }
}

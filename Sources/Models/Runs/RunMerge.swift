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
  private let parts: [MergedShard]
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
    let (places, count) = try Self.find(directories)
    var parts: [MergedShard] = []
    var unfinished: [String] = []
    for shard in (0..<count).compactMap({ Shard($0, of: count) }) {
      guard let directory = places[shard], pathExists(directory.journal(shard)) else {
        unfinished.append("shard \(shard) is missing")
        continue
      }
      let part = try MergedShard(shard, directory)
      if let lack = part.lack { unfinished.append(lack) }
      parts.append(part)
    }
    // Shards that ended before a damaged video was repaired have its former identity.
    let repairable = parts.reduce(into: Set<String>()) { $0.formUnion($1.journal.damagedVideos) }
    try Self.checkAgreement(parts, butOf: repairable)
    if !unfinished.isEmpty {
      throw RunDirectoryError.unfinished(
        unfinished, advice: "let these come to their end, with the command that they were begun with (--shard I/N)")
    }
    guard let status = parts.lazy.compactMap(\.status).first else {
      throw RunDirectoryError.noStatus(path: parts[0].directory.status(parts[0].shard))
    }
    self.parts = parts
    self.status = status
    self.repairable = repairable
    damaged = parts.reduce(into: []) { damaged, part in damaged += part.lost.filter { !damaged.contains($0) } }
    videos = Self.joined(parts.flatMap(\.journal.videos))
    let tasks = videos.flatMap(\.tasks)
    identity = (parts.first { $0.identity.isOf(tasks) } ?? parts[0]).identity
    if !identity.isOf(tasks) {
      throw RunDirectoryError.unfinished(
        ["the shards' key frames together are not those of the run"],
        advice: "delete the shards' journals and compute them anew")
    }
  }

  /// Where each shard is, and how many there are to be.
  private static func find(_ directories: [RunDirectory]) throws -> (places: [Shard: RunDirectory], count: Int) {
    var places: [Shard: [RunDirectory]] = [:]
    for directory in directories {
      let shards = try directory.shards()
      if shards.isEmpty && directory.hasWhole { throw RunDirectoryError.undivided(directory.path) }
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
    return (places.mapValues { $0[0] }, count)
  }

  /// Makes sure that the scores of all shards depend on the same, and that they are to become the same results.
  private static func checkAgreement(_ parts: [MergedShard], butOf videos: Set<String>) throws {
    guard let first = parts.first else { return }
    for other in parts.dropFirst() {
      let changes = other.identity.changes(since: first.identity, butOf: videos)
      if !changes.isEmpty {
        throw RunDirectoryError.otherRun(
          directory: other.directory.path, part: partName(first.shard), changes: changes)
      }
    }
    for other in parts.dropFirst() {
      guard let status = other.status, let own = first.status else { continue }
      let changes = RunDirectory.changes(of: status.fusion, since: own.fusion)
      if !changes.isEmpty {
        throw RunDirectoryError.otherResults(directory: other.directory.path, changes: changes)
      }
    }
    let config = try first.directory.readConfiguration()
    for directory in Set(parts.map(\.directory)).subtracting([first.directory]).sorted(by: { $0.path < $1.path }) {
      let changes = RunDirectory.changes(of: try directory.readConfiguration(), since: config)
      if !changes.isEmpty { throw RunDirectoryError.otherResults(directory: directory.path, changes: changes) }
    }
  }

  /// The videos of all shards, each with the key frames of all.
  private static func joined(_ videos: [PlannedVideo]) -> [PlannedVideo] {
    let pieces = Dictionary(grouping: videos, by: \.number)
    return pieces.keys.sorted().map { number in
      let tasks = pieces[number]!.flatMap(\.tasks).sorted { $0.keyFrame.time < $1.keyFrame.time }
      return pieces[number]![0].with(tasks)
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
  /// The run is not complete before its results are: see `RunDirectory.complete`.
  ///
  /// - Parameters:
  ///   - directory: Where the shards are, or another one.
  ///   - results: The files that will be made of it; those that an earlier merge had begun are its own, too.
  /// - Throws: `RunDirectoryError` where the directory keeps another run, `FileError`, `JournalError`.
  public func write(into directory: RunDirectory, results: [String] = []) throws {
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
      try journal.beginResults(directory.begunResults + results)
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
    status.state = .interrupted
    (status.done, status.total, status.damaged) = (journal.doneCount, keyFrameCount, damaged)
    try status.write(to: directory.status(nil))
  }

  private func scores(of task: ClipTask, _ view: View) throws -> Tensor? {
    for part in parts { if let scores = try part.journal.scores(of: task, view) { return scores } }
    return nil
  }
}

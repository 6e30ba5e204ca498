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
  /// In what contents of videos a shard found damage.
  private let damagedContents: DamagedContents
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
    let damagedContents = parts.reduce(into: DamagedContents()) { $0.add($1.journal.damagedContents) }
    var identity = try Self.identity(of: parts, damagedContents)
    try Self.checkResults(parts)
    if !unfinished.isEmpty {
      throw RunDirectoryError.unfinished(
        unfinished, advice: "let these come to their end, with the command that they were begun with (--shard I/N)")
    }
    guard let status = parts.lazy.compactMap(\.status).first else {
      throw RunDirectoryError.noStatus(path: parts[0].directory.status(parts[0].shard))
    }
    self.parts = parts
    self.status = status
    self.damagedContents = damagedContents
    damaged = parts.reduce(into: []) { damaged, part in damaged += part.lost.filter { !damaged.contains($0) } }
    videos = Self.joined(parts.flatMap(\.journal.videos))
    let tasks = videos.flatMap(\.tasks)
    guard let own = parts.first(where: { $0.identity.isOf(tasks) }) else {
      throw RunDirectoryError.unfinished(
        ["the shards' key frames together are not those of the run"],
        advice:
          "start \(Self.stale(parts, identity)) again, with the command that it was begun with (--shard I/N): what is "
          + "scored stays; then join them")
    }
    identity.set(.tasks, own.identity[.tasks])
    self.identity = identity
  }

  /// The shards that divided other key frames than those of the videos as they are now, in words.
  private static func stale(_ parts: [MergedShard], _ identity: RunIdentity) -> String {
    let sound = parts.first { part in
      identity.videos.allSatisfy { part.identity.content(of: $0) == identity.content(of: $0) }
    }
    let stale = parts.filter { $0.identity[.tasks] != sound?.identity[.tasks] }
    if sound == nil || stale.isEmpty { return "every shard" }
    return listed(stale.map { "shard \($0.shard)" }, limit: 8)
  }

  /// Where each shard is, and how many there are to be.
  private static func find(_ directories: [RunDirectory]) throws -> (places: [Shard: RunDirectory], count: Int) {
    var places: [Shard: [RunDirectory]] = [:]
    for directory in directories {
      let shards = try directory.shards()
      if shards.isEmpty && directory.hasWhole {
        let status = directory.readStatus(nil)
        let isOwn = status?.command == "classify"
        throw RunDirectoryError.undivided(
          directory.path,
          results: isOwn ? status?.commandLine ?? "" : commandText(["results", directory.path]))
      }
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

  /// What the scores of all shards depend on, with every video as it was found sound.
  private static func identity(of parts: [MergedShard], _ damaged: DamagedContents) throws -> RunIdentity {
    var joined = parts.first?.identity ?? RunIdentity()
    for (number, other) in parts.enumerated().dropFirst() {
      func continuation(after identity: RunIdentity, _ scored: Set<String>) -> RunIdentity.Continuation {
        other.identity.continuing(identity, damaged: damaged, scored: scored, isBeside: true)
      }
      let before = parts.prefix(number)
      let found = continuation(after: joined, before.reduce(into: []) { $0.formUnion($1.journal.scoredVideos) })
      let changes = found.changes + [other.identity.changeOfOrder(since: joined)].compactMap(\.self)
      if !changes.isEmpty {
        let first = before.first { !continuation(after: $0.identity, $0.journal.scoredVideos).changes.isEmpty }
        throw RunDirectoryError.otherRun(
          doing: "joining what is", directory: other.directory.path, part: partName(other.shard),
          than: partName((first ?? parts[0]).shard), changes: changes)
      }
      joined = found.identity
    }
    return joined
  }

  /// Makes sure that the scores of all shards are to become the same results.
  private static func checkResults(_ parts: [MergedShard]) throws {
    guard let first = parts.first else { return }
    for other in parts.dropFirst() {
      guard let status = other.status, let own = first.status else { continue }
      try RunDirectory.check(status, beside: own, doing: "joining what is", directory: other.directory.path)
    }
    let config = try first.directory.readConfiguration()
    for directory in Set(parts.map(\.directory)).subtracting([first.directory]).sorted(by: { $0.path < $1.path }) {
      let changes = RunDirectory.changes(of: try directory.readConfiguration(), since: config)
      if !changes.isEmpty {
        throw RunDirectoryError.otherResults(doing: "joining what is", directory: directory.path, changes: changes)
      }
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

  /// Whether the shards chose their algorithms by timing them, each its own.
  public var isMeasured: Bool { identity.isMeasured }

  /// How many shards there are.
  public var shardCount: Int { parts.count }

  /// Whose settings of results hold: the later ones of the shards and of a run that the directory keeps as a whole.
  ///
  /// - Returns: Where the configuration is, and what is said of the call.
  public func settings(in directory: RunDirectory) -> (directory: RunDirectory, status: RunStatus) {
    guard directory.hasWhole, pathExists(directory.configuration), let whole = RunStatus(directory.status(nil)),
      parts.allSatisfy({ ($0.status?.updated ?? "") <= whole.updated })
    else { return (parts[0].directory, status) }
    return (directory, whole)
  }

  /// Writes the journal of the whole run, and what stands beside it, into a directory. The shards stay as they are, and so
  /// do the scores that the directory keeps of the whole run.
  ///
  /// The run is not complete before its results are: see `RunDirectory.complete`.
  ///
  /// - Parameters:
  ///   - directory: Where the shards are, or another one.
  ///   - results: The files that will be made of it; those that an earlier merge had begun are its own, too.
  /// - Throws: `RunDirectoryError` where the directory keeps another run, or scores that the shards cannot have,
  ///   `FileError`, `JournalError`.
  public func write(into directory: RunDirectory, results: [String] = []) throws {
    let kept = try whole(in: directory)
    if !parts.contains(where: { $0.directory == directory }), isFolder(directory.path),
      let shard = try directory.shards().first
    {
      throw RunDirectoryError.foreignShards(
        directory: directory.path, found: "shard \(shard) of another run", joined: "\(parts.count) shards")
    }
    try makeFolder(directory.path)
    let (source, settings) = settings(in: directory)
    let name = joinPath(directory.path, ".run.journal.\(getpid()).0.partial")
    removeFile(name)
    let journal = try RunJournal(path: name, identity: kept?.identity ?? identity)
    let sources = parts.map(\.journal) + [kept?.journal].compactMap(\.self)
    var lost: [RunStatus.Damage] = []
    do {
      try journal.plan(videos)
      for video in videos {
        for task in video.tasks {
          for view in task.views {
            guard let scores = try scores(of: task, view, in: sources) else { continue }
            try journal.append(ScoredView(task: task, view: view, scores: scores))
          }
        }
      }
      let scored = Set(videos.flatMap(\.tasks).filter { journal.hasAll($0) }.map(\.keyFrame))
      for damage in damaged {
        let keyFrame = KeyFrame(video: damage.video, time: Timestamp(microseconds: damage.time))
        if scored.contains(keyFrame) { continue }
        lost.append(damage)
        let frames = parts.lazy.compactMap { $0.journal.damagedFrames[keyFrame] }.first
        try journal.note(keyFrame, damage: damage.cause, frames: frames)
      }
      try journal.beginResults(directory.begunResults + results)
      journal.close(keepsEmpty: true)
      let configuration = try readFile(source.configuration, doing: "reading the run's configuration")
      if source != directory {
        let file = try AtomicFile(path: directory.configuration)
        try file.write(configuration)
        try file.commit()
        for (own, other) in [
          (source.ensemble, directory.ensemble), (source.keyFrames, directory.keyFrames),
          (source.people, directory.people),
        ] where pathExists(own) {
          try writeFile(other, String(decoding: readFile(own, doing: "reading what a shard keeps"), as: UTF8.self))
        }
      }
      try moveFile(name, to: directory.journal(nil))
    } catch {
      journal.remove()
      throw error
    }
    var status = settings
    status.begun = parts.compactMap { $0.status?.begun }.min() ?? status.begun
    status.updated = clockTime()
    status.state = .interrupted
    status.mAP = nil
    (status.done, status.total, status.damaged) = (journal.doneCount, keyFrameCount, lost)
    try status.write(to: directory.status(nil))
  }

  /// What a directory keeps of the whole run already, by an earlier merge or by the run's own command after it; nil for
  /// nothing that can be read.
  ///
  /// - Throws: `RunDirectoryError` where it is of another run, or knows more than the shards.
  private func whole(in directory: RunDirectory) throws -> (journal: RunJournal, identity: RunIdentity)? {
    guard let other = directory.identity(nil) else { return nil }
    let journal = try RunJournal(reading: directory.journal(nil))
    var damaged = damagedContents
    damaged.add(journal.damagedContents)
    let found = identity.continuing(other, damaged: damaged, scored: journal.scoredVideos, isBeside: true)
    if !found.changes.isEmpty {
      throw RunDirectoryError.otherRun(
        doing: "joining shards", directory: directory.path, part: partName(nil), changes: found.changes)
    }
    let known = Dictionary(
      videos.flatMap(\.tasks).map { ($0.keyFrame, $0) }, uniquingKeysWith: { first, _ in first })
    let alone = journal.videos.flatMap(\.tasks).filter { task in
      guard journal.hasAll(task) else { return false }
      return known[task.keyFrame].map { !journal.hasAll($0) } ?? true
    }
    if let first = alone.first {
      throw RunDirectoryError.wouldLose(
        directory: directory.path, keyFrames: alone.count, first: "\(first.keyFrame)")
    }
    var joined = found.identity
    joined.set(.tasks, identity[.tasks])
    return (journal, joined)
  }

  private func scores(of task: ClipTask, _ view: View, in sources: [RunJournal]) throws -> Tensor? {
    for source in sources { if let scores = try source.scores(of: task, view) { return scores } }
    return nil
  }
}

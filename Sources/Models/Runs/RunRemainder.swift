internal import Clips
internal import Files
public import Inference

/// What a run has still to do, by the journals that it may go on with.
public struct RunRemainder: Sendable {
  /// The whole run, or one of its shards.
  public struct Part: Equatable, Sendable {
    public let shard: Shard?
    /// How many key frames it has.
    public let total: Int
    /// How many of them have all their scores.
    public let done: Int

    public init(shard: Shard?, total: Int, done: Int) {
      self.shard = shard
      self.total = total
      self.done = done
    }
  }

  /// The shards that the run was begun with; else what was asked for.
  public let parts: [Part]
  /// Whether there are scores, or shards that are being computed.
  public let isBegun: Bool
  /// The tasks that lack scores, video by video.
  public let missing: [[ClipTask]]

  /// - Parameters:
  ///   - videos: What the whole run scores.
  ///   - shard: The part that is asked for; nil for all that there is.
  ///   - directory: What --run names; nil where there is none.
  ///   - journal: Where scores are without --run.
  ///   - identity: What the scores of the whole run depend on.
  /// - Throws: `RunDirectoryError` where the directory keeps other parts, `JournalError` where scores are there that
  ///   depend on other things, `FileError`.
  public init(
    of videos: [PlannedVideo], _ shard: Shard?, in directory: RunDirectory?, orJournal journal: String,
    _ identity: RunIdentity
  ) throws {
    let groups = videos.map(\.tasks)
    let begun = try Self.shards(directory, asked: shard)
    var parts: [Part] = []
    var missing = groups.map { _ in [ClipTask]() }
    var isBegun = begun.count > 1
    let asked: [Shard?] = begun.isEmpty ? [shard] : begun
    for part in asked {
      let own = part?.part(of: groups) ?? groups
      try directory.map { if isFolder($0.path) { try $0.check(identity, beside: part) } }
      let known = try Self.journal(at: directory?.journal(part) ?? journal, identity.ofShard(part), directory)
      isBegun = isBegun || known?.isEmpty == false
      var done = 0
      for (number, tasks) in own.enumerated() {
        let open = tasks.filter { known?.hasAll($0) != true }
        done += tasks.count - open.count
        missing[number] += open
      }
      parts.append(Part(shard: part, total: own.reduce(0) { $0 + $1.count }, done: done))
    }
    self.parts = parts
    self.missing = missing
    self.isBegun = isBegun
  }

  public var total: Int { parts.reduce(0) { $0 + $1.total } }
  public var done: Int { parts.reduce(0) { $0 + $1.done } }

  /// The shards of a run that is divided already, where no one of them was asked for.
  private static func shards(_ directory: RunDirectory?, asked: Shard?) throws -> [Shard] {
    guard let directory, isFolder(directory.path) else { return [] }
    if asked == nil, !directory.hasWhole, let last = try directory.shards().last {
      return (0..<last.count).compactMap { Shard($0, of: last.count) }
    }
    try RunPart.checkParts(of: directory, asked)
    return []
  }

  private static func journal(
    at path: String, _ identity: RunIdentity, _ directory: RunDirectory?
  ) throws -> RunJournal? {
    guard pathExists(path) else { return nil }
    let journal = try RunJournal(reading: path)
    guard journal.identity != nil else { throw JournalError.damagedHead(path: path, bytes: journal.bytes) }
    let continuation = try journal.continuation(of: identity) { try directory?.damagedContents() ?? [:] }
    if let changes = continuation?.changes, !changes.isEmpty {
      throw JournalError.otherRun(path: path, changes: changes)
    }
    return journal
  }
}

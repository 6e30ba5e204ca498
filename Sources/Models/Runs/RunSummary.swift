internal import AVARecords
internal import Files
internal import Inference
public import JSON
internal import Wording

/// What a run directory keeps, at a glance.
public struct RunSummary: Sendable {
  public let directory: RunDirectory
  /// "complete", "running", "interrupted", "failed"; of shards that are not joined "2 of 4 shards complete".
  public let state: String
  /// Key frames that have scores.
  public let done: Int
  /// Key frames that have none because frames are damaged.
  public let damaged: Int
  public let total: Int
  /// What the scores depend on; nil where it cannot be read.
  public let identity: RunIdentity?
  /// Of the run as a whole, else of the first of its shards.
  public let status: RunStatus?

  /// - Throws: `RunDirectoryError` for a folder that keeps no run, `FileError`.
  public init(_ directory: RunDirectory) throws {
    self.directory = directory
    let shards = try directory.shards()
    let tasks = { (identity: RunIdentity?) in
      identity?[.tasks].flatMap { Int($0.prefix { $0.isNumber }) }
    }
    if let status = directory.readStatus(nil) {
      self.status = status
      identity = directory.identity(nil)?.ofWhole
      state = status.state.rawValue
      let counts = Self.count(directory, nil, status)
      (done, damaged, total) = (counts.done, counts.damaged, (tasks(identity) ?? status.total) + counts.unplanned)
      return
    }
    if shards.isEmpty && directory.hasWhole { throw RunDirectoryError.noStatus(path: directory.status(nil)) }
    let known = shards.compactMap { shard in directory.readStatus(shard).map { (shard, $0) } }
    let parts = known.map(\.1)
    guard let first = shards.first else { throw RunDirectoryError.empty(directory.path) }
    status = parts.first
    identity = shards.lazy.compactMap { directory.identity($0)?.ofWhole }.first
    let complete = parts.count { $0.state == .complete }
    let others = Dictionary(grouping: parts.filter { $0.state != .complete }, by: \.state.rawValue)
    let words = others.keys.sorted().map { "\(others[$0]!.count) \($0)" }
    state = (["\(complete) of \(counted(first.count, "shard")) complete"] + words).joined(separator: ", ")
    let counts = known.map { Self.count(directory, $0, $1) }
    // What no shard could plan each of them has noted.
    let unplanned = counts.map(\.unplanned).max() ?? 0
    done = counts.reduce(0) { $0 + $1.done }
    damaged = counts.reduce(0) { $0 + $1.damaged - $1.unplanned } + unplanned
    total = (tasks(identity) ?? parts.reduce(0) { $0 + $1.total }) + unplanned
  }

  /// What the journal of a part has; its status alone where there is none that can be read.
  private static func count(
    _ directory: RunDirectory, _ part: Shard?, _ status: RunStatus
  ) -> (done: Int, damaged: Int, unplanned: Int) {
    let said = status.damaged.map { KeyFrame(video: $0.video, time: Timestamp(microseconds: $0.time)) }
    guard let journal = try? RunJournal(reading: directory.journal(part)), !journal.videos.isEmpty else {
      return (status.done, said.count, 0)
    }
    let tasks = journal.videos.flatMap(\.tasks)
    let planned = Set(tasks.map(\.keyFrame))
    let scored = Set(tasks.filter { journal.hasAll($0) }.map(\.keyFrame))
    let damaged = journal.damagedKeyFrames.union(said).subtracting(scored)
    return (scored.count, damaged.count, damaged.count { !planned.contains($0) })
  }

  /// How far the run is, in words: "7/12"; where there is damage "10 done, 2 damaged".
  public var progress: String {
    if damaged == 0 { return "\(done)/\(total)" }
    return done + damaged == total ? "\(done) done, \(damaged) damaged" : "\(done)/\(total), \(damaged) damaged"
  }

  /// The run directories among folders, and in those that keep none themselves.
  public static func find(_ folders: [String]) throws -> [RunSummary] {
    try folders.flatMap { folder -> [RunSummary] in
      do {
        return [try RunSummary(RunDirectory(folder))]
      } catch let error as RunDirectoryError {
        guard case .empty = error else { throw error }
        let inner = try listFolder(folder).map { joinPath(folder, $0) }.filter(isFolder)
        let found = inner.compactMap { try? RunSummary(RunDirectory($0)) }
        if found.isEmpty { throw error }
        return found
      }
    }
  }

  /// The weights by file name and the beginning of their checksum: "model.pyth 1f0a94c3", "random (seed 1)".
  public var weights: String {
    if let models = status?.fusion?.weights.count { return counted(models, "model") }
    guard let print = identity?[.weights] else {
      return identity?[.randomWeights].map { "random (\($0))" } ?? ""
    }
    let sum = print.split(separator: " ").last.map { String($0.prefix(8)) } ?? ""
    return (status?.weights).map { splitPath($0).name + " " + sum } ?? sum
  }

  /// The config's file name.
  public var config: String { status.map { splitPath($0.config).name } ?? "" }

  /// What `slowfast runs --format json` says of it.
  public var json: JSONValue {
    let entries = (identity?.entries ?? []).map { ($0.name, JSONValue($0.value)) }
    var members: [(String, JSONValue)] = [
      ("run", JSONValue(directory.path)), ("state", JSONValue(state)), ("done", JSONValue(done)),
      ("total", JSONValue(total)),
    ]
    members += (status?.members ?? []).filter { !["state", "done", "total"].contains($0.0) }
    members.append(("identity", .object(entries)))
    return .object(members)
  }

  /// What the scores of several runs depend on, and that is not the same for all of them, with the values in their
  /// order; nil for a run that has none. Runs of which nothing is known are not compared.
  public static func differences(_ runs: [RunSummary]) -> [(name: String, values: [String?])] {
    var names: [String] = []
    var known: Set<String> = []
    for run in runs {
      for entry in run.identity?.entries ?? [] where known.insert(entry.name).inserted { names.append(entry.name) }
    }
    return names.compactMap { name in
      let known = runs.filter { $0.identity != nil }.map { $0.identity?[name] }
      return Set(known).count > 1 ? (name, runs.map { $0.identity?[name] }) : nil
    }
  }
}

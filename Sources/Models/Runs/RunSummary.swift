internal import AVARecords
internal import Configuration
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
      let tally = PartTally(directory, nil, status)
      state = status.state.rawValue + (tally.loss.map { ", its journal \($0)" } ?? "")
      (done, damaged) = (tally.scored.count, tally.lost.count)
      total = (tasks(identity) ?? status.total) + tally.lost.subtracting(tally.planned).count
      return
    }
    if shards.isEmpty && directory.hasWhole { throw RunDirectoryError.noStatus(path: directory.status(nil)) }
    guard let first = shards.first else { throw RunDirectoryError.empty(directory.path) }
    let tallies = shards.map { PartTally(directory, $0, directory.readStatus($0)) }
    status = tallies.lazy.compactMap(\.status).first
    identity = shards.lazy.compactMap { directory.identity($0)?.ofWhole }.first
    let complete = tallies.count(where: \.isComplete)
    let others = Dictionary(grouping: tallies.filter { !$0.isComplete }, by: \.state)
    let words = others.keys.sorted().map { "\(others[$0]!.count) \($0)" }
    state = (["\(complete) of \(counted(first.count, "shard")) complete"] + words).joined(separator: ", ")
    // A video that one shard could not read may have become readable for another.
    func union(_ sets: [Set<KeyFrame>]) -> Set<KeyFrame> { sets.reduce(into: []) { $0.formUnion($1) } }
    let (scored, planned) = (union(tallies.map(\.scored)), union(tallies.map(\.planned)))
    let lost = union(tallies.map(\.lost)).filter { !scored.contains($0) }
    (done, damaged) = (scored.count, lost.count)
    let begun = max(planned.count, tallies.reduce(0) { $0 + ($1.status?.total ?? 0) })
    total = (tasks(identity) ?? begun) + lost.subtracting(planned).count
  }

  /// What is counted; of a run whose status does not say so, as its configuration has it.
  public var unit: RunUnit {
    status?.unit ?? (identity?[Key.detectionEnable.name] == "False" ? .video : .keyFrame)
  }

  /// How far the run is, in words: "7/12"; where there is damage "10 done, 2 damaged".
  public var progress: String {
    if damaged == 0 { return "\(done)/\(total)" }
    return done + damaged == total ? "\(done) done, \(damaged) damaged" : "\(done)/\(total), \(damaged) damaged"
  }

  /// The run directories among folders, and in those that keep none themselves.
  ///
  /// - Returns: With them, what is wrong with those of the latter that cannot be read.
  /// - Throws: `RunDirectoryError` for a folder that neither is nor has a run directory.
  public static func find(_ folders: [String]) throws -> (runs: [RunSummary], notices: [String]) {
    var notices: [String] = []
    let runs = try folders.flatMap { folder -> [RunSummary] in
      do {
        return [try RunSummary(RunDirectory(folder))]
      } catch let error as RunDirectoryError {
        guard case .empty = error else { throw error }
        var found: [RunSummary] = []
        var firstError: RunDirectoryError?
        for inner in try listFolder(folder).map({ joinPath(folder, $0) }) where isFolder(inner) {
          do {
            found.append(try RunSummary(RunDirectory(inner)))
          } catch let error as RunDirectoryError {
            if case .empty = error { continue }
            notices.append("\(error)")
            firstError = firstError ?? error
          }
        }
        if found.isEmpty { throw firstError ?? error }
        return found
      }
    }
    return (runs, notices)
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

internal import Files
internal import Wording

/// A folder that keeps a run: what it was begun with, its scores, how far it is, and what was said.
///
///     config.yaml                       the configuration with all keys
///     ensemble.yaml                     of a run of several models the file that names them
///     keyframes.csv                     the key frames of the run's inputs, those without boxes that count, too
///     people.json                       of own videos who is who, in all boxes of the inputs
///     run.journal                       the scores of a run, or of all its shards after `slowfast merge`
///     run.json, run.log                 how far it is; what was said, with times
///     shard-0-of-4.journal .json .log   the same of a shard
///
/// Each process writes files of its own: shards on many machines need no locks between them.
public struct RunDirectory: Hashable, Sendable {
  public let path: String

  public init(_ path: String) { self.path = path.isEmpty ? "." : path }

  public var configuration: String { joinPath(path, "config.yaml") }

  /// The file that names a run's models, where there are several.
  public var ensemble: String { joinPath(path, "ensemble.yaml") }

  /// The key frames that the run's inputs name, a line each: video, second.
  public var keyFrames: String { joinPath(path, "keyframes.csv") }

  /// Who is who in the run's videos, as `tracks.json` has it.
  public var people: String { joinPath(path, "people.json") }

  /// - Parameter shard: Nil for the run as a whole.
  public func journal(_ shard: Shard?) -> String { joinPath(path, Self.stem(shard) + ".journal") }

  public func status(_ shard: Shard?) -> String { joinPath(path, Self.stem(shard) + ".json") }

  public func log(_ shard: Shard?) -> String { joinPath(path, Self.stem(shard) + ".log") }

  static func stem(_ shard: Shard?) -> String { shard.map { "shard-\($0.index)-of-\($0.count)" } ?? "run" }

  /// The shards that have begun, in order.
  ///
  /// - Throws: `RunDirectoryError.none` where the folder is not there.
  public func shards() throws -> [Shard] {
    guard isFolder(path) else { throw RunDirectoryError.none(path) }
    let shards = Set(try listFolder(path).compactMap(Self.shard))
    return shards.sorted { ($0.count, $0.index) < ($1.count, $1.index) }
  }

  /// The files that it keeps, of all parts.
  public var files: [String] {
    let parts: [Shard?] = [nil] + ((try? shards()) ?? [])
    return [configuration, ensemble, keyFrames, people] + parts.flatMap { [journal($0), status($0), log($0)] }
  }

  /// Whether it keeps a run, or any part of one.
  public var keepsRun: Bool {
    hasWhole || RunStatus(status(nil)) != nil || (try? shards().isEmpty) == false
  }

  /// Whether it keeps a run as a whole.
  public var hasWhole: Bool { pathExists(journal(nil)) }

  /// Reads "shard-0-of-4.journal", or the status of that name: a shard that has no key frame scored has no journal.
  private static func shard(_ name: String) -> Shard? {
    let parts = name.split(separator: ".")[...]
    guard parts.count == 2, parts.last == "journal" || parts.last == "json",
      let words = parts.first?.split(separator: "-"),
      words.count == 4, words[0] == "shard", words[2] == "of", let index = wholeNumber(words[1]),
      let count = wholeNumber(words[3]), let shard = Shard(index, of: count), stem(shard) == parts[0]
    else { return nil }
    return shard
  }

  /// The status of a part; nil where there is none that can be read.
  ///
  /// A process that was killed could not say so: what nobody computes is not running. Of other machines that is not
  /// known here, where disks know no locks between them.
  public func readStatus(_ shard: Shard?) -> RunStatus? {
    guard var status = RunStatus(status(shard)) else { return nil }
    if status.state == .running, status.host == hostName(), case .taken(let lock)? = try? FileLock.take(log(shard)) {
      lock.release()
      status.state = .interrupted
    }
    return status
  }

  /// Notes that the results of a run whose shards were joined are written, with their mean, or that they are for its own
  /// command to write.
  ///
  /// - Parameter labels: What the files of labels hold from which they were made; nil for what is known already.
  public func complete(mAP: Double?, labels: [String: String]? = nil) throws {
    guard var status = RunStatus(status(nil)) else { return }
    status.mAP = mAP
    status.labels = labels ?? status.labels
    status.state = .complete
    status.updated = clockTime()
    try status.write(to: self.status(nil))
  }

  /// What the scores of a part depend on; nil where it has none yet.
  public func identity(_ shard: Shard?) -> RunIdentity? { RunJournal.identity(at: journal(shard)) }

  /// The files that a merge had begun to make when it ended early; none where it came to its end.
  public var begunResults: [String] {
    if RunStatus(status(nil))?.state == .complete { return [] }
    return RunJournal.resultsBegun(at: journal(nil))
  }

  /// Whether another part than this one has begun.
  func hasParts(beside other: Shard?) throws -> Bool {
    try parts.contains { $0 != other && identity($0) != nil }
  }

  /// The run as a whole, and the shards that have begun.
  ///
  /// - Throws: `RunDirectoryError.none` where the folder is not there.
  public var parts: [Shard?] {
    get throws { [nil] + (try shards()) }
  }
}

extension RunDirectory {
  /// Makes sure that a part may be computed beside the others.
  ///
  /// - Parameters:
  ///   - identity: Of the whole run.
  ///   - shard: The part; nil for the whole run.
  /// - Throws: `RunDirectoryError.otherRun` where the scores of another part depend on other things.
  func check(_ identity: RunIdentity, beside shard: Shard?) throws {
    for part in try parts where part != shard {
      guard let other = self.identity(part)?.ofWhole else { continue }
      var found: [String] = []
      if identity.differs(from: other) {
        let scored = (try? RunJournal(reading: journal(part)))?.scoredVideos ?? []
        let damaged = try damagedContents()
        func changes(isBeside: Bool) -> [String] {
          identity.continuing(other, damaged: damaged, scored: scored, isBeside: isBeside).changes
        }
        found = changes(isBeside: true)
        // Shards that were joined are over: the whole run may go on with a list that was corrected since.
        if shard == nil && changes(isBeside: false).isEmpty { found = [] }
      }
      if part != nil, shard != nil { found += [identity.changeOfOrder(since: other)].compactMap(\.self) }
      if !found.isEmpty {
        throw RunDirectoryError.otherRun(
          doing: "computing", directory: path, part: partName(part), changes: found)
      }
    }
  }

  /// In what contents of videos any part found damage.
  func damagedContents() throws -> DamagedContents {
    try parts.reduce(into: [:]) { contents, part in
      if let journal = try? RunJournal(reading: journal(part)) { contents.add(journal.damagedContents) }
    }
  }
}

/// What cannot be done with a run directory.
public enum RunDirectoryError: Error, Equatable, CustomStringConvertible {
  /// There is no folder of that name.
  case none(String)
  /// The folder keeps no run.
  case empty(String)
  /// There are no shards to join: the run is in one piece. What makes results of it.
  case undivided(String, results: String)
  /// A part is being computed already.
  case isRunning(directory: String, part: String, holder: String?)
  /// The directory keeps the run in other parts than asked for.
  case otherParts(directory: String, found: String, asked: String)
  /// The directory keeps a run of another command.
  case otherCommand(directory: String, found: String, asked: String)
  /// A part of the same directory has scores that depend on other things than those of a second one, or of the call.
  case otherRun(doing: String, directory: String, part: String, than: String? = nil, changes: [String])
  /// Parts whose scores would become different results.
  case otherResults(doing: String, directory: String, changes: [String])
  /// Parts that take the scores of their models as one in different ways.
  case otherFusion(doing: String, directory: String, changes: [String])
  /// Parts that say in different ways who is who.
  case otherLinking(doing: String, directory: String, changes: [String])
  /// The configuration is not the one that the run wrote.
  case damagedConfiguration(path: String, reason: String)
  case unreadable(path: String, reason: String)
  /// What says how far a part is cannot be read.
  case noStatus(path: String)
  /// Shards that are no parts of the run that is joined.
  case foreignShards(directory: String, found: String, joined: String)
  /// A run that has scores which the shards lack, of so many key frames.
  case wouldLose(directory: String, keyFrames: Int, first: String)
  /// Shards that are not there, or not complete, each with a word on it.
  case unfinished([String], advice: String)
  case twice(shard: String, directories: [String])

  public var description: String {
    switch self {
    case .none(let path): return "reading the run directory: there is no folder '\(path)' -> check the path"
    case .empty(let path):
      return "reading the run directory: '\(path)' keeps no run (no run.journal, no shard-I-of-N.journal) -> give the "
        + "folder that --run named"
    case .undivided(let path, let results):
      return "joining shards: '\(path)' keeps a run in one piece, there is nothing to join -> its results are made by: "
        + results
    case .isRunning(let directory, let part, let holder):
      return "computing \(part) in '\(directory)': another process computes it "
        + "(\(holder ?? "perhaps on another machine")) -> wait for its end, or give another --shard or --run"
    case .otherParts(let directory, let found, let asked):
      return "computing \(asked) in '\(directory)': it keeps \(found) -> give the --shard that it was begun with, or "
        + "another --run"
    case .otherCommand(let directory, let found, let asked):
      return
        "going on with the run of '\(directory)': it is one of slowfast \(found), and this is slowfast \(asked) -> "
        + "give another --run"
    case .otherRun(let doing, let directory, let part, let than, let changes):
      return "\(doing) in '\(directory)': \(part) was begun with other things\(than.map { " than \($0)" } ?? ""): "
        + "\(listed(changes, limit: 3)) -> "
        + (changes.contains { RunIdentity.isOfEarlierVersion($0) }
          ? "give another --run: what is here stays readable (slowfast runs, merge, results)"
          : "give the same to all parts, or another --run")
    case .otherResults(let doing, let directory, let changes):
      return
        "\(doing) in '\(directory)': the parts of a run make one result, and others were begun with other settings of "
        + "it: \(listed(changes, limit: 3)) -> give the same to all parts; when they are joined, 'slowfast results DIR KEY "
        + "VALUE' makes results with others"
    case .otherFusion(let doing, let directory, let changes):
      return
        "\(doing) in '\(directory)': the parts of a run make one result, and others were begun with other settings of "
        + "it: \(listed(changes, limit: 3)) -> start all shards with the same FUSION and WEIGHTs, what is scored stays; "
        + "when they are joined, the run's own command without --shard and with --overwrite makes results with others"
    case .otherLinking(let doing, let directory, let changes):
      return
        "\(doing) in '\(directory)': the parts of a run make one result, and others were begun with other settings of "
        + "it: \(listed(changes, limit: 3)) -> start all shards with the same --gap and --tracks, what is scored stays"
    case .damagedConfiguration(let path, let reason):
      return
        "reading the run directory: '\(path)': \(reason) -> start the command that the run was begun with again, of a "
        + "divided run that of any shard (with --overwrite where results are there): it writes the file anew, and what is "
        + "scored stays"
    case .unreadable(let path, let reason):
      return "going on with the run of '\(path)': \(reason) -> delete the file to compute its scores anew, or give "
        + "another --run"
    case .noStatus(let path):
      return "reading the run directory: '\(path)' is missing or damaged, nothing says how far the run is -> start the "
        + "command that it was begun with again (with --overwrite where results are there): it writes the file anew, and "
        + "what is scored stays"
    case .foreignShards(let directory, let found, let joined):
      return "joining \(joined): '\(directory)' keeps \(found) -> give the directories of one run's shards, and with "
        + "--run a folder that keeps no others"
    case .wouldLose(let directory, let keyFrames, let first):
      return "joining shards: the run.journal of '\(directory)' has \(counted(keyFrames, "key frame")) that the shards "
        + "do not know (\(first)), and they would be lost -> make results of it as it is: slowfast results "
        + "'\(directory)'; or start the shards' commands again (--shard I/N), then join them"
    case .unfinished(let shards, let advice):
      return "joining shards: \(listed(shards, limit: 8)) -> \(advice)"
    case .twice(let shard, let directories):
      return "joining shards: \(shard) is in \(listed(directories.map { "'\($0)'" })) -> give one of them"
    }
  }
}

/// A part of a run in words.
func partName(_ shard: Shard?) -> String { shard.map { "shard \($0)" } ?? "the whole run" }

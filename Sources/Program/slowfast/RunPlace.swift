internal import ArgumentParser
internal import Files
internal import Glibc
internal import Runs
internal import Video
internal import Wording

/// Where a run keeps its scores: in a journal beside its results, which goes when these are written and lack
/// nothing, or in a run directory, which stays. Both are locked until `close`.
final class RunPlace {
  /// The folder of the results.
  let folder: String
  /// The part of the run in its directory; nil without --run.
  let part: RunPart?
  /// Where the journal is without --run.
  let journalBeside: String
  /// Whether scores outlast the process.
  let keepsScores: Bool
  private let lock: FolderLock?
  /// Of the journal alone, where the folder is shared.
  private let journalLock: FileLock?
  private var journal: RunJournal?

  /// Takes the folders for this process.
  ///
  /// - Parameters:
  ///   - folder: Of the results.
  ///   - journal: Where the journal is without --run.
  ///   - inner: The name of a folder in that of the results that is written, too.
  ///   - inputs: What the run reads.
  ///   - outputs: What is written of a run whose files all have names of the call: others may write into its folder, too,
  ///     and without any of them scores need not be kept. Nil for a run that has the folder alone.
  init(
    _ options: RunOptions, _ shard: Shard?, folder: String, journal: String, reading inputs: RunInputs,
    _ status: @autoclosure () -> RunStatus, andIn inner: String? = nil, sharedFor outputs: [String]? = nil
  ) throws {
    // Before anything is written there.
    if let run = options.run { try Self.check(inputs, besides: RunDirectory(run)) }
    self.folder = folder
    journalBeside = journal
    let part = try options.run.map { try RunPart(RunDirectory($0), shard, status()) }
    self.part = part
    do {
      // Shards write no results.
      if shard != nil || part.map({ isSameFolder($0.directory.path, folder) }) == true {
        (lock, journalLock, keepsScores) = (nil, nil, true)
      } else if let outputs {
        let locks = try Self.share(folder, journal, for: outputs)
        (lock, journalLock, keepsScores) = (locks?.folder, locks?.journal, locks != nil)
      } else {
        try refuseOtherRun(folder, ownIn: [])
        let lock = try FolderLock(folder)
        lock.deleteLeftovers(andIn: inner)
        (self.lock, journalLock, keepsScores) = (lock, nil, true)
      }
    } catch {
      part?.close()
      throw error
    }
    if let part { Console.begin { part.say($0) } }
  }

  /// Takes a journal in a folder into which others may write other files.
  ///
  /// - Returns: Nil where nothing may be written there and nothing need be.
  static func share(
    _ folder: String, _ journal: String, for outputs: [String]
  ) throws -> (folder: FolderLock, journal: FileLock)? {
    do {
      let lock = try FolderLock(folder, isShared: true)
      let (place, name) = splitPath(journal)
      let own: FileLock
      switch try FileLock.make(joinPath(place, ".\(name).lock")) {
      case .taken(let lock): own = lock
      case .refused(let holder): throw JournalTaken(path: journal, holder: holder)
      }
      lock.deleteLeftovers(of: Set(([journal] + outputs).map { splitPath($0).name }))
      return (lock, own)
    } catch let error as FileError where error.isForbidden && outputs.allSatisfy(isDevice) {
      Console.warn(
        "scores are not kept, a run that ends early begins anew: \(withoutAdvice(error)) -> OUTPUT_DIR FOLDER keeps them "
          + "elsewhere until the results are written")
      return nil
    }
  }

  /// The journal that knows which results the run had begun to write when it ended early.
  var begunJournal: String? {
    guard let part else { return journalBeside }
    return part.wasComplete ? nil : part.directory.journal(part.shard)
  }

  /// Where the scores of this process are, or will be.
  var scoreJournal: String { part.map { $0.directory.journal($0.shard) } ?? journalBeside }

  /// Where those of all parts of the run are.
  var scoreJournals: [String] {
    guard let part else { return [journalBeside] }
    return ((try? part.directory.parts) ?? []).map { part.directory.journal($0) }
  }

  /// The journals of all parts of the run that can be read, as they are.
  var journals: [RunJournal] {
    keepsScores ? Self.journals(in: part?.directory, orBeside: journalBeside) : []
  }

  /// The same of a run that is not begun.
  static func journals(in directory: RunDirectory?, orBeside journal: String) -> [RunJournal] {
    guard let directory else { return [try? RunJournal(reading: journal)].compactMap(\.self) }
    return ((try? directory.parts) ?? []).compactMap { try? RunJournal(reading: directory.journal($0)) }
  }

  /// What is said of the same command when it is to go on after all results were written.
  var advice: String {
    guard let part else { return keepsScores ? " (it goes on from '\(journalBeside)')" : "" }
    return part.shard == nil ? " with --overwrite" : ""
  }

  /// What holds the run: no result may take its place.
  var kept: [String] { part?.directory.files ?? [journalBeside] }

  /// Makes sure that a run reads nothing that its directory keeps: such a file would be added to, or moved away. Of its configuration and
  /// ensemble it keeps what it has read.
  ///
  /// - Throws: `ValidationError`, `InputJoined`.
  private static func check(_ inputs: RunInputs, besides directory: RunDirectory) throws {
    var guards = inputs.guards
    for path in directory.files { try guards.refuseJoining(path, orGive: "keep the run elsewhere: --run DIR") }
    let own = Set(
      directory.files.filter { $0 != directory.configuration && $0 != directory.ensemble }.map(resolvedPath))
    if let path = inputs.files.first(where: { own.contains(resolvedPath($0)) }) {
      throw ValidationError(
        "keeping the run: '\(path)', which the run reads, is what the run directory '\(directory.path)' keeps under that name -> copy "
          + "it elsewhere, or give another directory")
    }
  }

  /// Takes the journal of a run without --run.
  func hold(_ journal: RunJournal) { self.journal = journal }

  /// Says how far the run is.
  func update(_ done: Int) { part?.update(done: done) }

  /// Ends the run of which all is written.
  ///
  /// - Parameter isFinal: Whether nothing is to be added to it: else the journal beside the results stays.
  func complete(_ damage: DamageReport, mAP: Double? = nil, isFinal: Bool = true) throws {
    try part?.complete(damaged: damage.kept, mAP: mAP)
    if isFinal { journal?.remove() }
  }

  /// Ends a shard, and says what comes next.
  func completeShard(_ shard: Shard, _ damage: DamageReport) throws {
    try complete(damage)
    Console.say(
      "shard \(shard) is complete -> when all \(shard.count) are: slowfast merge '\(part?.directory.path ?? "")'")
  }

  /// Lets others write.
  func close() {
    part?.close(as: Interruption.isAsked ? .interrupted : .failed)
    journal?.close()
    journalLock?.release()
    lock?.release()
  }
}

/// A journal that another process writes.
private struct JournalTaken: Error, CustomStringConvertible {
  let path: String
  let holder: String?

  var description: String {
    "keeping scores in '\(path)': another run writes into it (\(holder ?? "perhaps on another machine")) -> wait for its "
      + "end, or give another --output, or another OUTPUT_DIR"
  }
}

/// Whether two names lead to one folder.
func isSameFolder(_ a: String, _ b: String) -> Bool {
  var (first, second) = (stat(), stat())
  guard stat(a.isEmpty ? "." : a, &first) == 0, stat(b.isEmpty ? "." : b, &second) == 0 else { return a == b }
  return first.st_dev == second.st_dev && first.st_ino == second.st_ino
}

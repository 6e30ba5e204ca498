internal import AVARecords
internal import Detect
internal import Files
internal import ObjectDetectors
internal import Runs
internal import Wording

/// The order in which a command has people found into a journal.
struct PeopleRun {
  let detection: PeopleDetection
  let loaded: LoadedDetector
  /// Which of the detector's classes; nil for its own of people.
  let personClass: Int?
  let journal: RunJournal

  /// Opens the journal of a run, and says in one line where it has people already.
  ///
  /// - Parameter isReplacing: Whether the journal of another run may go.
  /// - Throws: `JournalError`, `FileError`.
  init(
    _ detection: PeopleDetection, _ loaded: LoadedDetector, personClass: Int? = nil, journal path: String,
    isReplacing: Bool
  ) throws {
    (self.detection, self.loaded, self.personClass) = (detection, loaded, personClass)
    if let personClass, personClass >= loaded.detector.classes {
      throw NoSuchClass(asked: personClass, classes: loaded.detector.classes, detector: loaded.detector.name)
    }
    var identity = try detection.identity(loaded)
    if let personClass { identity.add(.detector, "class", "\(personClass)") }
    do {
      let (journal, replaced) = try RunJournal.ofPeople(path: path, identity: identity)
      self.journal = journal
      if !replaced.isEmpty {
        Console.say(
          "\(listed(replaced.map { "'\($0)'" }, limit: 3)) \(replaced.count == 1 ? "is" : "are") not as before: people are "
            + "looked for there again")
      }
    } catch JournalError.otherRun(_, let changes) where isReplacing {
      removeFile(path)
      journal = try RunJournal(path: path, identity: identity)
      Console.say("beginning anew: '\(path)' was of another run, \(listed(changes, limit: 3))")
    }
    let done = detection.doneCount(in: journal)
    if done > 0 {
      Console.say(
        "going on with '\(path)': \(done) of \(counted(detection.momentCount, "frame")) seen already (delete it to begin "
          + "anew)")
    }
  }

  /// Looks at what the journal lacks.
  ///
  /// - Throws: `Interrupted`, `DamageFound` where no frame could be had, and whatever goes wrong.
  func callAsFunction(_ damage: DamageOption) throws -> FoundPeople { try look(stopsAtDamage: damage.stops) }

  /// The same, with what becomes of damaged frames.
  func look(stopsAtDamage: Bool) throws -> FoundPeople {
    let total = detection.momentCount
    let done = detection.doneCount(in: journal)
    let progress = Progress("finding people", total: total, unit: "frame", before: done)
    let found = try Interruption.stoppable {
      let found = try detection.run(
        loaded.detector, journal: journal, personClass: personClass, stopsAtDamage: stopsAtDamage,
        isToStop: { Interruption.isAsked }, progress: { progress.update($0) })
      if Interruption.isAsked {
        throw Interrupted(
          "\(found.frameCount) of \(counted(total, "frame")) seen, the same command goes on from there")
      }
      return found
    }
    progress.finish()
    if !found.damage.isEmpty {
      Console.warn(
        "people could not be looked for in \(counted(found.damage.keyFrames.count, "frame")) of \(total):")
      for line in found.damage.lines() { Console.say("  " + line) }
      if found.frameCount == 0 {
        throw DamageFound(description: "no frame could be seen -> \(found.remedy())")
      }
    }
    return found
  }

  /// Makes sure that a call replaces no boxes that somebody may want to keep: those that this run has written are its own, as
  /// long as they are as it wrote them.
  ///
  /// - Parameters:
  ///   - path: Where the boxes go.
  ///   - isKept: What to do with the file that is there, beside replacing it.
  /// - Throws: `KeptBoxes`.
  static func check(_ path: String, journal: String, isReplacing: Bool, orElse isKept: String) throws {
    if isReplacing || !pathExists(path) || isDevice(path) { return }
    let former = try? RunJournal(reading: journal)
    if try former?.isWritten(path, content: content(of: path)) == true { return }
    let isOwn = former?.results.contains(resolvedPath(path)) == true
    throw KeptBoxes(path: path, isCorrected: isOwn, advice: isKept)
  }

  private static func content(of path: String) throws -> String {
    try fileFingerprint(path, isWhole: true, doing: "reading the boxes")
  }

  /// Writes the boxes, and notes what they are: who changes them wants them kept.
  ///
  /// - Throws: `FileError`.
  func write(_ found: FoundPeople, _ form: FoundPeople.Format, as category: String = "person", to path: String) throws {
    try journal.beginResults([path])
    let file = try AtomicFile(path: path)
    try found.write(form, as: category, to: file)
    try file.commit()
    if !isDevice(path) { try journal.note(written: path, content: Self.content(of: path)) }
  }

  /// What was written, in a line.
  func summary(_ found: FoundPeople, _ path: String, threshold: Double) -> String {
    "wrote \(path): \(counts(found, threshold: threshold))"
  }

  /// How many people were found.
  func counts(_ found: FoundPeople, threshold: Double) -> String {
    "\(counted(found.boxCount, "box", plural: "boxes")) with a score of at least \(fixed(threshold, 2)) in "
      + counted(found.frameCount, "frame")
      + (found.emptyCount > 0 ? ", \(found.emptyCount) of them without anybody" : "")
  }
}

/// Boxes that are there and are not as the run has left them.
private struct KeptBoxes: Error, CustomStringConvertible {
  let path: String
  /// Whether this run has written them.
  let isCorrected: Bool
  let advice: String

  var description: String {
    (isCorrected
      ? "finding people: '\(path)' is not as this run wrote it: somebody has corrected it, and it stays"
      : "finding people: '\(path)' exists already, and no journal says that this run wrote it as it is")
      + " -> \(advice), or find people anew in its place: --overwrite"
  }
}

/// A class that a detector has not.
private struct NoSuchClass: Error, CustomStringConvertible {
  let asked: Int
  let classes: Int
  let detector: String

  var description: String {
    "finding people: --class is \(asked), and \(detector) has \(counted(classes, "class", plural: "classes")), numbered from "
      + "0 -> leave it out, or give 0 to \(classes - 1)"
  }
}

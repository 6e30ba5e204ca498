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
  /// - Parameters:
  ///   - isReplacing: Whether the journal of another run may go.
  ///   - looksAgain: Whether a video that has become another is looked at again.
  /// - Throws: `JournalError`, `FileError`.
  init(
    _ detection: PeopleDetection, _ loaded: LoadedDetector, personClass: Int? = nil, journal path: String,
    isReplacing: Bool, looksAgain: Bool = false
  ) throws {
    (self.detection, self.loaded, self.personClass) = (detection, loaded, personClass)
    if let personClass, personClass >= loaded.detector.classes {
      throw NoSuchClass(asked: personClass, classes: loaded.detector.classes, detector: loaded.detector.name)
    }
    var identity = try detection.identity(loaded)
    if let personClass { identity.add(.detector, "class", "\(personClass)") }
    do {
      journal = try RunJournal(path: path, identity: identity)
    } catch JournalError.otherRun
      where looksAgain && RunJournal.identity(at: path).map({ identity.differsInVideosAlone(from: $0) }) == true
    {
      let (renewed, others) = try RunJournal.ofSameVideos(in: path, identity)
      journal = renewed
      let count = others.count
      Console.say(
        "\(listed(others.map { "'\($0)'" }, limit: 3)) \(count == 1 ? "is" : "are") not as before: people are looked for there "
          + "again")
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
  func callAsFunction(_ damage: DamageOption) throws -> FoundPeople {
    let total = detection.momentCount
    let done = detection.doneCount(in: journal)
    let progress = Progress("finding people", total: total, unit: "frame", before: done)
    let found = try Interruption.stoppable {
      let found = try detection.run(
        loaded.detector, journal: journal, personClass: personClass, stopsAtDamage: damage.stops,
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
        throw DamageFound(description: "no frame could be seen -> copy or record the damaged files again")
      }
    }
    return found
  }

  /// What was written, in a line.
  func summary(_ found: FoundPeople, _ path: String, threshold: Double) -> String {
    "wrote \(path): \(counted(found.boxCount, "box", plural: "boxes")) with a score of at least \(fixed(threshold, 2)) in "
      + counted(found.frameCount, "frame")
      + (found.emptyCount > 0 ? ", \(found.emptyCount) of them without anybody" : "")
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

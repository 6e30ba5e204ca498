internal import Configuration
internal import Files
internal import Inference
internal import Runs
internal import Wording

/// A journal that a command goes on with.
struct Resuming {
  let journal: RunJournal
  /// How many key frames need no more work.
  let doneCount: Int

  /// Opens the journal of a run, and says in one line where it has scores already.
  ///
  /// - Parameter job: What is to be scored, and with what.
  /// - Parameter isReplacing: Whether results may go that are there, or there are none but on stdout: then so may the journal
  ///   of another run, which nobody can go on with by this call. What is no journal at all stays.
  init(
    _ place: RunPlace, _ identity: RunIdentity, _ job: some ScoringJob, isReplacing: Bool
  ) throws {
    let plan = job.plan
    let journal: RunJournal
    let path: String
    if let part = place.part {
      // What a run directory keeps goes only with it.
      journal = try part.open(
        identity, job.config, ensemble: job.ensemble?.text,
        keyFrames: RunUnit(job.config).isWhole ? nil : job.keyFrames, people: job.peopleText, videos: plan)
      path = part.directory.journal(part.shard)
    } else if !place.keepsScores {
      (journal, path) = (RunJournal(), "")
    } else {
      path = place.journalBeside
      let classes = job.config[.modelNumClasses]
      do {
        journal = try RunJournal(path: path, identity: identity, classes: classes)
      } catch JournalError.otherRun(_, let changes) where isReplacing {
        removeFile(path)
        journal = try RunJournal(path: path, identity: identity, classes: classes)
        Console.say(
          "beginning anew: '\(path)' was of another run, \(listed(changes, limit: 3))")
      }
      place.hold(journal)
    }
    self.journal = journal
    let total = plan.reduce(0) { $0 + $1.tasks.count }
    doneCount = plan.reduce(0) { $0 + $1.tasks.count { journal.hasAll($0) } }
    let given = Set(plan.map(\.name))
    let repaired = journal.repairedVideos.filter { given.contains($0) }
    if !repaired.isEmpty {
      let videos = listed(repaired.map { "'\($0)'" }, limit: 3)
      Console.say("\(videos): damaged before, and others now: what has scores keeps them, the rest is scored")
    }
    if !journal.leftVideos.isEmpty {
      let videos = listed(journal.leftVideos.map { "'\($0)'" }, limit: 3)
      Console.say("\(videos): never scored, and no longer named: what has scores keeps them, the rest is scored")
    }
    if let part = place.part, journal.isEmpty, part.doneBefore > 0 {
      Console.say(
        "'\(part.directory.status(part.shard))' speaks of \(counted(part.doneBefore, job.unit.rawValue)) that were scored, and "
          + "'\(path)' has none of them any more: all are scored anew")
    }
    if journal.isEmpty && journal.loss == nil { return }
    Console.say(
      "going on with '\(path)': \(doneCount) of \(counted(total, job.unit.rawValue)) done already"
        + (journal.loss.map { ", \(Self.words($0))" } ?? "") + " (delete it to begin anew)")
    if identity.isMeasured, doneCount < total {
      Console.warn(
        "--measure-plan: each start chooses algorithms anew, so what is scored now may differ in its last bits from what "
          + "would have been scored before -> where runs that go on are to be equal to the last bit, begin without it")
    }
  }

  private static func words(_ loss: RunJournal.Loss) -> String {
    if loss.isTorn { return "its torn end is done again" }
    let kept = loss.copy.map { ", the file as it was is kept as '\($0)'" } ?? ""
    return
      "it is damaged: its last \(counted(loss.bytes, "byte")) cannot be read, what they held is done again\(kept)"
  }
}

internal import Detect
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
  /// - Parameter classes: How many classes the network scores.
  init(_ path: String, _ identity: RunIdentity, classes: Int, of total: Int) throws {
    journal = try RunJournal(path: path, identity: identity, classes: classes)
    doneCount = min(total, journal.keyFrameCount)
    if journal.isEmpty { return }
    Console.say(
      "going on with '\(path)': \(doneCount) of \(counted(total, "key frame")) done already"
        + (journal.wasTorn ? ", its torn end is done again" : "") + " (delete it to begin anew)")
  }
}

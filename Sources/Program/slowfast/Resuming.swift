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
    if journal.isEmpty && journal.loss == nil { return }
    Console.say(
      "going on with '\(path)': \(doneCount) of \(counted(total, "key frame")) done already"
        + (journal.loss.map { ", \(Self.words($0))" } ?? "") + " (delete it to begin anew)")
  }

  private static func words(_ loss: RunJournal.Loss) -> String {
    if loss.isTorn { return "its torn end is done again" }
    return "it is damaged: its last \(counted(loss.bytes, "byte")) cannot be read, what they held is done again"
  }
}

internal import Files

extension RunJournal {
  /// Readies a journal for a run that may have other videos and other tasks than those it was begun with.
  ///
  /// Records say themselves which key frame, boxes and view they are of: what is scored of videos that are as before stays, that
  /// of videos which are others goes, and new videos are taken up. Videos that are not asked for stay, for they may be once more. What
  /// damage excuses is left to whoever opens the journal, and so is a journal of other settings: there nothing is changed.
  ///
  /// - Parameter identity: All that scores depend on but the tasks.
  /// - Returns: The identity to open the journal with, and the videos whose scores went.
  /// - Throws: `FileError`; then all stays.
  public static func admit(_ identity: RunIdentity, to path: String) throws -> (
    identity: RunIdentity, replaced: [String]
  ) {
    guard pathExists(path), let former = Self.identity(at: path) else { return (identity, []) }
    let (known, asked) = (former.contents, identity.contents)
    var all = identity
    for entry in former.entries {
      guard let video = RunIdentity.video(ofEntry: entry.name), asked[video] == nil else { continue }
      all.append(entry.name, entry.value)
    }
    var head = former
    head.set(.tasks, nil)
    if !all.changes(since: head, butOf: Set(all.videos)).isEmpty { return (all, []) }
    let others = identity.videos.filter { known[$0] != nil && known[$0] != asked[$0] }
    let new = identity.entries.filter { RunIdentity.video(ofEntry: $0.name).map { known[$0] == nil } ?? false }
    if new.isEmpty && others.isEmpty { return (all, []) }
    let journal = try RunJournal(reading: path)
    let replaced = others.filter { video in
      var one = head
      one.replace(contentOf: video, by: asked[video] ?? RunIdentity.unreadable)
      return journal.continuation(of: one, others: { [:] })?.changes.isEmpty == false
    }
    for video in replaced { head.replace(contentOf: video, by: asked[video] ?? RunIdentity.unreadable) }
    for entry in new { head.append(entry.name, entry.value) }
    if !new.isEmpty || !replaced.isEmpty { try forget(replaced, in: path, leaving: head) }
    return (all, replaced)
  }

  /// Makes sure that a journal, where there is one, is of a run with these settings, whatever its videos and tasks are. Nothing is
  /// changed.
  ///
  /// - Throws: `JournalError` for a file that is no journal, or that of another run; `FileError`.
  public static func checkSettings(_ identity: RunIdentity, of path: String) throws {
    if !pathExists(path) { return }
    guard let former = Self.identity(at: path) else {
      // Of what is no journal reading it says so; one that was torn within its head begins anew, however early.
      let beginning = try AppendedFile(reading: path, doing: "reading the journal").read(0..<magic.count)
      if beginning.count < magic.count, magic.starts(with: beginning) { return }
      _ = try RunJournal(reading: path)
      return
    }
    let changes = identity.changes(since: former, butOf: Set(former.videos))
    if !changes.isEmpty { throw JournalError.otherRun(path: path, changes: changes) }
  }
}

internal import Files

/// What is read of journals that nobody opens.
extension RunJournal {
  /// The files that the run of a journal had written or begun to write when it ended; none where there is no journal, or
  /// it did not come so far. A call that goes on may replace these.
  public static func resultsBegun(at path: String) -> [String] {
    guard pathExists(path), let journal = try? RunJournal(reading: path) else { return [] }
    return journal.results
  }

  /// What the scores of a journal depend on, without reading more of it; nil where that cannot be read.
  public static func identity(at path: String) -> RunIdentity? {
    guard let file = try? AppendedFile(reading: path, doing: "reading the journal"),
      (try? file.read(0..<magic.count)) == magic,
      let length = JournalRecord.length((try? file.read(magic.count..<magic.count + 8)) ?? []),
      let bytes = try? file.read(magic.count..<magic.count + 8 + length),
      let content = JournalRecord.content(bytes), case .head(let text) = JournalRecord.summary(content)
    else { return nil }
    return RunIdentity(text: text)
  }

  /// How a run would go on with a journal of scores whose people a detector has found: everything must be as before but for
  /// videos, which may have become others, for who is in them is looked for again.
  ///
  /// - Parameter identity: All that the scores depend on but the tasks.
  /// - Returns: What is not as before, and must be; and the videos that are others, or none where there is no journal.
  /// - Throws: `FileError`.
  public static func outlook(of identity: RunIdentity, in path: String) throws -> (
    changes: [String], replaced: [String]
  ) {
    guard pathExists(path), let journal = try? RunJournal(reading: path), let former = journal.identity else {
      return ([], [])
    }
    let replaced = identity.replacedVideos(since: former, scored: journal.scoredVideos)
    var known = identity
    for video in replaced { known.replace(contentOf: video, by: former.content(of: video) ?? RunIdentity.unreadable) }
    return (journal.continuation(of: known, others: { [:] })?.changes ?? [], replaced)
  }

  /// Takes the scores of videos that are others now out of a journal.
  ///
  /// - Parameters:
  ///   - replaced: See `outlook(of:in:)`.
  ///   - identity: Which says what they are now.
  /// - Throws: `FileError`; then all stays.
  public static func forgetScores(of replaced: [String], in path: String, _ identity: RunIdentity) throws {
    guard !replaced.isEmpty, var former = Self.identity(at: path) else { return }
    for video in replaced {
      former.replace(contentOf: video, by: identity.content(of: video) ?? RunIdentity.unreadable)
    }
    former.set(.tasks, nil)
    try forget(replaced, in: path, leaving: former)
  }
}

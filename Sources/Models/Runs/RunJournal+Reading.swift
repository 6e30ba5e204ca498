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
}

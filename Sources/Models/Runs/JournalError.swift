internal import Wording

/// Why a run cannot go on from a journal.
public enum JournalError: Error, Equatable, CustomStringConvertible {
  /// The journal is of a run whose scores differ.
  case otherRun(path: String, changes: [String])
  case foreign(path: String)
  /// The beginning, which says what the scores depend on, cannot be read.
  case damagedHead(path: String, bytes: Int)
  case changed(path: String)

  public var description: String {
    switch self {
    case .otherRun(let path, let changes):
      return
        "going on with the run of '\(path)': \(listed(changes, limit: 3)) -> give what it was begun with, or delete "
        + "the journal to begin anew"
    case .foreign(let path):
      return "going on with a run: '\(path)' is no journal of this version -> delete it to begin anew, or give another "
        + "--output-dir"
    case .damagedHead(let path, let bytes):
      return "going on with a run: '\(path)' is damaged at its beginning, nothing tells what its \(bytes) bytes were "
        + "made with -> delete it to begin anew, or give another --output-dir"
    case .changed(let path):
      return "reading the journal: '\(path)' has changed while the run wrote it -> start the same command again"
    }
  }
}

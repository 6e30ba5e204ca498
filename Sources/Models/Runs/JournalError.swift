internal import Files
internal import Glibc
internal import Wording

/// Why a run cannot go on from a journal.
public enum JournalError: Error, Equatable, CustomStringConvertible {
  /// The journal is of a run whose scores differ.
  case otherRun(path: String, changes: [String])
  case foreign(path: String)
  /// The beginning, which says what the scores depend on, cannot be read.
  case damagedHead(path: String, bytes: Int)
  case changed(path: String)
  /// The disk, or a limit, has no room for more scores.
  case noRoom(path: String, reason: String, remedy: String)

  /// What is to be said where a file could not grow for want of room; nil for other errors.
  static func noRoom(_ error: FileError) -> JournalError? {
    guard case .system(_, let path, let code) = error, [ENOSPC, EDQUOT, EFBIG].contains(code) else { return nil }
    let remedy = code == EFBIG ? "raise the file size limit (ulimit -f)" : "free some space"
    return .noRoom(path: path, reason: String(cString: strerror(code)), remedy: remedy)
  }

  public var description: String {
    switch self {
    case .otherRun(let path, let changes) where changes.contains { RunIdentity.isOfEarlierVersion($0) }:
      return
        "going on with the run of '\(path)': \(listed(changes, limit: 3)) -> begin anew: delete the journal and start the "
        + "same command with --overwrite; or let the version that began the run end it"
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
    case .noRoom(let path, let reason, let remedy):
      return
        "writing the journal: '\(path)': \(reason) -> \(remedy) and start the same command again: what is scored stays"
    case .changed(let path):
      return "reading the journal: '\(path)' has changed while the run wrote it -> start the same command again"
    }
  }
}

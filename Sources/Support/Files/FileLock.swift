internal import Glibc

/// A file that one process at a time may write: the kernel's lock, which ends with the process.
///
/// On disks over the network it holds between machines where their servers know locks, else within each machine.
public final class FileLock {
  private var descriptor: Int32
  /// What is only there to be locked, and goes with the lock.
  private let own: String?

  /// Locks a file that is there until `release()`. Where a file system knows no locks, nothing is locked.
  ///
  /// - Returns: The lock, or who holds it.
  public static func take(_ path: String) throws(FileError) -> Outcome {
    let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    if descriptor < 0 { throw .system(doing: "locking", path: path, code: errno) }
    if case .refused(let holder) = takeLock(descriptor, isShared: false) {
      close(descriptor)
      return .refused(by: holder)
    }
    return .taken(FileLock(descriptor, of: nil))
  }

  /// Locks a file that is there for nothing else until `release()`, which deletes it; makes it and missing folders where
  /// there is none.
  ///
  /// - Returns: The lock, or who holds it.
  public static func make(_ path: String) throws(FileError) -> Outcome {
    try makeFolder(splitPath(path).folder)
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
      if descriptor < 0 { throw .system(doing: "locking", path: path, code: errno) }
      if case .refused(let holder) = takeLock(descriptor, isShared: false) {
        close(descriptor)
        return .refused(by: holder)
      }
      var (locked, named) = (stat(), stat())
      if fstat(descriptor, &locked) == 0, lstat(path, &named) == 0, locked.st_dev == named.st_dev,
        locked.st_ino == named.st_ino
      {
        return .taken(FileLock(descriptor, of: path))
      }
      // Who held it has deleted it meanwhile: the lock of a file without a name keeps nobody out.
      close(descriptor)
    }
  }

  public enum Outcome {
    case taken(FileLock)
    /// Who holds it, where that is known: "process 4711 (slowfast)".
    case refused(by: String?)
  }

  private init(_ descriptor: Int32, of own: String?) {
    (self.descriptor, self.own) = (descriptor, own)
    if let own { TemporaryFiles.add(own) }
  }

  deinit { release() }

  /// Lets others write.
  public func release() {
    if descriptor < 0 { return }
    // Before the lock ends: nobody else has locked it then.
    if let own { TemporaryFiles.delete(own) }
    // As in `FolderLock.release`: a process that is just being started has the descriptor too.
    flock(descriptor, LOCK_UN)
    close(descriptor)
    descriptor = -1
  }
}

/// What came of asking for a lock.
enum LockOutcome {
  case held
  /// The file system knows no locks.
  case unknown
  case refused(holder: String?)
}

/// Locks an open file or folder, without waiting.
func takeLock(_ descriptor: Int32, isShared: Bool) -> LockOutcome {
  while flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
    if errno == EINTR { continue }
    return errno == EWOULDBLOCK ? .refused(holder: holders(descriptor)) : .unknown
  }
  return .held
}

/// Who holds the lock of an open file, as far as this machine's kernel tells: "process 4711 (slowfast)".
private func holders(_ descriptor: Int32) -> String? {
  var status = stat()
  guard fstat(descriptor, &status) == 0, let table = try? readFile("/proc/locks", doing: "reading the locks") else {
    return nil
  }
  var areShared = true
  let processes = String(decoding: table, as: UTF8.self).split(separator: "\n").compactMap { line -> Int? in
    // "1: FLOCK  ADVISORY  WRITE 4711 08:01:131074 0 EOF"
    let words = line.split(separator: " ")
    guard words.count > 5, words[1] == "FLOCK", words[5].hasSuffix(":\(status.st_ino)") else { return nil }
    areShared = areShared && words[3] == "READ"
    return Int(words[4])
  }
  // Devices are written differently by some file systems; a number that two of them share tells nothing.
  if processes.count > 1 && areShared { return "\(processes.count) processes" }
  guard processes.count == 1, let process = processes.first, process > 0 else { return nil }
  guard let name = try? readFile("/proc/\(process)/comm", doing: "reading a process") else {
    return "process \(process)"
  }
  return "process \(process) (\(String(decoding: name.prefix { $0 != 0x0A }, as: UTF8.self)))\(age(ofProcess: process))"
}

/// How long ago a process began: ", started 12 min ago".
private func age(ofProcess process: Int) -> String {
  guard let age = processAge("\(process)") else { return "" }
  let seconds = max(0, Int(age))
  if seconds < 120 { return ", started \(seconds) s ago" }
  return seconds < 7200 ? ", started \(seconds / 60) min ago" : ", started \(seconds / 3600) h ago"
}

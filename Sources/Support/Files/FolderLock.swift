internal import Glibc

/// A folder that one run at a time writes into.
///
/// The lock is the kernel's (`flock`), on the folder itself: there is no file that could be left, and the lock ends with
/// the process, however that ends. Where a file system knows no such locks (some network disks), or the folder may not
/// be read, every run goes on without one.
public final class FolderLock {
  private let folder: String
  private let isNew: Bool
  private var descriptor: Int32
  /// False where a file system knows no locks.
  private var isHeld = true

  /// Makes the folder where it is missing, and locks it until `release()`.
  ///
  /// - Throws: `FileError.locked` while another run holds it.
  public init(_ folder: String) throws(FileError) {
    self.folder = folder.isEmpty ? "." : folder
    isNew = !isFolder(self.folder)
    try makeFolder(folder)
    descriptor = open(self.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 {
      isHeld = false
      return
    }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      if errno == EWOULDBLOCK {
        let holder = flockHolder(descriptor)
        close(descriptor)
        descriptor = -1
        throw .locked(folder: self.folder, holder: holder)
      }
      isHeld = false
      return
    }
  }

  deinit { release() }

  /// Deletes the temporary files that killed runs left in the folder, and in a folder within it that is written under
  /// the same lock.
  ///
  /// - Parameter inner: The inner folder's name; it need not be there, and is left alone while another run holds a lock
  ///   of its own on it.
  public func deleteLeftovers(andIn inner: String? = nil) {
    if !isHeld { return }
    TemporaryFiles.deleteLeftovers(inLocked: folder)
    guard let inner = inner.map({ joinPath(folder, $0) }), isFolder(inner), let lock = try? FolderLock(inner) else {
      return
    }
    if lock.isHeld { TemporaryFiles.deleteLeftovers(inLocked: inner) }
    lock.release()
  }

  /// Lets the next run write. A folder that was made for this run, and that nothing was written into, goes.
  public func release() {
    if descriptor < 0 { return }
    if isNew { removeFolder(folder) }
    // Closing alone is not enough: a process that another thread starts just now has the descriptor too, and with it the
    // lock, until it runs its program.
    if isHeld { flock(descriptor, LOCK_UN) }
    close(descriptor)
    descriptor = -1
  }
}

/// Who holds the lock of an open file, as far as this machine's kernel tells: "process 4711 (slowfast)".
private func flockHolder(_ descriptor: Int32) -> String? {
  var status = stat()
  guard fstat(descriptor, &status) == 0, let table = try? readFile("/proc/locks", doing: "reading the locks") else {
    return nil
  }
  let processes = String(decoding: table, as: UTF8.self).split(separator: "\n").compactMap { line -> Int? in
    // "1: FLOCK  ADVISORY  WRITE 4711 08:01:131074 0 EOF"
    let words = line.split(separator: " ")
    guard words.count > 5, words[1] == "FLOCK", words[5].hasSuffix(":\(status.st_ino)") else { return nil }
    return Int(words[4])
  }
  // Devices are written differently by some file systems; a number that two of them share tells nothing.
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

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
  /// - Parameter isShared: Whether others that say so too may hold the lock at the same time: runs that write files of
  ///   their own into one folder, and keep out those that write for all.
  /// - Throws: `FileError.locked` while another run holds it.
  public init(_ folder: String, isShared: Bool = false) throws(FileError) {
    self.folder = folder.isEmpty ? "." : folder
    isNew = !isFolder(self.folder)
    try makeFolder(folder)
    descriptor = open(self.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 {
      isHeld = false
      return
    }
    switch takeLock(descriptor, isShared: isShared) {
    case .held: break
    case .unknown: isHeld = false
    case .refused(let holder):
      close(descriptor)
      descriptor = -1
      throw .locked(folder: self.folder, holder: holder)
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

  /// Deletes the temporary files that killed runs left of files of these names: of a folder that is shared, where nobody
  /// else writes them.
  ///
  /// - Parameter isAlone: Whether a lock of their own says so: then those go, too, whose process has the number of one that
  ///   lives, as in containers.
  public func deleteLeftovers(of names: Set<String>, isAlone: Bool = false) {
    if isHeld { TemporaryFiles.deleteLeftovers(inLocked: folder, of: names, isAlone: isAlone) }
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

import Files
import TestSupport
import Testing

struct SharedLockTests {
  let folder = TemporaryFolder()

  /// Those that share keep out who wants all, and the other way round.
  @Test func sharedFolders() throws {
    defer { folder.remove() }
    func fails(_ isShared: Bool) -> Bool {
      do throws(FileError) {
        _ = try FolderLock(folder.path, isShared: isShared)
        return false
      } catch { return "\(error)".contains("another run writes into it") }
    }
    let first = try FolderLock(folder.path, isShared: true)
    let second = try FolderLock(folder.path, isShared: true)
    #expect(fails(false))
    first.release()
    #expect(fails(false))
    second.release()
    let whole = try FolderLock(folder.path)
    #expect(fails(true) && fails(false))
    whole.release()
    #expect(!fails(false))
  }

  @Test func oneFile() throws {
    defer { folder.remove() }
    let path = folder.path + "/x.log"
    try writeFile(path, "")
    guard case .taken(let lock) = try FileLock.take(path) else {
      Issue.record("not taken")
      return
    }
    guard case .refused = try FileLock.take(path) else {
      Issue.record("taken twice")
      return
    }
    lock.release()
    guard case .taken = try FileLock.take(path) else {
      Issue.record("not released")
      return
    }
  }

  /// A file that is there to be locked goes with the lock; one that a killed run left keeps nobody out.
  @Test func madeToBeLocked() throws {
    defer { folder.remove() }
    let path = folder.path + "/inner/.x.lock"
    for _ in 0..<2 {
      guard case .taken(let lock) = try FileLock.make(path), pathExists(path) else {
        Issue.record("not taken")
        return
      }
      guard case .refused = try FileLock.make(path) else {
        Issue.record("taken twice")
        return
      }
      lock.release()
      #expect(!pathExists(path))
      try writeFile(path, "")
    }
  }
}

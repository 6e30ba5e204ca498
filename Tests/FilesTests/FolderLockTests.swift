import Files
import Glibc
import TestSupport
import Testing

/// One run at a time writes into a folder.
struct FolderLockTests {
  private func message(_ folder: String) -> String {
    do {
      _ = try FolderLock(folder)
      return "locked"
    } catch { return "\(error)" }
  }

  @Test func theSecondIsToldWhoWrites() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    let first = try FolderLock(scratch.path)
    let refused = message(scratch.path)
    #expect(refused.contains("writing into '\(scratch.path)': another run writes into it"), "\(refused)")
    #expect(refused.contains("-> wait for its end, or give another folder"), "\(refused)")
    // Where the kernel tells, it names this process.
    #expect(!refused.contains("process") || refused.contains("process \(getpid()) ("), "\(refused)")
    first.release()
    #expect(message(scratch.path) == "locked")
    #expect(try listFolder(scratch.path).isEmpty)
  }

  @Test func itEndsWithItsOwner() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    do { _ = try FolderLock(scratch.path) }
    #expect(message(scratch.path) == "locked")
  }

  @Test func foldersThatWereMadeForNothingGo() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    let folder = scratch.path + "/new"
    try FolderLock(folder).release()
    #expect(!pathExists(folder))
    let lock = try FolderLock(folder)
    try writeFile(folder + "/result", "x")
    lock.release()
    #expect(pathExists(folder + "/result"))
    #expect(message(scratch.path + "/new/result").contains("a file stands where a folder is needed"))
  }
}

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

  /// A process that is being started holds all descriptors of this one for a moment, and with them its locks.
  @Test func releasedLocksAreFreeWhoeverStartsProcesses() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    let lock = try FolderLock(scratch.path)
    let copies = try listFolder("/proc/self/fd").compactMap { Int32($0) }.filter { descriptor in
      guard let target = realpath("/proc/self/fd/\(descriptor)", nil) else { return false }
      defer { free(target) }
      return String(cString: target) == scratch.path
    }.map { dup($0) }
    defer { for copy in copies { close(copy) } }
    #expect(!copies.isEmpty)
    lock.release()
    #expect(message(scratch.path) == "locked")
  }

  /// What a killed run left goes however young it is: who writes into a folder holds its lock.
  @Test func leftoversOfKilledRunsGo() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    // No process has a number beyond the system's limit.
    let dead = [".film.mp4.2000000000.0.partial", "overlays/.a.b.png.2000000000.7.partial"]
    let others = [
      ".film.mp4.\(getpid()).900.partial", ".film.mp4.x.0.partial", "film.mp4.2000000000.0.partial", "overlays/a.png",
      "deeper/.film.mp4.2000000000.0.partial",
    ]
    for name in dead + others { try writeFile(scratch.path + "/" + name, "half") }
    let lock = try FolderLock(scratch.path)
    let inner = try FolderLock(scratch.path + "/overlays")
    lock.deleteLeftovers(andIn: "overlays")
    #expect(!pathExists(scratch.path + "/" + dead[0]))
    #expect(pathExists(scratch.path + "/" + dead[1]), "another run writes there")
    inner.release()
    lock.deleteLeftovers(andIn: "overlays")
    lock.deleteLeftovers(andIn: "missing")
    #expect(!pathExists(scratch.path + "/" + dead[1]))
    for name in others { #expect(pathExists(scratch.path + "/" + name), "\(name)") }
    #expect(!pathExists(scratch.path + "/missing"))
  }

  /// Of files that nobody else writes even those go that seem to be of a process that lives.
  @Test func leftoversOfLivingNumbersGo() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    let left = [".run.json.\(getpid()).900.partial", ".run.json.1.1.partial"]
    let others = [".run.log.\(getpid()).901.partial"]
    for name in left + others { try writeFile(scratch.path + "/" + name, "half") }
    let own = try AtomicFile(path: scratch.path + "/run.json")
    let lock = try FolderLock(scratch.path, isShared: true)
    lock.deleteLeftovers(of: ["run.json"])
    for name in left { #expect(pathExists(scratch.path + "/" + name), "\(name)") }
    lock.deleteLeftovers(of: ["run.json"], isAlone: true)
    for name in left { #expect(!pathExists(scratch.path + "/" + name), "\(name)") }
    for name in others { #expect(pathExists(scratch.path + "/" + name), "\(name)") }
    try own.commit()
    #expect(pathExists(scratch.path + "/run.json"))
    lock.release()
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

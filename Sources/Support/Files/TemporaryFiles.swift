internal import Glibc
internal import Synchronization

/// The temporary files that this process writes at present, so that a process that is asked to end can take them along.
public enum TemporaryFiles {
  private static let open = Mutex<Set<String>>([])
  /// What dead processes left in the folders that this one writes to: file name to temporary neighbours.
  private static let leftovers = Mutex<[String: [String: [String]]]>([:])
  /// Tells the temporary files of one process apart: two threads may write to the same name.
  private static let count = Atomic<Int>(0)

  /// Deletes all temporary files and ends the process. No other thread can begin or finish a file after that.
  public static func deleteAll(andThen end: () -> Never) -> Never {
    open.withLock { paths in
      for path in paths { unlink(path) }
      end()
    }
  }

  /// Makes a temporary file beside the one that it is to become, and knows it from then on.
  ///
  /// - Returns: Its path and descriptor, or a negative number and `errno`.
  static func make(for name: String, in folder: String) -> (path: String, descriptor: Int32) {
    open.withLock { paths in
      while true {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        let path = joinPath(folder, ".\(name).\(getpid()).\(number).partial")
        // Never one that is there: a container or a machine with the same process number may be writing it.
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        if descriptor < 0 && errno == EEXIST { continue }
        if descriptor >= 0 { paths.insert(path) }
        return (path, descriptor)
      }
    }
  }

  /// Gives a temporary file its final name.
  ///
  /// - Returns: false and `errno` when that failed; then it is deleted.
  static func finish(_ path: String, as final: String) -> Bool {
    open.withLock { paths in
      paths.remove(path)
      if rename(path, final) == 0 { return true }
      let code = errno
      unlink(path)
      errno = code
      return false
    }
  }

  /// Knows a file from now on that goes with this process.
  static func add(_ path: String) { open.withLock { _ = $0.insert(path) } }

  /// Deletes a temporary file.
  static func delete(_ path: String) {
    open.withLock { paths in
      paths.remove(path)
      unlink(path)
    }
  }

  /// Deletes what earlier processes left of a file: they were killed, or the power failed.
  static func deleteLeftovers(of name: String, in folder: String) {
    let found = leftovers.withLock { known -> [String] in
      // One look at a folder is enough, and folders of frames are large.
      let inFolder = known[folder] ?? (try? staleFiles(in: folder, minimumAge: 3600))
      // A look that failed (no descriptor was free) is no look.
      known[folder] = inFolder
      return inFolder?[name] ?? []
    }
    for path in found { unlink(path) }
  }

  /// Deletes what dead processes left in a folder whose lock this process holds.
  ///
  /// - Parameters:
  ///   - names: Of the files that they were writing; nil for all.
  ///   - isAlone: Whether nobody else writes files of these names: then a process of that number that lives is another one,
  ///     as in containers, where each start has the number of the one before.
  static func deleteLeftovers(inLocked folder: String, of names: Set<String>? = nil, isAlone: Bool = false) {
    // Who writes here holds the lock, so that age says no more: containers with process numbers of their own share this
    // kernel and its locks. Not so on disks over the network: some lock within a machine only, and a young file may be
    // one that another machine is writing.
    let minimumAge = isOnOwnDisk(folder) ? nil : 3600
    guard let stale = try? staleFiles(in: folder, minimumAge: minimumAge, ofLiving: isAlone && minimumAge == nil) else {
      return
    }
    for (name, paths) in stale where names?.contains(name) ?? true {
      for path in paths { unlink(path) }
    }
  }

  /// Whether a folder lies on a file system that only this machine's kernel writes to.
  private static func isOnOwnDisk(_ folder: String) -> Bool {
    let own: Set<Substring> = ["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "tmpfs", "overlay"]
    var status = stat()
    guard stat(folder, &status) == 0,
      let mounts = try? readFile("/proc/self/mountinfo", doing: "reading the mounted file systems")
    else { return false }
    let number = UInt64(status.st_dev)
    let device = "\(number >> 8 & 0xFFF | number >> 32 & ~0xFFF):\(number & 0xFF | number >> 12 & ~0xFF & 0xFFFF_FFFF)"
    // "36 35 98:0 / /data rw,noatime shared:1 - ext4 /dev/sda1 rw"
    return String(decoding: mounts, as: UTF8.self).split(separator: "\n").contains { line in
      let words = line.split(separator: " ")
      guard words.count > 2, words[2] == device, let dash = words.firstIndex(of: "-"), dash + 1 < words.count else {
        return false
      }
      return own.contains(words[dash + 1])
    }
  }

  /// The temporary files of processes that are no more, by the name they were to have.
  ///
  /// - Parameters:
  ///   - minimumAge: Seconds since the latest change; nil for any.
  ///   - ofLiving: Whether files count, too, that have the number of a process that lives, but for those of this one.
  ///
  /// A process number means something on its own machine only, and the folder may be on a disk that several machines
  /// (or containers) share: a file that was touched within the hour may be one that another machine is writing.
  private static func staleFiles(
    in folder: String, minimumAge: Int?, ofLiving: Bool = false
  ) throws(FileError) -> [String: [String]] {
    var found: [String: [String]] = [:]
    let own = open.withLock { $0 }
    for entry in try listFolder(folder.isEmpty ? "." : folder)
    where entry.hasPrefix(".") && entry.hasSuffix(".partial") {
      // .NAME.PROCESS.NUMBER.partial
      let parts = entry.dropFirst().dropLast(8).split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count >= 3, let process = pid_t(parts[parts.count - 2]), process > 0,
        Int(parts[parts.count - 1]) != nil
      else { continue }
      let path = joinPath(folder, entry)
      var status = stat()
      let isLeft = ofLiving ? !own.contains(path) : kill(process, 0) != 0 && errno == ESRCH
      guard isLeft, lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
        minimumAge.map({ time(nil) - status.st_mtim.tv_sec > $0 }) ?? true
      else { continue }
      found[parts.dropLast(2).joined(separator: "."), default: []].append(path)
    }
    return found
  }
}

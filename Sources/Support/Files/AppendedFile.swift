internal import Glibc

/// A file that grows at its end, for as long as a run takes; what stands there is never changed, and can be read at once.
///
/// An addition that fails (a full disk) leaves nothing of itself. The system may lose what was not flushed when the power
/// fails, and keeps everything when the process dies.
public final class AppendedFile {
  public let path: String
  private let doing: String
  private var descriptor: Int32
  /// How many bytes there are.
  public private(set) var count: Int
  private var isFlushed = true

  /// Opens a file, and makes it and missing folders where there is none.
  ///
  /// - Parameter doing: What the caller is about, for the error text ("writing the journal").
  public init(path: String, doing: String) throws(FileError) {
    self.path = path
    self.doing = doing
    try Self.check(path: path, doing: doing)
    var status = stat()
    try makeFolder(splitPath(path).folder)
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
    if descriptor < 0 { throw .system(doing: doing, path: path, code: errno) }
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      descriptor = -1
      throw .notFile(doing: doing, path: path, found: kindName(status.st_mode))
    }
    count = Int(status.st_size)
  }

  /// Makes sure that a file can be one that grows, where there is one.
  ///
  /// - Throws: `FileError.notFile` for all but plain files. A link is not followed: what it leads to is nobody's journal, and would
  ///   stay when the link goes.
  public static func check(path: String, doing: String) throws(FileError) {
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw .notFile(doing: doing, path: path, found: kindName(status.st_mode))
    }
  }

  /// Opens a file that is there, only to read what it has by now.
  public init(reading path: String, doing: String) throws(FileError) {
    self.path = path
    self.doing = doing
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    var status = stat()
    if descriptor < 0 { throw .current(errno, doing: doing, path: path) }
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      descriptor = -1
      throw .notFile(doing: doing, path: path, found: kindName(status.st_mode))
    }
    count = Int(status.st_size)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Adds bytes at the end: all of them or, where it throws, none.
  public func append(_ bytes: [UInt8]) throws(FileError) {
    let code = bytes.withUnsafeBytes { bytes -> Int32? in
      var done = 0
      while done < bytes.count {
        let written = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(count + done))
        if written < 0 && errno == EINTR { continue }
        if written < 0 { return errno }
        done += written
      }
      return nil
    }
    if let code {
      _ = ftruncate(descriptor, off_t(count))
      throw .system(doing: doing, path: path, code: code)
    }
    count += bytes.count
    isFlushed = false
  }

  /// Reads bytes.
  ///
  /// - Returns: As many as there are in the range.
  public func read(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    let wanted = range.clamped(to: 0..<count)
    var code: Int32?
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted.count) { buffer, filled in
      while filled < wanted.count {
        let got = pread(
          descriptor, buffer.baseAddress! + filled, wanted.count - filled, off_t(wanted.lowerBound + filled))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { code = errno }
        if got <= 0 { return }
        filled += got
      }
    }
    if let code { throw .system(doing: doing, path: path, code: code) }
    return bytes
  }

  /// Takes away what follows the first `count` bytes.
  public func cut(to count: Int) throws(FileError) {
    if ftruncate(descriptor, off_t(count)) != 0 { throw .system(doing: doing, path: path, code: errno) }
    self.count = count
    isFlushed = false
  }

  /// Has the disk keep what was added.
  public func flush() throws(FileError) {
    if isFlushed { return }
    // File systems that cannot flush (pipes of some network disks) keep what they can.
    if fsync(descriptor) != 0 && errno != EINVAL && errno != EROFS {
      throw .system(doing: doing, path: path, code: errno)
    }
    isFlushed = true
  }

  /// Closes the file and deletes it.
  public func remove() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    unlink(path)
  }
}

/// What stands where a file was expected.
private func kindName(_ mode: mode_t) -> String {
  switch mode & S_IFMT {
  case S_IFDIR: "a folder"
  case S_IFLNK: "a symbolic link"
  case S_IFIFO: "a pipe"
  case S_IFSOCK: "a socket"
  default: "a device"
  }
}

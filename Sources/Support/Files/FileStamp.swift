internal import Glibc

/// What tells that a file's content is no longer what it was: its size, and when it was last written.
public struct FileStamp: Hashable, Sendable {
  /// In bytes.
  public let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  /// Looks at a file that can be read.
  ///
  /// - Parameter doing: What the caller is about, for the error text.
  public init(path: String, doing: String) throws(FileError) {
    var status = stat()
    // Opened only where that says why it cannot be read.
    if stat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFREG || access(path, R_OK) != 0 {
      let descriptor = try openForReading(path, doing: doing)
      defer { close(descriptor) }
      if fstat(descriptor, &status) != 0 { throw .system(doing: doing, path: path, code: errno) }
    }
    (size, seconds, nanoseconds) = (Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
  }
}

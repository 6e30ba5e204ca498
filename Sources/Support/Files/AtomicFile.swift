internal import Glibc

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary neighbour; `commit(isOnDisk:)` flushes it to the disk and renames it. Whatever ends the
/// writing before that (an error, `discard()`, the last reference gone) deletes the neighbour and leaves
/// what stood under the name before. What is replaced hands its permissions on. A link stays a link: the file it points to is replaced. A device or a pipe
/// (/dev/stdout) cannot be replaced and is written as it stands.
public final class AtomicFile {
  public let path: String
  /// Where the bytes go, and what that becomes; nil for devices and pipes.
  private let names: (temporary: String, final: String)?
  private var descriptor: Int32
  private var buffer: [UInt8] = []

  /// Opens the temporary neighbour of `path`, making missing folders.
  public init(path: String) throws(FileError) {
    self.path = path
    var status = stat()
    if stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG {
      if status.st_mode & S_IFMT == S_IFDIR { throw .isDirectory(doing: "writing", path: path) }
      names = nil
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
    } else {
      let permissions = access(path, F_OK) == 0 ? status.st_mode & 0o7777 : nil
      let final = linkTarget(path)
      let (folder, name) = splitPath(final)
      try makeFolder(folder)
      TemporaryFiles.deleteLeftovers(of: name, in: folder)
      let made = TemporaryFiles.make(for: name, in: folder)
      names = (made.path, final)
      descriptor = made.descriptor
      // On foreign file systems permissions may not be ours to set; the content matters more.
      if descriptor >= 0, let permissions { _ = fchmod(descriptor, permissions) }
    }
    if descriptor < 0 { throw .system(doing: "writing", path: path, code: errno) }
  }

  deinit { discard() }

  /// Appends text as UTF-8.
  public func write(_ text: String) throws(FileError) { try append(Array(text.utf8)) }

  /// Appends bytes.
  public func write(_ bytes: some Sequence<UInt8>) throws(FileError) { try append(Array(bytes)) }

  /// Appends raw bytes without collecting them first: for large blocks.
  public func write(raw bytes: UnsafeRawBufferPointer) throws(FileError) {
    try flush()
    if let code = writeAll(bytes) { throw fail(code) }
  }

  /// Writes raw bytes at a place counted from the beginning: for formats that complete their head at the end.
  public func write(raw bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileError) {
    try flush()
    if let code = writeAll(bytes, at: offset) { throw fail(code) }
  }

  /// Gives the file its name, once everything is on the disk.
  ///
  /// - Parameter isOnDisk: False leaves the flushing to the system, for files by the thousand that can be made anew, such
  ///   as images: a flush takes milliseconds. After a power failure such a file may be empty; `flushFiles(in:)` flushes a
  ///   folder's.
  public func commit(isOnDisk: Bool = true) throws(FileError) {
    try flush()
    if isOnDisk && names != nil && fsync(descriptor) != 0 { throw fail(errno) }
    let closed = close(descriptor)
    descriptor = -1
    if closed != 0 { throw fail(errno) }
    if let names, !TemporaryFiles.finish(names.temporary, as: names.final) { throw fail(errno) }
  }

  /// Gives the writing up and deletes the temporary file.
  public func discard() {
    if descriptor >= 0 {
      close(descriptor)
      descriptor = -1
      if let names { TemporaryFiles.delete(names.temporary) }
    }
  }

  private func append(_ bytes: [UInt8]) throws(FileError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= 1 << 16 { try flush() }
  }

  private func flush() throws(FileError) {
    let code = buffer.withUnsafeBytes { writeAll($0) }
    buffer.removeAll(keepingCapacity: true)
    if let code { throw fail(code) }
  }

  /// Writes all bytes, where the last ones ended or at an offset; returns the `errno` of a failure.
  private func writeAll(_ bytes: UnsafeRawBufferPointer, at offset: Int64? = nil) -> Int32? {
    var done = 0
    while done < bytes.count {
      let (start, count) = (bytes.baseAddress! + done, bytes.count - done)
      let written =
        offset.map { pwrite(descriptor, start, count, off_t($0) + done) } ?? Glibc.write(descriptor, start, count)
      if written < 0 {
        if errno == EINTR { continue }
        return errno
      }
      done += written
    }
    return nil
  }

  private func fail(_ code: Int32) -> FileError {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    if let names { TemporaryFiles.delete(names.temporary) }
    return .system(doing: "writing", path: path, code: code)
  }
}

/// Where a link to an existing file leads, the path itself for everything else.
private func linkTarget(_ path: String) -> String {
  isLink(path) ? realPath(path) : path
}

/// Writes a whole file atomically.
public func writeFile(_ path: String, _ text: String) throws(FileError) {
  let file = try AtomicFile(path: path)
  try file.write(text)
  try file.commit()
}

/// Makes sure that a file could be written under a name, before work is spent on what shall be in it: makes missing
/// folders, and leaves nothing else behind. A pipe is not opened for it: who reads from it would see its end.
public func checkWritable(_ path: String) throws(FileError) {
  if pathExists(path), !isRegularFile(path), !isFolder(path) {
    if access(path, W_OK) != 0 { throw .system(doing: "writing", path: path, code: errno) }
    return
  }
  try AtomicFile(path: path).discard()
}

internal import Glibc

/// A file's bytes, mapped for reading: pages come in as they are touched, and nothing is copied.
///
/// The file must not be cut short by others while it is mapped.
public final class MappedFile: @unchecked Sendable {
  public let path: String
  private let base: UnsafeRawPointer?
  public let count: Int
  /// Whether pages come from a file, so that what is dropped comes back.
  private let isBacked: Bool

  /// Maps the file at `path`.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - doing: What the caller is about, for the error text ("reading the weights").
  public init(path: String, doing: String) throws(FileError) {
    self.path = path
    isBacked = true
    let descriptor = try openForReading(path, doing: doing)
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw .system(doing: doing, path: path, code: errno) }
    count = Int(status.st_size)
    if count == 0 {
      base = nil
    } else {
      guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED
      else { throw .system(doing: doing, path: path, code: errno) }
      base = UnsafeRawPointer(address)
    }
  }

  /// Bytes in memory, for readers of what another file holds in a form of its own.
  ///
  /// - Parameter path: What errors call it.
  public init(_ content: [UInt8], path: String, doing: String) throws(FileError) {
    self.path = path
    isBacked = false
    count = content.count
    if count == 0 {
      base = nil
      return
    }
    guard let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      address != MAP_FAILED
    else { throw .system(doing: doing, path: path, code: errno) }
    address.copyMemory(from: content, byteCount: count)
    base = UnsafeRawPointer(address)
  }

  deinit {
    if let base = base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
  }

  /// All bytes. The buffer is valid as long as this object lives.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Lets the system have the whole pages of some bytes back, for bytes that will hardly be read again: if they are, they come
  /// from the file.
  ///
  /// - Parameter range: Of `bytes`.
  public func release(_ range: Range<Int>) {
    guard let base, isBacked else { return }
    let page = Int(getpagesize())
    let (first, end) = ((range.lowerBound + page - 1) / page * page, range.upperBound / page * page)
    guard first < end else { return }
    // Advice: what the system does not take stays where it is.
    _ = madvise(UnsafeMutableRawPointer(mutating: base + first), end - first, MADV_DONTNEED)
  }
}

/// Makes sure that a file is there and may be read.
public func checkReadable(_ path: String, doing: String) throws(FileError) {
  _ = try MappedFile(path: path, doing: doing)
}

/// Opens a file, a pipe or standard input to be read. A folder is none, nor a device that never ends.
///
/// - Returns: The descriptor, for the caller to close.
func openForReading(_ path: String, doing: String) throws(FileError) -> Int32 {
  let descriptor = path == standardInput ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
  if descriptor < 0 { throw FileError.current(errno, doing: doing, path: path) }
  var status = stat()
  if fstat(descriptor, &status) == 0 {
    let kind = status.st_mode & S_IFMT
    // Of devices, a terminal ends with its user's last line, and /dev/null (1, 3) at once.
    let isNull = status.st_rdev == 1 << 8 | 3
    if kind == S_IFDIR {
      close(descriptor)
      throw .isDirectory(doing: doing, path: path)
    }
    if kind == S_IFBLK || kind == S_IFCHR && !isNull && isatty(descriptor) == 0 {
      close(descriptor)
      throw .excessive(
        doing: doing, path: path, expected: "a file", found: "a device, which may never end", advice: "give a file")
    }
  }
  return descriptor
}

/// Reads a whole file into memory: for small files and for streams that cannot be mapped.
///
/// - Parameter limit: How many bytes there may be; a pipe may have no end.
/// - Throws: `FileError`.
public func readFile(_ path: String, doing: String, limit: Int = 1 << 30) throws(FileError) -> [UInt8] {
  let descriptor = try openForReading(path, doing: doing)
  defer { close(descriptor) }
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let got = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if got == 0 { return result }
    if got < 0 {
      if errno == EINTR { continue }
      throw FileError.current(errno, doing: doing, path: path)
    }
    if result.count + got > limit {
      throw .excessive(
        doing: doing, path: path, expected: "at most \(limit) bytes", found: "more", advice: "give the right file")
    }
    result.append(contentsOf: chunk[..<got])
  }
}

internal import Glibc

/// A descriptor with a small buffer before it: bytes as they lie in the file.
final class RawInput {
  let path: String
  let doing: String
  private let descriptor: Int32
  private let buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  /// How many bytes were used so far.
  private(set) var position = 0

  init(path: String, doing: String) throws(FileError) {
    self.path = path
    self.doing = doing
    descriptor = try openForReading(path, doing: doing)
    // After all that may throw: nobody would free it then.
    buffer = .allocate(byteCount: 1 << 18, alignment: 16)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    buffer.deallocate()
  }

  /// What is buffered and not used yet.
  var available: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[start..<end]) }

  /// Marks buffered bytes as used.
  func use(_ count: Int) {
    start += count
    position += count
  }

  /// Reads on when nothing is buffered; nothing is available afterwards only at the end.
  func refill() throws(FileError) {
    if start < end { return }
    start = 0
    end = try readOnce(buffer)
    // A pipe may give its first bytes one by one, and the packing is told from four.
    while end > 0, position == 0, end < 4 {
      let more = try readOnce(UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
      if more == 0 { return }
      end += more
    }
  }

  /// Fills a buffer, first with what is buffered here; less only at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    var done = min(available.count, target.count)
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: available[..<done]))
    use(done)
    while done < target.count {
      let got = try readOnce(UnsafeMutableRawBufferPointer(rebasing: target[done...]))
      if got == 0 { break }
      done += got
      position += got
    }
    return done
  }

  private func readOnce(_ target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    while true {
      let got = Glibc.read(descriptor, target.baseAddress, target.count)
      if got >= 0 { return got }
      if errno != EINTR { throw FileError.current(errno, doing: doing, path: path) }
    }
  }

  /// An error about packed bytes.
  func damaged(_ compression: Compression, _ found: String) -> FileError {
    .damaged(doing: doing, path: path, compression: compression, found: found)
  }

  /// An error about packed bytes that end too early.
  func cutShort(_ compression: Compression) -> FileError {
    damaged(compression, "its end after \(position) bytes, in the middle")
  }
}

internal import Files
internal import Synchronization

/// Whole lines of a text file.
final class TextBlock {
  /// Which block of the file this is, counted from 0.
  fileprivate(set) var number = 0
  fileprivate var count = 0
  fileprivate var buffer: UnsafeMutableRawBufferPointer

  init(capacity: Int) { buffer = .allocate(byteCount: max(16, capacity), alignment: 16) }

  deinit { buffer.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[..<count]) }

  fileprivate func grow() {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * buffer.count, alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    buffer.deallocate()
    buffer = larger
  }
}

/// A text file cut into blocks of whole lines, which several threads may take one after the other.
///
/// The thread that takes a block reads it, and unpacks it where the file is compressed; meanwhile the others parse
/// theirs. How a file is cut depends on the size of the blocks alone.
final class TextBlocks: Sendable {
  private let state: Mutex<State>
  /// What is longer is no row: a block that has to hold one must not grow without end.
  private static let longestRow = 1 << 24

  private struct State: ~Copyable {
    nonisolated(unsafe) let stream: ByteStream
    let doing: String
    let expected: String
    /// The beginning of a line whose end is in the next block.
    var rest: [UInt8] = []
    var next = 0
    var hasEnded = false
    var failure: FileError?
  }

  /// - Parameter expected: What the file should hold, for the error about one that is no such text.
  init(path: String, doing: String, expecting expected: String) throws(FileError) {
    state = Mutex(State(stream: try ByteStream(path: path, doing: doing), doing: doing, expected: expected))
  }

  /// What ended the reading before the file's end.
  var failure: FileError? { state.withLock { $0.failure } }

  /// Fills a block with the next lines; false when there are none, after a failure and after `stop()`.
  func take(_ block: TextBlock) -> Bool {
    state.withLock { state in
      if state.hasEnded { return false }
      do throws(FileError) {
        try fill(block, &state)
      } catch {
        state.failure = error
        state.hasEnded = true
        return false
      }
      block.number = state.next
      state.next += 1
      return block.count > 0
    }
  }

  /// Ends the reading: nobody needs what is left.
  func stop() { state.withLock { $0.hasEnded = true } }

  /// Reads the rest of a file whose lines make no sense, for a damage that explains them: what packs bytes often sees it
  /// at the end only.
  func findDamage() -> FileError? {
    state.withLock { state in
      guard state.stream.compression != nil else { return nil }
      let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
      defer { chunk.deallocate() }
      do throws(FileError) {
        while try state.stream.read(into: chunk) == chunk.count {}
      } catch {
        return error
      }
      return nil
    }
  }

  private func fill(_ block: TextBlock, _ state: inout State) throws(FileError) {
    while block.buffer.count <= state.rest.count { block.grow() }
    block.buffer.copyBytes(from: state.rest)
    block.count = state.rest.count
    state.rest = []
    while true {
      let room = block.buffer.count - block.count
      let got = try state.stream.read(into: UnsafeMutableRawBufferPointer(rebasing: block.buffer[block.count...]))
      block.count += got
      if state.next == 0, let content = ForeignContent(beginning: block.bytes) {
        throw .foreign(doing: state.doing, path: state.stream.path, expected: state.expected, content: content)
      }
      if got < room {
        state.hasEnded = true
        return
      }
      // The first block must hold a row, so that one reader sees whether the first row is a header.
      if let end = lastLineEnd(block.bytes), state.next > 0 || !isBlank(block.bytes[..<end]) {
        state.rest = Array(block.bytes[end...])
        block.count = end
        return
      }
      if block.count > Self.longestRow {
        throw .excessive(
          doing: state.doing, path: state.stream.path, expected: "rows of \(Self.longestRow) bytes at most",
          found: "no end of a row in \(block.count) bytes", advice: "give the right file: \(state.expected)")
      }
      block.grow()
    }
  }
}

/// The place after the last end of a line.
private func lastLineEnd(_ bytes: UnsafeRawBufferPointer) -> Int? { bytes.lastIndex(of: 0x0A).map { $0 + 1 } }

/// Whether there are only spaces, ends of lines and the bytes of a byte order mark.
private func isBlank(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
  bytes.allSatisfy { [0x20, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
}

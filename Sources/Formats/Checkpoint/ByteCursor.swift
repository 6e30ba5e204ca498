internal import Files

/// Reads numbers and ranges from a part of a mapped file; nothing outside that part can be reached.
///
/// Offsets are the file's own, so that messages name the place a hex viewer shows.
struct ByteCursor {
  let file: MappedFile
  private(set) var offset: Int
  let end: Int

  /// Opens the part `range`, which must lie inside the file.
  init(_ file: MappedFile, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.count, "a cursor must stay inside its file")
    self.file = file
    offset = range.lowerBound
    end = range.upperBound
  }

  init(_ file: MappedFile) { self.init(file, 0..<file.count) }

  var remaining: Int { end - offset }
  var path: String { file.path }

  /// Passes `count` bytes and returns where they are.
  mutating func take(_ count: Int, _ what: @autoclosure () -> String) throws(CheckpointError) -> Range<Int> {
    guard count >= 0, count <= remaining else {
      throw .damaged(path: path, offset: offset, found: "\(what()) of \(count) bytes, but \(remaining) are left")
    }
    defer { offset += count }
    return offset..<offset + count
  }

  /// Reads a little-endian integer.
  mutating func integer<T: FixedWidthInteger>(_ type: T.Type, _ what: @autoclosure () -> String)
    throws(CheckpointError) -> T
  {
    let size = MemoryLayout<T>.size
    guard size <= remaining else {
      throw .damaged(path: path, offset: offset, found: "the file ends inside \(what())")
    }
    defer { offset += size }
    return T(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// Reads a byte count, which must fit what is left of the file.
  mutating func length<T: FixedWidthInteger>(_ type: T.Type, _ what: @autoclosure () -> String)
    throws(CheckpointError) -> Int
  {
    let start = offset
    let value = try integer(type, "the length of \(what())")
    guard value >= 0, let count = Int(exactly: value), count <= remaining else {
      throw .damaged(
        path: path, offset: start, found: "\(what()) of \(value) bytes, but \(remaining) are left")
    }
    return count
  }

  /// Passes a line and returns where its text is, without the line feed.
  mutating func line(_ what: @autoclosure () -> String) throws(CheckpointError) -> Range<Int> {
    guard let feed = file.bytes[offset..<end].firstIndex(of: 0x0a) else {
      throw .damaged(path: path, offset: offset, found: "the file ends inside \(what())")
    }
    defer { offset = feed + 1 }
    return offset..<feed
  }

  /// Moves to an offset inside this part.
  mutating func seek(_ target: Int, _ what: @autoclosure () -> String) throws(CheckpointError) {
    guard target >= 0, target <= end else {
      throw .damaged(path: path, offset: offset, found: "\(what()) points to byte \(target), after the end \(end)")
    }
    offset = target
  }
}

extension MappedFile {
  /// The UTF-8 text of a range.
  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The text of a range in which every byte is one character (Python 2's byte strings).
  func latin1(_ range: Range<Int>) -> String {
    var result = String.UnicodeScalarView()
    for byte in bytes[range] { result.append(Unicode.Scalar(byte)) }
    return String(result)
  }

  /// Hands out the characters U+0000 to U+00FF of a UTF-8 text as bytes.
  ///
  /// - Returns: How many there are, or nil as soon as the text holds anything else.
  func decodeLatin1(_ range: Range<Int>, _ body: (UInt8) -> Void) -> Int? {
    var count = 0
    var offset = range.lowerBound
    while offset < range.upperBound {
      let lead = bytes[offset]
      offset += 1
      if lead < 0x80 {
        body(lead)
      } else {
        guard lead & 0xfe == 0xc2, offset < range.upperBound, bytes[offset] & 0xc0 == 0x80 else { return nil }
        body(lead << 6 | bytes[offset] & 0x3f)
        offset += 1
      }
      count += 1
    }
    return count
  }

  /// Whether the file has these bytes at an offset.
  func has(_ expected: some Collection<UInt8>, at offset: Int) -> Bool {
    offset >= 0 && offset + expected.count <= count
      && bytes[offset..<offset + expected.count].elementsEqual(expected)
  }

  func has(_ expected: String, at offset: Int) -> Bool { has(Array(expected.utf8), at: offset) }
}

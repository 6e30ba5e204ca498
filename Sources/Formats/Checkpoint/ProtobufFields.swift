internal import Files

/// The fields of one message in protocol buffers' wire format, one after the other. Nested messages are ranges of bytes,
/// which another walk may read: depth is the caller's, and no more than the caller asks for.
///
/// Source: protobuf.dev, "Encoding".
struct ProtobufFields {
  enum Content {
    case integer(UInt64)
    /// Text, bytes, a nested message, or numbers packed one after the other; a number of 4 or 8 bytes also is a range.
    case bytes(Range<Int>)
  }

  private var cursor: ByteCursor
  /// What the message is, for errors.
  private let what: String

  init(_ file: MappedFile, _ range: Range<Int>, _ what: String) {
    cursor = ByteCursor(file, range)
    self.what = what
  }

  /// The next field's number and content; nil after the last.
  mutating func next() throws(CheckpointError) -> (number: Int, content: Content)? {
    if cursor.remaining == 0 { return nil }
    let start = cursor.offset
    let key = try cursor.varint(what)
    // Field numbers end at 2^29 - 1.
    guard key >> 3 > 0, key >> 3 < 1 << 29 else {
      throw .damaged(path: cursor.path, offset: start, found: "a field of the number \(key >> 3) in \(what)")
    }
    let number = Int(key >> 3)
    switch key & 7 {
    case 0: return (number, .integer(try cursor.varint(what)))
    case 1: return (number, .bytes(try cursor.take(8, what)))
    case 2:
      let at = cursor.offset
      let count = try cursor.varint(what)
      guard count <= UInt64(cursor.remaining) else {
        throw .damaged(
          path: cursor.path, offset: at, found: "a field of \(count) bytes in \(what), but \(cursor.remaining) are left"
        )
      }
      return (number, .bytes(try cursor.take(Int(count), what)))
    case 5: return (number, .bytes(try cursor.take(4, what)))
    case let kind:
      throw .damaged(path: cursor.path, offset: start, found: "a field of the unknown kind \(kind) in \(what)")
    }
  }
}

extension ByteCursor {
  /// An integer of 7 bits a byte, the lowest first, of 10 bytes at most.
  mutating func varint(_ what: @autoclosure () -> String) throws(CheckpointError) -> UInt64 {
    let start = offset
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let byte = UInt64(try integer(UInt8.self, what()))
      value |= (byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw .damaged(path: path, offset: start, found: "an integer of more than 10 bytes in \(what())")
  }
}

/// The one element that holds all of a Matroska or WebM file but its first line.
enum MatroskaSegment {
  /// The place where it should end by its own size; nil where the writer could not tell, or it is not found.
  static func end(in bytes: UnsafeRawBufferPointer) -> Int? {
    // The EBML head's name has four bytes, as the segment's has.
    guard let head = size(at: 4, in: bytes), let length = head.value, length < bytes.count else { return nil }
    let place = head.end + length
    guard place + 4 <= bytes.count, [0x18, 0x53, 0x80, 0x67].elementsEqual(bytes[place..<place + 4]),
      let segment = size(at: place + 4, in: bytes), let length = segment.value
    else { return nil }
    return segment.end + length
  }

  /// Reads an element's size: as many zero bits as there are further bytes, a one, and the number; all ones where it is
  /// not known.
  private static func size(at place: Int, in bytes: UnsafeRawBufferPointer) -> (value: Int?, end: Int)? {
    guard place < bytes.count, bytes[place] != 0 else { return nil }
    let further = bytes[place].leadingZeroBitCount
    guard place + further < bytes.count else { return nil }
    let first = Int(bytes[place]) & (0x7F >> further)
    let value = (1...7).prefix(further).reduce(first) { $0 << 8 | Int(bytes[place + $1]) }
    return (value == 1 << (7 * (further + 1)) - 1 ? nil : value, place + further + 1)
  }
}

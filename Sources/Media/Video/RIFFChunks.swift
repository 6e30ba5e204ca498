/// The chain of chunks that an AVI file is: each says where the next one begins.
enum RIFFChunks {
  /// Looks for the place where the chain of frames and sound is broken.
  ///
  /// The number of frames in the file's head tells nothing of the kind: writers count moments without a frame, for which
  /// there are empty chunks or none.
  ///
  /// - Returns: Where the last chunk before it begins, which may be damaged itself, and where it should end; nil for a
  ///   file that is whole.
  static func lastBeforeBreak(in bytes: UnsafeRawBufferPointer) -> (start: Int, end: Int)? {
    var place = 0
    // Where the list of frames ends that `place` is in; outside of it anything may stand.
    var end = 0
    var last = 0
    while place + 8 <= bytes.count {
      let name = Array(bytes[place..<place + 4])
      let isInside = place < end
      guard isInside ? isChunk(name) : isText(name) else { return isInside ? (last, place) : nil }
      let size = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self)))
      if name == Array("RIFF".utf8) || name == Array("LIST".utf8), place + 12 <= bytes.count {
        let type = Array(bytes[place + 8..<place + 12])
        if type == Array("movi".utf8) {
          // A recorder that was switched off, or wrote into a pipe, has not filled the size in.
          end = size <= 4 || size >= 0xFFFF_FFF0 ? bytes.count : place + 8 + size
        }
        if name == Array("RIFF".utf8) || type == Array("movi".utf8) || type == Array("rec ".utf8) {
          (last, place) = (place, place + 12)
          continue
        }
      }
      let next = place + 8 + size
      if isInside && next > bytes.count { return (place, bytes.count) }
      last = place
      // Chunks have even places, but not every writer keeps to it.
      let isOdd = size & 1 == 1
      let isPadded = next + 5 > bytes.count || isText(Array(bytes[next + 1..<next + 5]))
      place = isOdd && isPadded ? next + 1 : next
    }
    return place < end && end > bytes.count ? (last, bytes.count) : nil
  }

  /// Whether it is the name of what stands among frames: "00dc", "01wb", "ix00", "LIST".
  private static func isChunk(_ name: [UInt8]) -> Bool {
    guard isText(name) else { return false }
    func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (65...70).contains(byte) }
    if isDigit(name[0]) && isDigit(name[1]) { return true }
    return ["LIST", "RIFF", "JUNK", "junk", "idx1", "rec "].contains { Array($0.utf8) == name }
      || (name[0] | 0x20, name[1] | 0x20) == (105, 120)
  }

  private static func isText(_ name: [UInt8]) -> Bool { name.allSatisfy { (32...126).contains($0) } }
}

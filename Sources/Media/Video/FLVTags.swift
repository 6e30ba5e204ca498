/// The tags of a Flash video: sound, frames and data, one after the other.
enum FLVTags {
  /// Follows the tags through the file.
  ///
  /// - Returns: The places where a tag should begin and none of a known kind does: libav passes over zeros there without
  ///   a word. And whether the file ends within a tag.
  static func check(_ bytes: UnsafeRawBufferPointer) -> (breaks: [Int], isBrokenOff: Bool) {
    func begins(_ place: Int) -> Bool { [8, 9, 18].contains(bytes[place] & 0x1F) && bytes[place] < 0x40 }
    func end(_ place: Int) -> Int { place + 11 + number(place + 1, 3) }
    func number(_ place: Int, _ count: Int) -> Int { (0..<count).reduce(0) { $0 << 8 | Int(bytes[place + $1]) } }
    /// Whether a tag is followed by its own length.
    func isWhole(_ place: Int) -> Bool {
      begins(place) && end(place) + 4 <= bytes.count && number(end(place), 4) == end(place) - place
    }
    guard bytes.count > 24 else { return ([], false) }
    var breaks: [Int] = []
    var place = number(5, 4) + 4
    while place >= 0, place + 15 <= bytes.count {
      if !begins(place) {
        breaks.append(place)
        guard let next = (place..<bytes.count - 15).first(where: isWhole) else { return (breaks, false) }
        place = next
      }
      place = end(place) + 4
    }
    // The last tag's length after it may be missing.
    return (breaks, place - 4 > bytes.count || place < bytes.count && begins(place))
  }

  /// The file's size by its own metadata; nil where those do not tell.
  static func statedSize(in bytes: UnsafeRawBufferPointer) -> Int? {
    // A name with its length before it, then the mark of a number.
    let key = [0, 8] + Array("filesize".utf8) + [0]
    let head = bytes.prefix(1 << 16)
    guard head.count > key.count + 8,
      let place = head.indices.dropLast(key.count + 8).first(where: { key.elementsEqual(bytes[$0..<$0 + key.count]) })
    else { return nil }
    let bits = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: place + key.count, as: UInt64.self))
    let size = Double(bitPattern: bits)
    return size > 0 && size < 1e15 ? Int(size) : nil
  }
}

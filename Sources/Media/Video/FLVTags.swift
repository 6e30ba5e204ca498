/// The tags of a Flash video: sound, pictures and data, one after the other.
enum FLVTags {
  /// The places where a tag should begin and none of a known kind does: libav passes over zeros there without a word.
  static func breaks(in bytes: UnsafeRawBufferPointer) -> [Int] {
    func begins(_ place: Int) -> Bool { [8, 9, 18].contains(bytes[place] & 0x1F) && bytes[place] < 0x40 }
    func end(_ place: Int) -> Int { place + 11 + number(place + 1, 3) }
    func number(_ place: Int, _ count: Int) -> Int { (0..<count).reduce(0) { $0 << 8 | Int(bytes[place + $1]) } }
    /// Whether a tag is followed by its own length.
    func isWhole(_ place: Int) -> Bool {
      begins(place) && end(place) + 4 <= bytes.count && number(end(place), 4) == end(place) - place
    }
    guard bytes.count > 24 else { return [] }
    var breaks: [Int] = []
    var place = number(5, 4) + 4
    while place >= 0, place + 15 <= bytes.count {
      if !begins(place) {
        breaks.append(place)
        guard let next = (place..<bytes.count - 15).first(where: isWhole) else { return breaks }
        place = next
      }
      place = end(place) + 4
    }
    return breaks
  }
}

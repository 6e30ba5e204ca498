/// The data packets of an ASF file (.wmv, .asf): all of one length, each with the same first bytes.
enum ASFPackets {
  private static let properties: [UInt8] = [
    0xA1, 0xDC, 0xAB, 0x8C, 0x47, 0xA9, 0xCF, 0x11, 0x8E, 0xE4, 0x00, 0xC0, 0x0C, 0x20, 0x53, 0x65,
  ]
  private static let data: [UInt8] = [
    0x36, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0xA6, 0xD9, 0x00, 0xAA, 0x00, 0x62, 0xCE, 0x6C,
  ]

  /// Follows the packets through the file.
  ///
  /// - Returns: The places where a packet should begin and does not, empty for a file that is whole, or is laid out
  ///   otherwise; and for one that has fewer packets than its head says, the seconds that it is to last.
  static func check(_ bytes: UnsafeRawBufferPointer) -> (breaks: [Int], seconds: Double?) {
    guard let header = find(properties, in: bytes.prefix(1 << 20), from: 0), header + 104 <= bytes.count,
      let start = find(data, in: bytes.prefix(1 << 20), from: 0).map({ $0 + 50 })
    else { return ([], nil) }
    func number(_ place: Int) -> Int {
      Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
    }
    func time(_ place: Int) -> Double {
      Double(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
    }
    let (shortest, length) = (number(header + 92), number(header + 96))
    // A broadcast does not know how many packets it will have.
    let (promised, isBroadcast) = (number(header + 56), number(header + 88) & 1 == 1)
    guard length == shortest, length > 16, start + 3 <= bytes.count, !isBroadcast else { return ([], nil) }
    let mark = Array(bytes[start..<start + 3])
    func begins(_ place: Int) -> Bool { place + 3 <= bytes.count && mark.elementsEqual(bytes[place..<place + 3]) }
    // Error correction data of two bytes: what nearly all files have.
    guard mark[0] == 0x82 else { return ([], nil) }
    var breaks: [Int] = []
    var (place, count) = (start, 0)
    while count < promised, place + length <= bytes.count {
      if !begins(place) {
        breaks.append(place)
        guard let next = (place..<bytes.count).first(where: { begins($0) && begins($0 + length) }) else { break }
        place = next
      }
      (place, count) = (place + length, count + 1)
    }
    // Play time in units of 100 ns, of which the first milliseconds are for filling buffers.
    return (breaks, count < promised ? time(header + 64) / 1e7 - time(header + 80) / 1e3 : nil)
  }

  private static func find(_ words: [UInt8], in bytes: Slice<UnsafeRawBufferPointer>, from: Int) -> Int? {
    guard bytes.count >= words.count else { return nil }
    return (from...bytes.count - words.count).first { words.elementsEqual(bytes[$0..<$0 + words.count]) }
  }
}

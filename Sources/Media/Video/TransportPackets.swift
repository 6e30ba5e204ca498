internal import Files

/// The packets of an MPEG transport stream, 188 bytes each, in which frames lie in pieces.
struct TransportPackets {
  private static let length = 188
  private let file: MappedFile

  init(path: String) throws { file = try MappedFile(path: path, doing: opening) }

  /// Whether a frame that libav calls incomplete has all its pieces.
  ///
  /// libav calls it so where the counter of packets jumps after it. That happens where packets were lost, but also where
  /// one stream ends and another begins. Then the frame's last packet is filled up to its length, as muxers do at the end
  /// of a frame and nowhere else, and the next one begins a frame.
  ///
  /// - Parameter place: Where the frame begins; its parser may hold it back until two more have begun.
  func isWhole(from place: Int) -> Bool {
    guard let first = packet(at: place), first.begins else { return false }
    var last = first
    var later = 0
    for place in stride(from: place + Self.length, to: file.count, by: Self.length) {
      guard let next = packet(at: place) else { return false }
      if next.stream != first.stream || !next.hasPayload || next.counter == last.counter { continue }
      if next.isBroken { return false }
      if next.counter != (last.counter + 1) & 15 { return next.begins && last.isFilledUp }
      if next.begins { later += 1 }
      if later > 2 { return false }
      last = next
    }
    return false
  }

  private struct Packet {
    let stream: Int
    let counter: UInt8
    /// Whether it holds the beginning of a frame.
    let begins: Bool
    let isBroken: Bool
    let hasPayload: Bool
    let isFilledUp: Bool
  }

  /// ISO/IEC 13818-1, 2.4.3.
  private func packet(at place: Int) -> Packet? {
    let bytes = file.bytes
    guard place >= 0, place + Self.length <= bytes.count, bytes[place] == 0x47 else { return nil }
    let (head, control) = (bytes[place + 1], bytes[place + 3])
    return Packet(
      stream: Int(head & 0x1F) << 8 | Int(bytes[place + 2]), counter: control & 15, begins: head & 0x40 != 0,
      isBroken: head & 0x80 != 0, hasPayload: control & 0x10 != 0,
      isFilledUp: control & 0x20 != 0 && isFilledUp(bytes[place + 4], bytes[place + 5]))
  }

  /// Whether an adaptation field is longer than what it holds.
  private func isFilledUp(_ length: UInt8, _ flags: UInt8) -> Bool {
    if length == 0 { return true }
    // Private data and extensions have lengths of their own: of those nothing is said.
    if flags & 0x03 != 0 { return false }
    return Int(length) > 1 + (flags & 0x10 != 0 ? 6 : 0) + (flags & 0x08 != 0 ? 6 : 0) + (flags & 0x04 != 0 ? 1 : 0)
  }
}

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
  /// - Parameters:
  ///   - place: Where the frame begins; its parser may hold it back until two more have begun.
  ///   - endIsBroken: Whether the file's last frame lacks its end: then libav says so of one before it.
  func isWhole(from place: Int, endIsBroken: Bool) -> Bool {
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
    return endIsBroken && later > 0
  }

  /// How a transport stream ends, as far as its packets tell.
  struct End {
    /// What is broken off, in words; nil for nothing.
    fileprivate(set) var cause: String?
    /// Where the last frame begins, if it lacks its end.
    fileprivate(set) var brokenFrame: Int?
    /// Where the last frame begins, if it may lack its end: frames state no lengths, and its last packet is full.
    fileprivate var doubtfulFrame: Int?

    var isDoubtful: Bool { doubtfulFrame != nil }

    /// Takes the last frame for one that lacks its end.
    mutating func breakOff() {
      (cause, brokenFrame, doubtfulFrame) = ("its last frame lacks its end", doubtfulFrame, nil)
    }
  }

  /// Looks at the last packets of the file, and at the last frame of a stream.
  ///
  /// What ends with a whole frame of every stream looks like a recording that was ended there.
  func end(of stream: Int) -> End {
    guard let layout = layoutAtEnd() else { return End() }
    var end = End()
    let next = layout.last + layout.length
    var isCutOff = false
    if next < file.count, file.bytes[next] == 0x47 {
      end.cause = "its last packet has \(file.count - next) of \(Self.length) bytes"
      if next + 3 <= file.count {
        let isStream = Int(file.bytes[next + 1] & 0x1F) << 8 | Int(file.bytes[next + 2]) == stream
        isCutOff = isStream && file.bytes[next + 1] & 0x40 == 0
      }
    }
    guard let frame = lastFrame(of: stream, layout) else { return end }
    if isCutOff || frame.statedBytes.map({ frame.bytes < $0 }) ?? (end.cause != nil && !frame.isFilledUp) {
      end.brokenFrame = frame.start
      end.cause = end.cause ?? "its last frame lacks its end"
    } else if frame.statedBytes == nil, !frame.isFilledUp {
      end.doubtfulFrame = frame.start
    }
    return end
  }

  /// Where the last whole packet begins, and how many bytes lie from packet to packet: recorders add times or checksums.
  private func layoutAtEnd() -> (last: Int, length: Int)? {
    for length in [Self.length, 192, 204] {
      let places = max(0, file.count - Self.length - length + 1)..<max(0, file.count - Self.length + 1)
      let last = places.last { last in
        (0..<8).allSatisfy { last - $0 * length < 0 || file.bytes[last - $0 * length] == 0x47 }
      }
      if let last, last >= 7 * length { return (last, length) }
    }
    return nil
  }

  /// What the packets say of a frame.
  private struct Frame {
    let start: Int
    let bytes: Int
    /// Nil where it states no length.
    let statedBytes: Int?
    let isFilledUp: Bool
  }

  private func lastFrame(of stream: Int, _ layout: (last: Int, length: Int)) -> Frame? {
    var bytes = 0
    var isFilledUp: Bool?
    for place in stride(from: layout.last, through: 0, by: -layout.length) {
      guard let packet = packet(at: place) else { return nil }
      if packet.stream != stream || !packet.hasPayload { continue }
      isFilledUp = isFilledUp ?? packet.isFilledUp
      bytes += packet.payload.count
      if !packet.begins { continue }
      // ISO/IEC 13818-1, 2.4.3.6: 00 00 01, the kind, the number of bytes that follow.
      let head = file.bytes[packet.payload].prefix(6)
      guard head.count == 6, head.starts(with: [0, 0, 1]) else { return nil }
      let rest = Int(head[head.startIndex + 4]) << 8 | Int(head[head.startIndex + 5])
      // libav counts a longer packet's additions as if they all stood before it.
      let start = place - (layout.length - Self.length)
      return Frame(
        start: start, bytes: bytes, statedBytes: rest == 0 ? nil : rest + 6, isFilledUp: isFilledUp ?? false)
    }
    return nil
  }

  private struct Packet {
    let stream: Int
    let counter: UInt8
    /// Whether it holds the beginning of a frame.
    let begins: Bool
    let isBroken: Bool
    let hasPayload: Bool
    /// Where in the file its part of a frame lies.
    let payload: Range<Int>
    let isFilledUp: Bool
  }

  /// ISO/IEC 13818-1, 2.4.3.
  private func packet(at place: Int) -> Packet? {
    let bytes = file.bytes
    guard place >= 0, place + Self.length <= bytes.count, bytes[place] == 0x47 else { return nil }
    let (head, control, end) = (bytes[place + 1], bytes[place + 3], place + Self.length)
    let start = control & 0x20 != 0 ? place + 5 + Int(bytes[place + 4]) : place + 4
    return Packet(
      stream: Int(head & 0x1F) << 8 | Int(bytes[place + 2]), counter: control & 15, begins: head & 0x40 != 0,
      isBroken: head & 0x80 != 0, hasPayload: control & 0x10 != 0,
      payload: min(start, end)..<end,
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

import Files
import Imaging
import TestSupport
import Testing
import Video

/// Transport streams that were cut short: they state no length, and what is missing is told from how they end.
@Suite struct StreamEndTests {
  private let folder = TemporaryFolder()
  private let bytes: [UInt8]
  private let sound: VideoReader

  init() throws {
    bytes = try readFile(fixture("offset.ts"), doing: "testing")
    sound = try VideoReader(path: fixture("offset.ts"))
  }

  /// A frame of the stream as its packets have it.
  private struct Piece {
    /// Where its first packet begins and ends, and where its last packet ends.
    let start: Int
    var firstEnd: Int { start + 188 }
    var end: Int
    /// In ticks of 90 kHz.
    let time: Int
  }

  /// The frames of stream 256 in the order of the file.
  private func pieces(_ bytes: [UInt8]) -> [Piece] {
    var pieces: [Piece] = []
    for start in stride(from: 0, to: bytes.count, by: 188) {
      guard Int(bytes[start + 1] & 0x1F) << 8 | Int(bytes[start + 2]) == 256 else { continue }
      if bytes[start + 1] & 0x40 != 0 {
        let place = payload(start) + 9
        let clock = (0..<5).map { Int(bytes[place + $0]) }
        let time = (clock[0] & 0x0E) << 29 | clock[1] << 22 | (clock[2] & 0xFE) << 14 | clock[3] << 7 | clock[4] >> 1
        pieces.append(Piece(start: start, end: start + 188, time: time))
      } else if !pieces.isEmpty {
        pieces[pieces.count - 1].end = start + 188
      }
    }
    return pieces
  }

  private func payload(_ packet: Int) -> Int {
    packet + 4 + (bytes[packet + 3] & 0x20 != 0 ? Int(bytes[packet + 4]) + 1 : 0)
  }

  private func open(_ bytes: some Sequence<UInt8>, _ name: String = "x.ts") throws -> VideoReader {
    let path = folder.path + "/" + name
    try write(bytes, to: path)
    return try VideoReader(path: path)
  }

  /// The times of the frames that come out, in ticks after the first one; each is that of the whole stream.
  private func soundTimes(_ reader: VideoReader) throws -> Set<Int> {
    var times: Set<Int> = []
    for number in 0..<reader.frameCount {
      guard let image = try? reader.frame(at: number) else { continue }
      let own = sound.nearest(to: reader.time(of: number))
      #expect(try checksum(image) == checksum(sound.frame(at: own)), "frame \(number)")
      times.insert(Int((reader.time(of: number) * 90000).rounded()))
    }
    return times
  }

  /// Wherever the file ends: what is whole comes out, what is missing is damaged, and it is said, but for ends that look
  /// like those of a shorter recording.
  @Test(arguments: [0, 1, 100]) func cutAnywhere(offset: Int) throws {
    defer { folder.remove() }
    let all = pieces(bytes)
    try #require(all.count == 40 && sound.frameCount == 40)
    let first = try #require(all.map(\.time).min())
    var clean = 0
    for end in stride(from: 20 * 188 + offset, to: bytes.count, by: 188) {
      let whole = all.filter { $0.end <= end }
      let parts = all.filter { $0.firstEnd <= end && $0.end > end }
      let last = (whole + parts).map(\.time).max() ?? 0
      let missing = all.filter { $0.time < last && $0.end > end }
      let reader = try open(bytes[..<end])
      let notices = reader.notices.joined(separator: "; ")
      #expect(try soundTimes(reader) == Set(whole.map { $0.time - first }), "at \(end): \(notices)")
      if offset == 0 && parts.isEmpty && missing.isEmpty {
        clean += 1
        #expect(
          notices.isEmpty && reader.frameCount == whole.count && !reader.video.isOpenEnded, "at \(end): \(notices)")
      } else {
        #expect(notices.contains("': the file is cut short: it holds "), "at \(end): \(notices)")
        #expect(notices.contains(", and a transport stream states no length; the frames after that "), "\(notices)")
        #expect(reader.video.isOpenEnded && reader.frameCount > whole.count, "at \(end)")
        #expect(throws: FrameDamage.self) { _ = try reader.frame(at: reader.frameCount - 1) }
      }
    }
    #expect(offset > 0 || clean > 3, "\(clean)")
  }

  /// The last frame's data fills its last packet: nothing is missing, which only the decoder can tell.
  @Test func lastFrameFillsItsPacket() throws {
    defer { folder.remove() }
    let reader = try open(filledToTheEnd())
    #expect(reader.notices.isEmpty && reader.damagedFrames.frameCount == 0, "\(reader.notices)")
    #expect(try soundTimes(reader).count == 40)
  }

  /// The stream with zeros, which mean nothing after a frame, in the place of its last packet's filling.
  private func filledToTheEnd() throws -> [UInt8] {
    let last = try #require(pieces(bytes).last)
    try #require(last.end == bytes.count && last.end - last.start == 188)
    var full = Array(bytes[..<last.start]) + bytes[last.start..<last.start + 4] + bytes[payload(last.start)...]
    full[last.start + 3] = 0x10 | full[last.start + 3] & 0x0F
    return full + Array(repeating: 0, count: bytes.count - full.count)
  }

  /// Where the last frame states its length, that is what it is held against: more, less, and with no room left.
  @Test(arguments: [0, 1, 100]) func lastFrameStatesItsLength(lacking: Int) throws {
    defer { folder.remove() }
    for stream in [bytes, try filledToTheEnd()] {
      var stream = stream
      let packet = try #require(pieces(bytes).last).start
      let start = stream[packet + 3] & 0x20 != 0 ? payload(packet) : packet + 4
      let length = stream.count - start - 6 + lacking
      (stream[start + 4], stream[start + 5]) = (UInt8(length >> 8), UInt8(length & 255))
      let reader = try open(stream)
      let notices = reader.notices.joined()
      #expect(try soundTimes(reader).count == (lacking == 0 ? 40 : 39), "\(notices)")
      #expect(reader.video.isOpenEnded == (lacking > 0))
      if lacking > 0 {
        #expect(notices.contains("up to 902.96 s, the last one in part; its last frame lacks its end, "), "\(notices)")
      } else {
        #expect(notices.isEmpty, "\(notices)")
      }
    }
  }

  /// Recorders put a time before each packet, or checksums after it.
  @Test(arguments: [(4, 0), (0, 16)]) func longerPackets(before: Int, after: Int) throws {
    defer { folder.remove() }
    let packets = stride(from: 0, to: bytes.count, by: 188).map { bytes[$0..<$0 + 188] }
    let long = packets.flatMap { Array(repeating: 0, count: before) + $0 + Array(repeating: 0, count: after) }
    let length = 188 + before + after
    let whole = try open(long, "whole.m2ts")
    #expect(whole.notices.isEmpty && whole.damagedFrames.frameCount == 0, "\(whole.notices)")
    #expect(try soundTimes(whole).count == 40)
    // In the second packet of the last frame that has several.
    let frame = try #require(pieces(bytes).last { $0.end - $0.start > 188 })
    let reader = try open(long[..<((frame.start / 188 + 1) * length + before + 50)], "cut.m2ts")
    #expect(reader.notices.joined().contains("its last packet has 50 of 188 bytes"), "\(reader.notices)")
    // By the packets alone, before anything of them is decoded.
    let same = try open(bytes[..<(frame.start + 188 + 50)], "cut.ts")
    #expect(reader.damagedFrames.frameCount == same.damagedFrames.frameCount && same.damagedFrames.frameCount > 2)
    let first = try #require(pieces(bytes).map(\.time).min())
    let expected = Set(pieces(bytes).filter { $0.end <= frame.start }.map { $0.time - first })
    #expect(try soundTimes(reader) == expected)
    // Between two packets of it: only the decoder tells.
    let between = try open(long[..<((frame.start / 188 + 1) * length)], "between.m2ts")
    #expect(between.notices.joined().contains("its last frame lacks its end"), "\(between.notices)")
    #expect(try soundTimes(between) == expected)
  }
}

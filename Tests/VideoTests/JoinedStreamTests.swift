import Files
import Imaging
import TestSupport
import Testing
import Video

/// Transport streams one after the other in a file, as `cat a.ts b.ts` makes them.
@Suite struct JoinedStreamTests {
  private let folder = TemporaryFolder()
  private let bytes: [UInt8]
  private let single: VideoReader

  init() throws {
    bytes = try readFile(fixture("offset.ts"), doing: "testing")
    single = try VideoReader(path: fixture("offset.ts"))
  }

  /// The stream with other times.
  private func shifted(by seconds: Double) -> [UInt8] {
    var bytes = bytes
    for start in stride(from: 0, to: bytes.count, by: 188) where bytes[start + 1] & 0x40 != 0 {
      let payload = start + 4 + (bytes[start + 3] & 0x20 != 0 ? Int(bytes[start + 4]) + 1 : 0)
      guard bytes[payload..<payload + 3].elementsEqual([0, 0, 1]), bytes[payload + 3] & 0xF0 == 0xE0 else { continue }
      for place in [payload + 9, payload + 14].prefix(bytes[payload + 7] & 0x40 == 0 ? 1 : 2) {
        let old = (0..<5).map { Int(bytes[place + $0]) }
        let ticks = (old[0] & 0x0E) << 29 | old[1] << 22 | (old[2] & 0xFE) << 14 | old[3] << 7 | old[4] >> 1
        let new = ticks + Int(seconds * 90000)
        bytes[place] = UInt8(old[0] & 0xF1 | new >> 29 & 0x0E)
        bytes[place + 1] = UInt8(new >> 22 & 0xFF)
        bytes[place + 2] = UInt8(new >> 14 & 0xFE | 1)
        bytes[place + 3] = UInt8(new >> 7 & 0xFF)
        bytes[place + 4] = UInt8(new << 1 & 0xFE | 1)
      }
    }
    return bytes
  }

  private func open(_ bytes: [UInt8]) throws -> VideoReader {
    let path = folder.path + "/joined.ts"
    try write(bytes, to: path)
    return try VideoReader(path: path)
  }

  /// Every frame of both is there, and sound.
  private func expectBoth(_ reader: VideoReader) throws {
    try #require(reader.frameCount == 2 * single.frameCount)
    #expect(reader.damagedFrames.frameCount == 0)
    for number in 0..<reader.frameCount {
      let own = checksum(try single.frame(at: number % single.frameCount))
      #expect(try checksum(reader.frame(at: number)) == own, "frame \(number)")
    }
  }

  /// The clock goes on at a later time: no frame is lost, times are the clock's, and the gap is said.
  @Test(arguments: [3, 200, 20000]) func laterBegin(seconds: Int) throws {
    defer { folder.remove() }
    let reader = try open(bytes + shifted(by: Double(seconds)))
    try expectBoth(reader)
    #expect(abs(reader.time(of: single.frameCount) - Double(seconds)) < 1e-3)
    let notices = reader.notices.joined(separator: "; ")
    #expect(
      notices.contains(
        ": from 1.56 to \(seconds).00 s no frame begins: what is asked for there gets the nearest frames"),
      "\(notices)")
  }

  /// Segments of one recording: the clock goes on as if nothing were.
  @Test func segments() throws {
    defer { folder.remove() }
    let reader = try open(bytes + shifted(by: 1.6))
    try expectBoth(reader)
    #expect(reader.notices.isEmpty, "\(reader.notices)")
  }

  /// The clock jumps back by more than a minute, which libav takes for one that ran over.
  @Test func muchEarlierBegin() throws {
    defer { folder.remove() }
    let reader = try open(shifted(by: 200) + bytes)
    try expectBoth(reader)
    #expect(reader.duration < 4, "\(reader.duration)")
    #expect(reader.notices.joined().contains("its clock jumps back"), "\(reader.notices)")
  }

  /// A clock that jumps back says nothing of frames that are missing at the end.
  @Test func earlierBegin() throws {
    defer { folder.remove() }
    let reader = try open(shifted(by: 20) + bytes)
    try expectBoth(reader)
    #expect(reader.notices.joined().contains("its clock jumps back"), "\(reader.notices)")
    #expect(!reader.notices.joined().contains("cut short") && !reader.video.isOpenEnded, "\(reader.notices)")
  }

  /// A frame of which the end is missing before a later begin is damaged all the same.
  @Test func lossBeforeAJump() throws {
    defer { folder.remove() }
    let last = try #require(
      (0..<bytes.count / 188).last { number in
        let head = bytes[number * 188 + 1]
        return head & 0x40 == 0 && Int(head & 0x1F) << 8 | Int(bytes[number * 188 + 2]) == 256
      })
    let reader = try open(Array(bytes[..<(last * 188)]) + shifted(by: 3))
    #expect(reader.damagedFrames.frameCount > 0)
    let damaged = (0..<reader.frameCount).filter { number in
      do {
        _ = try reader.frame(at: number)
        return false
      } catch { return true }
    }
    #expect(!damaged.isEmpty && damaged.allSatisfy { reader.time(of: $0) < 3 }, "\(damaged)")
  }

  /// Where a video's pictures stand still, nothing is wrong but that it may be asked.
  @Test func gapsOfOtherContainersAreSaid() throws {
    defer { folder.remove() }
    let path = folder.path + "/still.mkv"
    let image = try single.frame(at: 0)
    let writer = try VideoWriter(path: path, size: image.size, framesPerSecond: 25)
    for time in [0, 0.04, 0.08, 0.12, 4, 4.04, 4.08] { try writer.append(image, at: time) }
    try writer.finish()
    let reader = try VideoReader(path: path)
    #expect(reader.notices.count == 1 && reader.notices[0].contains("from 0.12 to 4.00 s no frame begins"))
  }
}

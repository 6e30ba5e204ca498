import Files
import Imaging
import TestSupport
import Testing
import Video

/// Bytes that are missing in the middle of a file, or overwritten with zeros: never does another frame stand for the one
/// that belongs to a time.
@Suite struct HoleTests {
  private static let holes: [(name: String, count: Int)] = [
    ("vfr.mkv", 150), ("vp8.webm", 150), ("small.flv", 150), ("mjpeg.avi", 1500), ("small.wmv", 400),
  ]

  private func check(_ path: String, against name: String) throws {
    let (sound, reader) = (try VideoReader(path: fixture(name)), try VideoReader(path: path))
    var damaged: [Int] = []
    for number in 0..<sound.frameCount {
      do {
        let image = try reader.frame(at: reader.nearest(to: sound.time(of: number)))
        // The times of frames that are gone are guessed: with irregular ones, the frame before may be nearer.
        let near = name == "vfr.mkv" && number > 0 ? [number - 1, number] : [number]
        let expected = try near.map { checksum(try sound.frame(at: $0)) }
        #expect(expected.contains(checksum(image)), "frame \(number) of \(path)")
      } catch is FrameDamage {
        damaged.append(number)
      }
    }
    #expect(!damaged.isEmpty && damaged.count < sound.frameCount, "\(path): \(damaged)")
    let again = try VideoReader(path: path)
    for number in (0..<again.frameCount).reversed() {
      let isDamaged = (try? again.frame(at: number)) == nil
      #expect(isDamaged == ((try? reader.frame(at: number)) == nil), "frame \(number) of \(path)")
    }
  }

  @Test(arguments: holes, [5, 7]) func bytesCutOut(hole: (name: String, count: Int), tenths: Int) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let bytes = try readFile(fixture(hole.name), doing: "testing")
    let place = bytes.count * tenths / 10
    let path = folder.path + "/cut-" + hole.name
    try write(bytes[..<place] + bytes[(place + hole.count)...], to: path)
    try check(path, against: hole.name)
  }

  @Test(arguments: holes, [5, 7]) func bytesOfZero(hole: (name: String, count: Int), tenths: Int) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var bytes = try readFile(fixture(hole.name), doing: "testing")
    let place = bytes.count * tenths / 10
    for position in place..<place + hole.count { bytes[position] = 0 }
    let path = folder.path + "/zero-" + hole.name
    try write(bytes, to: path)
    try check(path, against: hole.name)
  }

  /// The counter of packets starts anew where another file begins: nothing is lost there.
  @Test func joinedStreamsAreWhole() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let bytes = try readFile(fixture("offset.ts"), doing: "testing")
    let path = folder.path + "/joined.ts"
    try write(bytes + bytes, to: path)
    let reader = try VideoReader(path: path)
    let single = try VideoReader(path: fixture("offset.ts"))
    #expect(reader.frameCount >= 2 * single.frameCount - 1)
    for number in 0..<reader.frameCount { #expect(throws: Never.self) { try reader.frame(at: number) } }
  }

  /// Times count from the first frame: where it is lost, none is known.
  @Test(arguments: [true, false]) func beginningLost(isCut: Bool) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let bytes = try readFile(fixture("small.flv"), doing: "testing")
    let zeros = isCut ? [] : [UInt8](repeating: 0, count: 150)
    let path = folder.path + "/late.flv"
    try write(bytes[..<1101] + zeros + bytes[1251...], to: path)
    let reader = try VideoReader(path: path)
    for number in 0..<reader.frameCount {
      #expect(throws: FrameDamage.self) { _ = try reader.frame(at: number) }
    }
    let text = errorText { _ = try reader.frame(at: reader.frameCount - 1) }
    #expect(text.contains("broken before the first frame that is left"), "\(text)")
  }

  /// A stream without a clock: the place is told by numbers.
  @Test func damageWithoutAClock() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var bytes = try readFile(fixture("raw.h264"), doing: "testing")
    for position in 1300..<1400 { bytes[position] = UInt8(truncatingIfNeeded: position &* 73 &+ 11) }
    let path = folder.path + "/raw.h264"
    try write(bytes, to: path)
    let reader = try VideoReader(path: path)
    let text = errorText { for number in 0..<reader.frameCount { _ = try reader.frame(at: number) } }
    #expect(text.contains("damaged") && !text.contains("the first frame"), "\(text)")
  }

  /// What libav says of one video never stands in the message about another that is read at the same time.
  @Test func complaintsStayWithTheirVideo() async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var bytes = try readFile(fixture("bframes.mp4"), doing: "testing")
    for position in 1500..<1700 { bytes[position] = UInt8(truncatingIfNeeded: position &* 73 &+ 11) }
    let damaged = folder.path + "/damaged.mp4"
    try write(bytes, to: damaged)
    let text = folder.path + "/text.mp4"
    try writeFile(text, "hello, this is no video\n")
    let alone = errorText { _ = try VideoReader(path: text) }
    let texts = await withTaskGroup(of: Set<String>.self) { group in
      for _ in 0..<2 {
        group.addTask {
          for _ in 0..<6 {
            guard let reader = try? VideoReader(path: damaged) else { continue }
            for number in 0..<20 { _ = try? reader.frame(at: number) }
          }
          return []
        }
      }
      group.addTask { Set((0..<300).map { _ in errorText { _ = try VideoReader(path: text) } }) }
      return await group.reduce(into: Set<String>()) { $0.formUnion($1) }
    }
    #expect(texts == [alone])
  }
}

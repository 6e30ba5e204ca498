import Files
import Imaging
import TestSupport
import Testing
import Video

@Suite struct BadVideoTests {
  func open(_ path: String) -> String { errorText { _ = try VideoReader(path: path) } }

  @Test func whatIsNoVideoIsNamed() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeFile(folder.path + "/empty.mp4", "")
    try writeFile(folder.path + "/text.mp4", "hello, this is no video\n")
    try writeFile(folder.path + "/notes.txt", "hello, this is no video\nat all\n")
    #expect(open(folder.path + "/empty.mp4").contains("the file is empty"))
    #expect(open(folder.path + "/text.mp4").contains("text.mp4"))
    #expect(open(folder.path + "/text.mp4").contains("not a video"))
    #expect(open(folder.path + "/notes.txt").contains("->"))
    #expect(open(folder.path + "/tezt.mp4").contains("did you mean"))
    #expect(open(folder.path).contains("folder"))
    #expect(open(fixture("audio.wav")).contains("no video stream (audio)"))
  }

  /// The index of an MP4 stands at the end: a cut one cannot be read at all.
  @Test(arguments: ["bframes.mp4", "ntsc.mp4", "editlist.mp4"]) func cutMP4IsAnError(name: String) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let bytes = try readFile(fixture(name), doing: "testing")
    for part in 1..<10 {
      try write(bytes[..<(bytes.count * part / 10)], to: folder.path + "/cut.mp4")
      let text = open(folder.path + "/cut.mp4")
      #expect(text.contains("cut.mp4") && text.contains("cut short"), "\(part)/10: \(text)")
    }
  }

  /// What is left is read; what the head promises beside that counts as damaged, and it is said.
  @Test(arguments: ["vfr.mkv", "mjpeg.avi", "small.flv", "small.wmv", "vp8.webm"]) func cutFilesSayWhatTheyHold(
    name: String
  ) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let bytes = try readFile(fixture(name), doing: "testing")
    let sound = try VideoReader(path: fixture(name))
    for part in [5, 7] {
      let path = folder.path + "/\(part)-" + name
      try write(bytes[..<(bytes.count * part / 10)], to: path)
      let reader = try VideoReader(path: path)
      let notices = reader.notices.joined()
      #expect(notices.contains("cut short: its head promises") && notices.contains("it holds"), "\(part): \(notices)")
      #expect(abs(reader.duration - sound.duration) < 0.15, "\(part): \(reader.duration)")
      #expect(throws: FrameDamage.self) { _ = try reader.frame(at: reader.frameCount - 1) }
      #expect(checksum(try reader.frame(at: 0)) == checksum(try sound.frame(at: 0)))
    }
  }

  /// An MP4 with its index at the beginning knows how many frames it was to have, and those come out, with times.
  @Test(arguments: 5...9) func cutMP4CountsItsFrames(part: Int) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let whole = try indexFirst(readFile(fixture("bframes.mp4"), doing: "testing"))
    try write(whole, to: folder.path + "/whole.mp4")
    let sound = try VideoReader(path: folder.path + "/whole.mp4")
    try #require(sound.frameCount == 60 && sound.notices.isEmpty)
    try write(whole[..<(whole.count * part / 10)], to: folder.path + "/cut.mp4")
    let reader = try VideoReader(path: folder.path + "/cut.mp4")
    #expect(reader.frameCount == 60)
    #expect((0..<60).allSatisfy { abs(reader.time(of: $0) - sound.time(of: $0)) < 1e-6 })
    let notice = try #require(reader.notices.first)
    #expect(notice.contains("the file is cut short: its head promises 60 frames, 2.40 s, it holds "), "\(notice)")
    #expect(throws: FrameDamage.self) { _ = try reader.frame(at: 59) }
  }

  /// The same file with its index before its data, as downloads have it.
  private func indexFirst(_ bytes: [UInt8]) throws -> [UInt8] {
    func number(_ place: Int, _ bytes: [UInt8]) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(bytes[place + $1]) } }
    var boxes: [(name: String, bytes: [UInt8])] = []
    var place = 0
    while place < bytes.count {
      let name = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self)
      boxes.append((name, Array(bytes[place..<place + number(place, bytes)])))
      place += number(place, bytes)
    }
    var index = try #require(boxes.first { $0.name == "moov" }).bytes
    let table = try #require(index.indices.first { index[$0...].starts(with: Array("stco".utf8)) })
    for entry in 0..<number(table + 8, index) {
      let moved = number(table + 12 + 4 * entry, index) + index.count
      for byte in 0..<4 { index[table + 12 + 4 * entry + byte] = UInt8(truncatingIfNeeded: moved >> (24 - 8 * byte)) }
    }
    let rest = boxes.filter { $0.name != "moov" }
    return rest[0].bytes + index + rest.dropFirst().flatMap(\.bytes)
  }

  /// Recorders of streams leave the head's length and size open, or state a length that was never reached: what is there
  /// is whole unless a tag is broken off.
  @Test func streamedFLV() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var bytes = try readFile(fixture("small.flv"), doing: "testing")
    let sound = try VideoReader(path: fixture("small.flv"))
    func state(_ name: String, _ value: Double) throws {
      let key = Array(name.utf8) + [0]
      let place = try #require(bytes.indices.first { bytes[$0...].starts(with: key) }) + key.count
      for byte in 0..<8 { bytes[place + byte] = UInt8(truncatingIfNeeded: value.bitPattern >> (56 - 8 * byte)) }
    }
    let path = folder.path + "/streamed.flv"
    try state("filesize", 0)
    for seconds in [0.0, 10] {
      try state("duration", seconds)
      try write(bytes, to: path)
      let reader = try VideoReader(path: path)
      #expect(reader.notices.isEmpty && reader.frameCount == 40 && reader.damagedFrames.frameCount == 0)
      for number in 0..<40 { #expect(try checksum(reader.frame(at: number)) == checksum(sound.frame(at: number))) }
    }
    try state("duration", 0)
    try write(bytes[..<2400], to: path)
    let cut = try VideoReader(path: path)
    #expect(
      cut.notices.count == 1
        && cut.notices[0].hasSuffix(
          "its end is broken off, and its head states no length; the frames after that count as damaged -> copy or record "
            + "it again"),
      "\(cut.notices)")
    #expect(try checksum(cut.frame(at: 0)) == checksum(sound.frame(at: 0)))
    #expect(throws: FrameDamage.self) { _ = try cut.frame(at: cut.frameCount - 1) }
    #expect(cut.video.isOpenEnded)
  }

  /// An AVI file's head counts skipped frames, which have empty chunks: they repeat the picture before.
  @Test func skippedFramesAreNotMissing() throws {
    let reader = try VideoReader(path: fixture("skipped.avi"))
    #expect(reader.notices.isEmpty, "\(reader.notices)")
    #expect(reader.frameCount == 16)
    let ticks = (0..<16).map { Int((reader.time(of: $0) * 25).rounded()) }
    #expect(ticks == [0, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23])
    for number in 0..<16 { _ = try reader.frame(at: number) }
  }

  /// Damage in the picture data: an error with frame and time, and the frames of other groups stay readable.
  @Test func damagedFramesAreErrorsWithFrameAndTime() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var bytes = try readFile(fixture("bframes.mp4"), doing: "testing")
    let whole = try VideoReader(path: fixture("bframes.mp4"))
    for position in 1500..<1700 { bytes[position] = UInt8(truncatingIfNeeded: position &* 73 &+ 11) }
    let path = folder.path + "/damaged.mp4"
    try write(bytes, to: path)
    let reader = try VideoReader(path: path)
    var failures: [String] = []
    for number in 0..<reader.frameCount {
      do {
        _ = try reader.frame(at: number)
      } catch {
        failures.append("\(error)")
      }
    }
    #expect(!failures.isEmpty)
    #expect(failures.allSatisfy { $0.contains("reading frame") && $0.contains(" s of its clock") && $0.contains("->") })
    let last = reader.frameCount - 1
    #expect(checksum(try reader.frame(at: last)) == checksum(try whole.frame(at: last)))
  }

  @Test func randomDamageNeverTraps() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var state: UInt64 = 5
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for name in ["ntsc.mp4", "vfr.mkv", "offset.ts", "mjpeg.avi", "vp8.webm", "animated.gif", "editlist.mp4"] {
      let bytes = try readFile(fixture(name), doing: "testing")
      for _ in 0..<25 {
        var damaged = bytes
        for _ in 0...random(12) { damaged[random(bytes.count)] = UInt8(random(256)) }
        try write(damaged, to: folder.path + "/" + name)
        guard let frames = try? VideoFrames(path: folder.path + "/" + name, framesPerSecond: 30) else { continue }
        for index in [0, frames.frameCount / 2, frames.frameCount - 1] { _ = try? frames.frame(at: index) }
      }
    }
  }
}

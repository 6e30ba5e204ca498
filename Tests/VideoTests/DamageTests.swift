import Files
import Imaging
import TestSupport
import Testing
import Video

/// Damage in a file of moving pictures: which frames it takes away, and that it takes no others.
@Suite struct DamageTests {
  /// What each frame of a video is: its picture's checksum, or nil where it is damaged.
  private func frames(_ reader: VideoReader, _ order: some Sequence<Int>) throws -> [Int: UInt64] {
    var found: [Int: UInt64] = [:]
    for number in order {
      do {
        found[number] = checksum(try reader.frame(at: number))
      } catch let damage as FrameDamage {
        #expect(damage.frame == number && "\(damage)".contains("reading frame \(number)"), "\(damage)")
        // One time, not that of the frame beside the clock's.
        #expect("\(damage)".ranges(of: /[0-9]\.[0-9]{3} s\b/).count == 1, "\(damage)")
        #expect("\(damage)".contains(" -> ") && !damage.cause.contains(" -> "), "\(damage)")
      }
    }
    return found
  }

  /// Every frame that is given out equals the sound file's, in whatever order frames are asked for, and on any threads.
  private func check(_ path: String, against sound: String) throws -> [Int] {
    let whole = try VideoReader(path: sound)
    let expected = try (0..<whole.frameCount).map { checksum(try whole.frame(at: $0)) }
    let reader = try VideoReader(path: path)
    try #require(reader.frameCount == whole.frameCount)
    let ascending = try frames(reader, 0..<whole.frameCount)
    for (number, sum) in ascending { #expect(sum == expected[number], "frame \(number) of \(path)") }
    let others = try frames(VideoReader(path: path), (0..<whole.frameCount).reversed())
    #expect(others == ascending)
    return (0..<whole.frameCount).filter { ascending[$0] == nil }
  }

  /// Overwrites bytes of a fixture from a place on, where its pictures are.
  private func damage(_ name: String, at place: Int, count: Int, in folder: TemporaryFolder) throws -> String {
    var bytes = try readFile(fixture(name), doing: "testing")
    for position in place..<place + count { bytes[position] = UInt8(truncatingIfNeeded: position &* 73 &+ 11) }
    let path = folder.path + "/\(place)-\(name)"
    try write(bytes, to: path)
    return path
  }

  @Test(arguments: [("bframes.mp4", 1500), ("bframes.mp4", 2600), ("ntsc.mp4", 3000), ("hashes.mp4", 1500)])
  func garbledBytesTakeTheirGroupAway(name: String, place: Int) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let damaged = try check(damage(name, at: place, count: 60, in: folder), against: fixture(name))
    let (first, last) = (try #require(damaged.first), try #require(damaged.last))
    #expect(damaged == Array(first...last))
  }

  /// Damage ends at the next key frame: an MP4 is sought by the times at which key frames are shown, else the way to the
  /// next group led through the damaged one. It begins with the damaged frame: what was decoded before it leans on it
  /// nowhere. The frames are, in the order of decoding, 24, 22, 21, 23, 28, 26, 25, 27, 32, 30, 29, 31, 36, 34, 33, 35.
  @Test(arguments: [(2100, 24, [Int](21..<36)), (2340, 28, [Int](25..<36)), (2560, 32, [Int](29..<36))])
  func damageTakesOneGroupAway(place: Int, frame: Int, lost: [Int]) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = try damage("bframes.mp4", at: place, count: 40, in: folder)
    #expect(try check(path, against: fixture("bframes.mp4")) == lost)
  }

  /// A B frame on which nothing leans: the frames that are shown before it are sound.
  @Test func damageOfALateFrame() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let damaged = try check(damage("bframes.mp4", at: 2690, count: 30, in: folder), against: fixture("bframes.mp4"))
    #expect(damaged.isEmpty || damaged.allSatisfy { [29, 31, 33, 34, 35].contains($0) }, "\(damaged)")
  }

  /// libav fills a hole in a JPEG with the picture before or with grey, and says nothing. The next picture is whole again.
  @Test func zerosInOnePictureOfAFilmOfJPEGs() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let bytes = try readFile(fixture("mjpeg.avi"), doing: "testing")
    // Near the end of the fourth picture, after its tables.
    let starts = (0..<bytes.count - 3).filter { bytes[$0..<$0 + 3].elementsEqual([0xFF, 0xD8, 0xFF]) }
    let end = starts[4]
    var damaged = bytes
    for place in end - 110..<end - 60 { damaged[place] = 0 }
    let path = folder.path + "/mjpeg.avi"
    try write(damaged, to: path)
    #expect(try check(path, against: fixture("mjpeg.avi")) == [3])
    let reader = try VideoReader(path: path)
    #expect(reader.damagedFrames.frameCount == 0)
    let text = errorText { _ = try reader.frame(at: 3) }
    #expect(text.contains("is damaged: Corrupt JPEG data") || text.contains("is damaged: Premature"), "\(text)")
    #expect(reader.damagedFrames.stretches.map(\.frames) == [3..<4])
    #expect(try check(fixture("mjpeg.avi"), against: fixture("mjpeg.avi")) == [])
  }

  /// What `slowfast inspect` says of damaged frames.
  @Test func damageInWords() throws {
    let reader = try VideoReader(path: fixture("bframes.mp4"))
    var damage = DamageList()
    #expect(reader.describe(damage, isWhole: false) == "")
    #expect(
      reader.describe(damage, isWhole: true) == "damaged frames: none of \(reader.frameCount), each was decoded\n")
    for (frame, cause) in [(3, "a scratch"), (5, "a hole"), (6, "a hole"), (7, "a hole")] {
      damage.append(frame, cause: cause)
    }
    let lines = reader.describe(damage, isWhole: true).split(separator: "\n")
    try #require(lines.count == 3)
    #expect(lines[0] == "damaged frames: 4 of \(reader.frameCount)")
    #expect(lines[1].wholeMatch(of: /\  frame 3 \([0-9]+\.[0-9]{3} s\): a scratch/) != nil, "\(lines[1])")
    #expect(
      lines[2].wholeMatch(of: /\  frames 5 to 7 \([0-9]+\.[0-9]{3} to [0-9]+\.[0-9]{3} s\): a hole/) != nil,
      "\(lines[2])")
    #expect(reader.describe(damage, isWhole: false).hasPrefix("damaged frames by the packets: 4 of "))
  }

  /// libav conceals what is lost and marks no frame; only the packet says so.
  @Test func packetsLostFromATransportStreamAreDamage() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let bytes = try readFile(fixture("offset.ts"), doing: "testing")
    let packets = bytes.count / 188
    // One packet of the pictures in the first half of the file.
    let place = try #require(
      (packets / 3..<packets).first { number in
        let start = number * 188
        let isStart = bytes[start + 1] & 0x40 != 0
        return !isStart && Int(bytes[start + 1] & 0x1F) << 8 | Int(bytes[start + 2]) == 256
      })
    let path = folder.path + "/lost.ts"
    try write(bytes[..<(place * 188)] + bytes[((place + 1) * 188)...], to: path)
    let reader = try VideoReader(path: path)
    let sound = try VideoReader(path: fixture("offset.ts"))
    let found = try frames(reader, 0..<reader.frameCount)
    #expect(found.count < reader.frameCount && found.count > 0)
    for (number, sum) in found { #expect(sum == checksum(try sound.frame(at: number)), "frame \(number)") }
    let text = errorText { for number in 0..<reader.frameCount { _ = try reader.frame(at: number) } }
    #expect(text.contains("parts of the stream were lost -> the file is damaged"), "\(text)")
  }

  /// Sixteen packets: their counter fits again, no packet is marked; here the decoder complains of what it misses.
  @Test(arguments: [6]) func wholeFramesLostUnseenAreDamage(from first: Int) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let bytes = try readFile(fixture("offset.ts"), doing: "testing")
    let images = (0..<bytes.count / 188).filter { number in
      Int(bytes[number * 188 + 1] & 0x1F) << 8 | Int(bytes[number * 188 + 2]) == 256
    }
    let lost = Set(images[first..<first + 16])
    let path = folder.path + "/lost.ts"
    try write(
      (0..<bytes.count / 188).filter { !lost.contains($0) }.flatMap { bytes[$0 * 188..<$0 * 188 + 188] }, to: path)
    let (sound, reader) = (try VideoReader(path: fixture("offset.ts")), try VideoReader(path: path))
    let found = try frames(reader, 0..<reader.frameCount)
    #expect(reader.frameCount <= sound.frameCount && found.count < reader.frameCount)
    let expected = Set(try (0..<sound.frameCount).map { checksum(try sound.frame(at: $0)) })
    for (number, sum) in found { #expect(expected.contains(sum), "frame \(number)") }
  }

  /// A stream that begins in the middle: frames are counted by decoding, damage and all.
  @Test func countedFramesKeepTheirNumbers() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let bytes = try readFile(fixture("midstream.ts"), doing: "testing")
    // A packet of the pictures that begins none, in the last third.
    let place = try #require(
      (bytes.count / 188 * 2 / 3..<bytes.count / 188).first { number in
        let start = number * 188
        return bytes[start + 1] & 0x40 == 0 && Int(bytes[start + 1] & 0x1F) << 8 | Int(bytes[start + 2]) == 256
      })
    let path = folder.path + "/lost.ts"
    try write(bytes[..<(place * 188)] + bytes[((place + 1) * 188)...], to: path)
    let (sound, reader) = (try VideoReader(path: fixture("midstream.ts")), try VideoReader(path: path))
    let found = try frames(reader, 0..<reader.frameCount)
    #expect(found.count < reader.frameCount && found.count > 0)
    let expected = Set(try (0..<sound.frameCount).map { checksum(try sound.frame(at: $0)) })
    for (number, sum) in found { #expect(expected.contains(sum), "frame \(number)") }
    #expect(try frames(VideoReader(path: path), (0..<reader.frameCount).reversed()) == found)
  }
}

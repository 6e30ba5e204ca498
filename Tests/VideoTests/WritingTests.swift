import Dispatch
import Files
import Geometry
import Glibc
import Imaging
import Synchronization
import TestSupport
import Testing
import Video

private func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = TemporaryFolder()
  defer { folder.remove() }
  try body(folder.path)
}

/// Files that ``VideoWriter`` makes, read back.
@Suite struct WritingTests {
  /// A picture whose cells show a number as the fixtures' do, over a smooth ground.
  static func numbered(_ number: Int, width: Int = 96, height: Int = 64) -> Image {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let isLit = number >> (7 - x * 8 / width) & 1 == 1
        let cell: [UInt8] =
          y < height / 2 ? (isLit ? [255, 255, 255] : [0, 0, 0]) : [UInt8(x % 256), 128, UInt8(2 * y % 256)]
        pixels += cell
      }
    }
    return Image(size: ImageSize(width: width, height: height), order: .bgr, pixels: pixels)
  }

  private func write(_ path: String, frames: Int, rate: Double, encoders: [String]? = nil) throws {
    let size = ImageSize(width: 96, height: 64)
    let writer =
      try encoders.map { try VideoWriter(path: path, size: size, framesPerSecond: rate, encoders: $0) }
      ?? VideoWriter(path: path, size: size, framesPerSecond: rate)
    for number in 0..<frames { try writer.append(WritingTests.numbered(number)) }
    try writer.finish()
  }

  @Test(arguments: [24, 25, 30, 50, 60000.0 / 1001], ["mp4", "mkv"])
  func framesComeBackByNumberAndTime(rate: Double, ending: String) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a." + ending
      try write(path, frames: 70, rate: rate)
      let reader = try VideoReader(path: path)
      #expect(reader.frameCount == 70)
      #expect((reader.info.width, reader.info.height) == (96, 64))
      for number in [0, 1, 35, 69] {
        #expect(shownNumber(try reader.frame(at: number)) == number)
        // Matroska counts milliseconds.
        #expect(abs(reader.time(of: number) - Double(number) / rate) < (ending == "mkv" ? 0.0011 : 1e-5))
      }
      #expect(abs(reader.duration - 70 / rate) < 0.003)
    }
  }

  @Test func framesComeBackInTheirColours() throws {
    try withTemporaryFolder { folder in
      for encoders in [["libx264"], ["mpeg4"]] {
        try write(folder + "/a.mp4", frames: 5, rate: 30, encoders: encoders)
        let (found, expected) = (try VideoReader(path: folder + "/a.mp4").frame(at: 3), WritingTests.numbered(3))
        let squares = zip(found.pixels, expected.pixels).map { (Double($0) - Double($1)) * (Double($0) - Double($1)) }
        // A swapped channel or a shifted row costs more than 10 levels in the mean.
        #expect((squares.reduce(0, +) / Double(squares.count)).squareRoot() < 6, "\(encoders)")
      }
    }
  }

  @Test func timesMayBeIrregular() throws {
    try withTemporaryFolder { folder in
      let times = [0, 0.1, 0.15, 0.9, 1.0]
      let writer = try VideoWriter(
        path: folder + "/a.mp4", size: ImageSize(width: 96, height: 64), framesPerSecond: 10)
      for (number, time) in times.enumerated() { try writer.append(WritingTests.numbered(number), at: time) }
      try writer.finish()
      let reader = try VideoReader(path: folder + "/a.mp4")
      #expect(reader.frameCount == times.count)
      for (number, time) in times.enumerated() {
        #expect(abs(reader.time(of: number) - time) < 1e-4)
        #expect(shownNumber(try reader.frame(at: number)) == number)
      }
    }
  }

  /// 4:2:0 has even sides only: the last column and row stand twice.
  @Test func oddSidesAreEvened() throws {
    try withTemporaryFolder { folder in
      let image = WritingTests.numbered(5, width: 97, height: 63)
      let writer = try VideoWriter(path: folder + "/a.mp4", size: image.size, framesPerSecond: 30)
      for _ in 0..<3 { try writer.append(image) }
      try writer.finish()
      let frame = try VideoReader(path: folder + "/a.mp4").frame(at: 1)
      #expect((frame.width, frame.height) == (98, 64))
      for y in 0..<64 {
        let row = (0..<98).map { x in Int(frame.pixels[(y * 98 + x) * 3 + 2]) }
        let wanted = (0..<98).map { x in Int(image.pixels[(min(y, 62) * 97 + min(x, 96)) * 3 + 2]) }
        let gap = zip(row, wanted).map { abs($0 - $1) }.reduce(0, +) / 98
        #expect(gap < 12, "row \(y): \(gap) levels off in the mean")
      }
    }
  }

  @Test func equalFramesMakeEqualFiles() throws {
    try withTemporaryFolder { folder in
      try write(folder + "/a.mp4", frames: 40, rate: 30)
      try write(folder + "/b.mp4", frames: 40, rate: 30)
      #expect(try fileDifference(folder + "/b.mp4", folder + "/a.mp4") == nil)
    }
  }

  /// Encoders read a little past the ends of their arrays. What lies there, from the process's life before, must not
  /// count: the memory that this video gets is filled with other bytes each time.
  @Test func whatMemoryHeldBeforeChangesNoFile() throws {
    try withTemporaryFolder { folder in
      // Several at once, as sets are drawn: no encoder may notice another one either.
      let failures = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 4) { round in
        do {
          try withUsedMemory(seed: UInt64(round)) {
            // Six blocks of 16 x 16 a row: no multiple of what a vector holds.
            let writer = try VideoWriter(
              path: folder + "/\(round).mp4", size: ImageSize(width: 96, height: 72), framesPerSecond: 30)
            for number in 0..<40 { try writer.append(WritingTests.moving(number)) }
            try writer.finish()
          }
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
      #expect(failures.withLock { $0 } == [])
      for round in 1..<4 {
        let gap = try fileDifference(folder + "/\(round).mp4", folder + "/0.mp4")
        #expect(gap == nil, "round \(round)")
      }
    }
  }

  /// A texture that moves, so that the encoder finds its blocks again elsewhere in the picture before.
  private static func moving(_ number: Int) -> Image {
    var pixels: [UInt8] = []
    for y in 0..<72 {
      for x in 0..<96 {
        let (u, v) = (Double(x) - 2.5 * Double(number), Double(y) + 1.5 * Double(number))
        for c in 0..<3 {
          pixels.append(UInt8(128 + 60 * sin(u / 5 + Double(c)) * cos(v / 7) + 60 * sin(u * v / 300)))
        }
      }
    }
    return Image(size: ImageSize(width: 96, height: 72), order: .bgr, pixels: pixels)
  }

  /// Runs `body` where the allocator hands out memory that was written to.
  private func withUsedMemory(seed: UInt64, _ body: () throws -> Void) rethrows {
    var generator = SeededBytes(state: seed &+ 1)
    var blocks: [UnsafeMutableRawPointer] = []
    for size in [700, 5_000, 20_000, 60_000, 100_000, 125_000] {
      for _ in 0..<(4_000_000 / size) {
        let block = malloc(size)!
        for place in stride(from: 0, to: size - 7, by: 8) {
          block.storeBytes(of: generator.next(), toByteOffset: place, as: UInt64.self)
        }
        blocks.append(block)
      }
    }
    for block in blocks { free(block) }
    try body()
  }

  @Test func anUnfinishedFileIsNotThere() throws {
    try withTemporaryFolder { folder in
      do {
        let writer = try VideoWriter(
          path: folder + "/a.mp4", size: ImageSize(width: 96, height: 64), framesPerSecond: 30)
        try writer.append(WritingTests.numbered(1))
      }
      #expect(try listFolder(folder).isEmpty)
    }
  }

  @Test func whatCannotBeWrittenIsSaid() throws {
    try withTemporaryFolder { folder in
      let size = ImageSize(width: 96, height: 64)
      func making(_ name: String, _ size: ImageSize = size, _ rate: Double = 30, _ encoders: [String] = ["libx264"])
        -> String
      {
        errorText {
          _ = try VideoWriter(path: folder + "/" + name, size: size, framesPerSecond: rate, encoders: encoders)
        }
      }
      #expect(making("a.txt").contains("its ending names no container -> .mp4, .mov or .mkv"))
      #expect(making("a.mp4", size, 0).contains("0.0 frames a second -> give a rate above 0"))
      #expect(making("a.mp4", size, .nan).contains("nan frames a second"))
      #expect(making("a.mp4", ImageSize(width: 0, height: 64)).contains("pictures of 0 x 64"))
      #expect(making("a.mp4", size, 30, ["nosuch"]).contains("no encoder nosuch"))
      let writer = try VideoWriter(path: folder + "/b.mp4", size: size, framesPerSecond: 30)
      #expect(errorText { try writer.finish() }.contains("no picture to write"))
      try writer.append(WritingTests.numbered(0))
      let text = errorText { try writer.append(WritingTests.numbered(0, width: 64)) }
      #expect(text.contains("writing frame 1 of a video") && text.contains("is 64 x 64, the video 96 x 64"))
      #expect(
        errorText { try writer.append(WritingTests.numbered(0), at: 0) }.contains("is not after the frame before"))
      #expect(errorText { try writer.append(WritingTests.numbered(0), at: -.infinity) }.contains("-inf s"))
    }
  }

  @Test func aFullDiskIsSaid() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.mp4"
      try #require(symlink("/dev/full", path) == 0)
      let text = errorText { try write(path, frames: 3, rate: 30) }
      #expect(text.contains("a.mp4") && text.contains("No space left on device"), "\(text)")
    }
  }
}

/// Bytes to fill memory with.
private struct SeededBytes {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}

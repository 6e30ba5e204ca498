import Files
import Geometry
import Imaging
import TestSupport
import Testing
import Video

struct Fixture: Sendable, CustomTestStringConvertible {
  var name: String
  var size: ImageSize
  var count: Int
  /// The number that frame 0 shows.
  var first = 0
  var testDescription: String { name }
}

let fixtures = [
  Fixture(name: "bframes.mp4", size: ImageSize(width: 97, height: 63), count: 60),
  Fixture(name: "ntsc.mp4", size: ImageSize(width: 96, height: 64), count: 60),
  Fixture(name: "vfr.mkv", size: ImageSize(width: 96, height: 64), count: 40),
  Fixture(name: "tenbit.mkv", size: ImageSize(width: 96, height: 64), count: 20),
  Fixture(name: "mjpeg.avi", size: ImageSize(width: 61, height: 45), count: 20),
  Fixture(name: "offset.ts", size: ImageSize(width: 96, height: 64), count: 40),
  Fixture(name: "raw.h264", size: ImageSize(width: 96, height: 64), count: 30),
  Fixture(name: "vp8.webm", size: ImageSize(width: 96, height: 64), count: 30),
  Fixture(name: "animated.gif", size: ImageSize(width: 48, height: 32), count: 12),
  Fixture(name: "slow.mp4", size: ImageSize(width: 96, height: 64), count: 12),
  Fixture(name: "fullrange.mp4", size: ImageSize(width: 96, height: 64), count: 5),
  Fixture(name: "editlist.mp4", size: ImageSize(width: 96, height: 64), count: 33, first: 7),
  Fixture(name: "midstream.ts", size: ImageSize(width: 96, height: 64), count: 28, first: 12),
]

@Suite struct ReadingTests {
  @Test(arguments: fixtures) func everyFrameShowsItsNumber(fixture: Fixture) throws {
    let reader = try VideoReader(path: videoFolder + "/" + fixture.name)
    #expect(reader.frameCount == fixture.count)
    for number in 0..<reader.frameCount {
      let image = try reader.frame(at: number)
      #expect(image.size == fixture.size && image.order == .bgr)
      #expect(shownNumber(image) == number + fixture.first, "frame \(number)")
      #expect(name(of: colour(image, 0.25, 0.5)) == "red", "frame \(number)")
      #expect(name(of: colour(image, 0.75, 0.5)) == "green", "frame \(number)")
      #expect(name(of: colour(image, 0.25, 0.83)) == "blue", "frame \(number)")
    }
  }

  /// Metamorphic: pixels depend neither on the order of reading nor on the threads.
  @Test(arguments: fixtures) func anyOrderGivesTheSamePixels(fixture: Fixture) throws {
    let path = videoFolder + "/" + fixture.name
    let ascending = try VideoReader(path: path)
    let expected = try (0..<ascending.frameCount).map { checksum(try ascending.frame(at: $0)) }
    let jumping = try VideoReader(path: path)
    var state: UInt64 = 99
    for step in 0..<60 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let number = Int(state >> 33) % jumping.frameCount
      #expect(checksum(try jumping.frame(at: number)) == expected[number], "step \(step), frame \(number)")
    }
    for number in (0..<jumping.frameCount).reversed() {
      #expect(checksum(try jumping.frame(at: number)) == expected[number], "backwards, frame \(number)")
    }
  }

  /// By hand, degrees clockwise: where the stored red, green, blue and white quarters come to stand.
  @Test(arguments: [
    (90, [(0.5, 0.25, "red"), (0.5, 0.75, "green"), (0.17, 0.25, "blue"), (0.17, 0.75, "white")]),
    (180, [(0.75, 0.5, "red"), (0.25, 0.5, "green"), (0.75, 0.17, "blue"), (0.25, 0.17, "white")]),
    (270, [(0.5, 0.75, "red"), (0.5, 0.25, "green"), (0.83, 0.75, "blue"), (0.83, 0.25, "white")]),
  ])
  func rotationIsApplied(degrees: Int, corners: [(Double, Double, String)]) throws {
    let reader = try VideoReader(path: fixture("rotated\(degrees).mp4"))
    let image = try reader.frame(at: 3)
    let isSideways = degrees != 180
    #expect(image.size == ImageSize(width: isSideways ? 64 : 96, height: isSideways ? 96 : 64))
    #expect(reader.info.width == image.width && reader.info.height == image.height)
    for (x, y, expected) in corners { #expect(name(of: colour(image, x, y)) == expected, "at \(x), \(y)") }
    let back: Orientation = degrees == 90 ? .rotated270 : degrees == 180 ? .rotated180 : .rotated90
    #expect(shownNumber(image.applying(back)) == 3)
  }

  /// Independent formulation: the display matrix applied to the middle of each quarter, seen from the centre.
  @Test func everyDisplayMatrixIsApplied() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let bytes = try readFile(fixture("rotated90.mp4"), doing: "testing")
    let one: [UInt8] = [0, 1, 0, 0]
    let minus: [UInt8] = [255, 255, 0, 0]
    let none: [UInt8] = [0, 0, 0, 0]
    let stored = none + one + none + minus + none
    let place = try #require(
      (0..<bytes.count - 20).first { Array(bytes[$0..<($0 + 20)]) == stored }, "no matrix in the file")
    for (a, b, c, d) in [
      (1, 0, 0, 1), (-1, 0, 0, 1), (1, 0, 0, -1), (-1, 0, 0, -1), (0, 1, 1, 0), (0, 1, -1, 0), (0, -1, 1, 0),
      (0, -1, -1, 0),
    ] {
      func word(_ value: Int) -> [UInt8] { value == 0 ? none : value > 0 ? one : minus }
      var patched = bytes
      patched.replaceSubrange(place..<(place + 20), with: word(a) + word(b) + none + word(c) + word(d))
      try write(patched, to: folder.path + "/turned.mp4")
      let image = try VideoReader(path: folder.path + "/turned.mp4").frame(at: 2)
      for (p, q, expected) in [(-24, 0, "red"), (24, 0, "green"), (-24, 21, "blue"), (24, 21, "white")] {
        let x = 0.5 + (Double(a * p + c * q)) / Double(image.width)
        let y = 0.5 + (Double(b * p + d * q)) / Double(image.height)
        #expect(name(of: colour(image, x, y)) == expected, "matrix \(a) \(b) \(c) \(d)")
      }
    }
    var patched = bytes
    patched.replaceSubrange(place..<(place + 20), with: one + one + none + minus + one)
    try write(patched, to: folder.path + "/turned.mp4")
    let askew = try VideoReader(path: folder.path + "/turned.mp4")
    #expect(askew.notices.contains { $0.contains("no multiple of 90") })
  }

  @Test func timesComeFromTimestamps() throws {
    let variable = try VideoReader(path: fixture("vfr.mkv"))
    for number in 0..<variable.frameCount {
      #expect(abs(variable.time(of: number) - Double(40 * number + 10 * (number % 3)) / 1000) < 1e-9)
    }
    let offset = try VideoReader(path: fixture("offset.ts"))
    #expect(offset.time(of: 0) == 0)
    #expect(abs(offset.time(of: 10) - 0.4) < 1e-9)
    #expect(offset.info.firstFrameTime > 900)
    #expect(shownNumber(try offset.frame(at: offset.nearest(to: 0.41))) == 10)
  }

  @Test func rangeAndMatrixAreFollowed() throws {
    for name in ["fullrange.mp4", "mjpeg.avi", "tenbit.mkv", "ntsc.mp4", "animated.gif"] {
      let image = try VideoReader(path: fixture(name)).frame(at: 0)
      for (place, expected) in [
        ((0.25, 0.5), [20, 20, 230]), ((0.75, 0.5), [20, 200, 20]), ((0.25, 0.83), [230, 20, 20]),
        ((0.75, 0.83), [235, 235, 235]), ((0.5, 0.15), [10, 10, 10]),
      ] {
        let found = colour(image, place.0, place.1)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 12 }, "\(name) \(place): \(found), \(expected)")
      }
    }
  }

  @Test func inspectionSaysWhatTheFileHolds() throws {
    let info = try VideoReader(path: fixture("ntsc.mp4")).info
    let text = info.describe
    for part in ["QuickTime", "h264", "96 x 64", "yuv420p", "30000/1001", "frames: 60", "key frames: 5", "1/30000"] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
    #expect(try VideoReader(path: fixture("rotated90.mp4")).info.describe.contains("turned by 90 degrees clockwise"))
  }
}

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
      let image = try reader.frame(number)
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
    let ascending = try VideoReader(path: path, threads: 1)
    let expected = try (0..<ascending.frameCount).map { checksum(try ascending.frame($0)) }
    let jumping = try VideoReader(path: path, threads: 3)
    var state: UInt64 = 99
    for step in 0..<60 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let number = Int(state >> 33) % jumping.frameCount
      #expect(checksum(try jumping.frame(number)) == expected[number], "step \(step), frame \(number)")
    }
    for number in (0..<jumping.frameCount).reversed() {
      #expect(checksum(try jumping.frame(number)) == expected[number], "backwards, frame \(number)")
    }
  }

  @Test(arguments: [(90, "blue", "red"), (180, "white", "blue"), (270, "green", "white")])
  func rotationIsApplied(degrees: Int, upperLeft: String, upperRight: String) throws {
    let reader = try VideoReader(path: fixture("rotated\(degrees).mp4"))
    let image = try reader.frame(3)
    let isSideways = degrees != 180
    #expect(image.size == ImageSize(width: isSideways ? 64 : 96, height: isSideways ? 96 : 64))
    #expect(reader.info.width == image.width && reader.info.orientation != .upright)
    // The stored picture's number cells turn away from the top: look at the colour quarters.
    let back: Orientation = degrees == 90 ? .rotated270 : degrees == 180 ? .rotated180 : .rotated90
    let stored = image.applying(back)
    #expect(shownNumber(stored) == 3)
    #expect(name(of: colour(stored, 0.25, 0.5)) == "red")
    let (left, right) = degrees == 90 ? (0.25, 0.9) : (0.25, 0.75)
    let row = degrees == 90 ? 0.25 : degrees == 180 ? 0.17 : 0.25
    let column = degrees == 270 ? 0.17 + 0.3 : left
    #expect(name(of: colour(image, degrees == 90 ? 0.17 : column, row)) == upperLeft)
    #expect(name(of: colour(image, degrees == 90 ? 0.5 : degrees == 270 ? 0.83 : right, row)) == upperRight)
  }

  @Test func timesComeFromTimestamps() throws {
    let variable = try VideoReader(path: fixture("vfr.mkv"))
    for number in 0..<variable.frameCount {
      #expect(abs(variable.time(ofFrame: number) - Double(40 * number + 10 * (number % 3)) / 1000) < 1e-9)
    }
    let offset = try VideoReader(path: fixture("offset.ts"))
    #expect(offset.time(ofFrame: 0) == 0)
    #expect(abs(offset.time(ofFrame: 10) - 0.4) < 1e-9)
    #expect(offset.info.firstFrameTime > 900)
    #expect(shownNumber(try offset.frame(atTime: 0.41)) == 10)
  }

  @Test func rangeAndMatrixAreFollowed() throws {
    for name in ["fullrange.mp4", "mjpeg.avi", "tenbit.mkv", "ntsc.mp4", "animated.gif"] {
      let image = try VideoReader(path: fixture(name)).frame(0)
      for (place, expected) in [
        ((0.25, 0.5), [20, 20, 230]), ((0.75, 0.5), [20, 200, 20]), ((0.25, 0.83), [230, 20, 20]),
        ((0.75, 0.83), [235, 235, 235]), ((0.5, 0.15), [10, 10, 10]),
      ] {
        let found = colour(image, place.0, place.1)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 8 }, "\(name) \(place): \(found), \(expected)")
      }
    }
  }

  @Test func inspectionSaysWhatTheFileHolds() throws {
    let info = try VideoReader(path: fixture("ntsc.mp4")).info
    let text = info.describe
    for part in ["QuickTime", "h264", "96 x 64", "yuv420p", "30000/1001", "frames: 60", "key frames: 5", "1/30000"] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
    #expect(try VideoReader(path: fixture("rotated90.mp4")).info.describe.contains("rotated90"))
  }
}

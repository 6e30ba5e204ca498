import Files
import Geometry
import Imaging
import TestSupport
import Testing
import Video

/// A stream whose frames and times are given: each image has its number in its first byte.
private final class MadeUpStream: FrameStream {
  let name = "made up"
  let framesPerSecond: Double
  private var coming: [(time: Double, size: ImageSize)]
  private var number = -1
  private let failure: VideoError?
  private(set) var conversions = 0
  private(set) var size: ImageSize?

  init(_ times: [(Double, ImageSize)], framesPerSecond: Double, failure: VideoError? = nil) {
    coming = times.map { (time: $0.0, size: $0.1) }
    self.framesPerSecond = framesPerSecond
    self.failure = failure
  }

  func advance() throws(VideoError) -> Double? {
    if coming.isEmpty {
      if let failure { throw failure }
      return nil
    }
    let next = coming.removeFirst()
    number += 1
    size = next.size
    return next.time
  }

  func image() throws(VideoError) -> Image {
    conversions += 1
    let size = size ?? ImageSize(width: 1, height: 1)
    return Image(
      size: size, order: .bgr, pixels: [UInt8](repeating: UInt8(number), count: size.width * size.height * 3))
  }
}

private let small = ImageSize(width: 4, height: 2)
private let large = ImageSize(width: 8, height: 4)

@Suite struct LiveFramesTests {
  private func frames(_ stream: MadeUpStream, rate: Double) throws -> LiveFrames {
    let first = try #require(try stream.advance())
    return LiveFrames(stream, firstTime: first, framesPerSecond: rate)
  }

  private func numbers(_ frames: LiveFrames, _ indices: some Sequence<Int>) throws -> [Int] {
    try indices.map { Int(try frames.frame(at: $0).pixels[0]) }
  }

  /// By hand: at 10 a second, frames 0 to 4 at 30 a second are nearest to 0, 0, 1, 1, 1; times begin anywhere.
  @Test func slowStreamsRepeatFrames() throws {
    let stream = MadeUpStream((0..<4).map { (7 + Double($0) / 10, small) }, framesPerSecond: 10)
    let seen = try frames(stream, rate: 30)
    #expect(try numbers(seen, 0..<8) == [0, 0, 1, 1, 1, 2, 2, 2])
    #expect(seen.frameCount > 1_000_000 && seen.ending == nil)
    #expect(try numbers(seen, 8..<14) == [3, 3, 3, 3, 3, 3])
    // 0.4 s make twelve frames, for the last one lasts as long as the others; beyond them it stays.
    #expect(seen.frameCount == 12)
    if case .endOfStream = seen.ending {} else { Issue.record("\(String(describing: seen.ending))") }
  }

  /// Frames that nobody asks for are not converted.
  @Test func convertsWhatIsAskedFor() throws {
    let stream = MadeUpStream((0..<60).map { (Double($0) / 60, small) }, framesPerSecond: 60)
    let seen = try frames(stream, rate: 30)
    #expect(try numbers(seen, [0, 2, 4, 6]) == [0, 4, 8, 12])
    #expect(stream.conversions == 4)
    seen.read(through: 20)
    #expect(stream.conversions == 4)
  }

  /// Independent formulation: a video of a constant rate shows the frames that a survey finds.
  @Test(arguments: ["slow.mp4", "bframes.mp4", "ntsc.mp4", "raw.h264", "offset.ts"])
  func asTheSurveyedVideo(_ name: String) throws {
    for rate in [30, 12.5, 60] {
      let video = try VideoFrames(path: fixture(name), framesPerSecond: rate)
      let stream = try LiveStream(.file(fixture(name)), stall: 10, watch: StreamWatch())
      let live = LiveFrames(stream, firstTime: try #require(try stream.advance()), framesPerSecond: rate)
      for index in 0..<video.frameCount {
        #expect(
          checksum(try live.frame(at: index)) == checksum(try video.frame(at: index)), "\(name), \(rate), \(index)")
      }
      #expect(live.read(through: video.frameCount + 60) == false)
      #expect(live.frameCount == video.frameCount, "\(name), \(rate)")
    }
  }

  @Test func anotherSizeEndsAStretchAndBeginsTheNext() throws {
    let times = (0..<6).map { (Double($0) / 30, $0 < 3 ? small : large) }
    let stream = MadeUpStream(times, framesPerSecond: 30)
    let seen = try frames(stream, rate: 30)
    #expect(try numbers(seen, [0, 1, 2, 3, 9]) == [0, 1, 2, 2, 2])
    #expect(seen.frameCount == 3 && seen.size == small)
    guard case .otherSize(let time) = seen.ending else {
      Issue.record("\(String(describing: seen.ending))")
      return
    }
    let next = LiveFrames(stream, firstTime: time, framesPerSecond: 30)
    #expect(next.size == large)
    #expect(try numbers(next, 0..<4) == [3, 4, 5, 5])
  }

  /// A frame that was passed over cannot be had any more once the stream has gone on.
  @Test func whatWasNeverConvertedIsGone() throws {
    let stream = MadeUpStream([(0, small), (1.0 / 30, large)], framesPerSecond: 30)
    let seen = try frames(stream, rate: 30)
    seen.read(through: 5)
    #expect(errorText { _ = try seen.frame(at: 0) }.contains("gone on to frames of another size"))
  }

  @Test(arguments: [(-3.0, true), (-0.2, false), (9.9, false), (10.5, true)])
  func jumpsOfTheClock(step: Double, isJump: Bool) throws {
    let stream = MadeUpStream([(20, small), (20 + step, small), (20 + step + 0.1, small)], framesPerSecond: 10)
    let seen = try frames(stream, rate: 10)
    seen.read(through: 1000)
    if case .jump(let time) = seen.ending {
      #expect(isJump && time == 20 + step)
    } else {
      #expect(!isJump, "\(String(describing: seen.ending))")
    }
  }

  @Test func failuresComeAfterTheFramesBefore() throws {
    let broken = VideoError(doing: "reading a stream", path: "x", reason: "gone")
    let stream = MadeUpStream([(0, small), (0.1, small)], framesPerSecond: 10, failure: broken)
    let seen = try frames(stream, rate: 10)
    #expect(try numbers(seen, [0, 1, 2]) == [0, 1, 1])
    guard case .failure(let error) = seen.ending else {
      Issue.record("\(String(describing: seen.ending))")
      return
    }
    #expect(error == broken && seen.frameCount == 2)
  }

  @Test func paceArrivalsAndTheWantedImage() throws {
    let stream = MadeUpStream((0..<5).map { (3 + Double($0), small) }, framesPerSecond: 1)
    let first = try #require(try stream.advance())
    var paced: [Double] = []
    var clock = 100.0
    let seen = LiveFrames(stream, firstTime: first, framesPerSecond: 1) {
      paced.append($0)
    } now: {
      clock += 1
      return clock
    }
    seen.wanted = 2
    #expect(try numbers(seen, [1, 2, 3]) == [1, 2, 3])
    #expect(seen.wantedImage?.pixels[0] == 2)
    #expect(paced == [0, 1, 2, 3] && seen.readTime == 3)
    #expect((0..<5).map { seen.arrival(of: $0) } == [101, 102, 103, 104, nil])
  }
}

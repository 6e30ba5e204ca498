import Clips
import Geometry
import Imaging
import Testing

/// A source whose frames appear at given times.
private final class TimedFrames: FrameSource {
  let times: [Double]
  let duration: Double
  let statedClock: StatedClock?

  /// - Parameter rate: By the header; nil for none.
  init(_ times: [Double], rate: Double? = nil) {
    self.times = times
    duration = times.last! + 1.0 / 30
    statedClock = rate.map {
      StatedClock(framesPerSecond: $0, frameCount: nil, ticks: nil, tick: (1, 1000), firstTick: 0)
    }
  }

  /// - Parameter unit: What times are rounded to, as some containers do.
  convenience init(_ count: Int, rate: Double, unit: Double = 0) {
    let times = (0..<count).map { unit == 0 ? Double($0) / rate : (Double($0) / rate / unit).rounded() * unit }
    self.init(times, rate: rate)
  }

  var name: String { "timed" }
  var size: ImageSize { ImageSize(width: 8, height: 8) }
  var frameCount: Int { times.count }
  var framesPerSecond: Double { times.count > 1 ? Double(times.count - 1) / (times.last! - times[0]) : 30 }
  func time(of index: Int) -> Double { times[index] }
  func nearest(to seconds: Double) -> Int {
    times.indices.min { abs(times[$0] - seconds) < abs(times[$1] - seconds) }!
  }
  func frame(at index: Int) throws -> Image { Image(size: size, order: .bgr, pixels: []) }
}

/// Clips that begin at a frame of their own.
@Suite struct OnwardClipsTests {
  private func clips(_ frames: Int, _ rate: Int) -> UniformClips {
    UniformClips(frames: frames, rate: rate, targetRate: 30, reachesEnd: false, decoder: .torchvision)
  }

  /// From the first frame they are those of the test of videos as a whole, at every steady rate.
  @Test(arguments: [10, 15, 24, 25, 30000.0 / 1001, 30, 50, 60]) func firstClipIsTheTests(rate: Double) {
    let source = TimedFrames(400, rate: rate)
    for clips in [clips(8, 8), clips(32, 2), clips(16, 5)] {
      let found = clips.indices(from: 0, in: source)
      #expect(found == clips.indices(part: 0, of: 3, in: source))
      #expect(clips.indices(from: 100, in: source) == found.map { $0 + 100 })
    }
  }

  /// Milliseconds of some containers do not move a frame.
  @Test(arguments: [25.0, 30, 60]) func roundedTimesAreSteady(rate: Double) {
    let (rounded, exact) = (TimedFrames(300, rate: rate, unit: 0.001), TimedFrames(300, rate: rate))
    for clips in [clips(8, 8), clips(32, 2)] {
      #expect(clips.indices(from: 7, in: rounded) == clips.indices(from: 7, in: exact))
    }
  }

  /// Where frames come irregularly, those are taken that are seen at the times of 30 frames a second.
  @Test func irregularFramesGoByTheirTimes() {
    // A video of 30 frames a second without every third frame, from its fifth second on without any for two.
    let numbers = (0..<150).filter { $0 % 3 != 2 } + Array(210..<240)
    let source = TimedFrames(numbers.map { Double($0) / 30 })
    let found = clips(8, 8).indices(from: 0, in: source).map { numbers[$0] }
    // The frames 0, 9, 18 ... of the whole video; of those that are missing the nearest, the earlier first.
    #expect(found == [0, 9, 18, 27, 36, 45, 54, 63])
    #expect(clips(8, 4).indices(from: 1, in: source).map { numbers[$0] } == [1, 4, 9, 13, 18, 22, 27, 31])
    // In the hole the frame before it is seen, not the one after.
    let place = numbers.firstIndex(of: 145)!
    #expect(clips(4, 16).indices(from: place, in: source).map { numbers[$0] } == [145, 148, 148, 148])
  }

  @Test func theLastFrameIsRepeated() {
    #expect(clips(8, 8).indices(from: 20, in: TimedFrames(40, rate: 30)) == [20, 29, 38, 39, 39, 39, 39, 39])
    #expect(clips(8, 8).indices(from: 0, in: TimedFrames([0])) == Array(repeating: 0, count: 8))
  }

  /// The window hands them on; a still one has its middle frame over and over.
  @Test func windows() {
    let source = TimedFrames(300, rate: 30)
    let view = View(shortSide: 8, position: .onward)
    let window = ClipWindow(frames: 8, rate: 8, parts: clips(8, 8))
    #expect(window.indices(of: view, around: 50, in: source) == [50, 59, 68, 77, 86, 95, 104, 113])
    let still = ClipWindow(frames: 8, rate: 8, isStill: true, parts: clips(8, 8))
    #expect(still.indices(of: view, around: 50, in: source) == Array(repeating: 86, count: 8))
    let strided = ClipWindow(frames: 8, rate: 8)
    #expect(strided.indices(of: view, around: 50, in: source)[0] == 50)
  }
}

import Classify
import Clips
import Geometry
import Imaging
import Testing

/// A source of a steady rate whose frames nobody decodes.
private final class SteadyFrames: FrameSource {
  let frameCount: Int
  let framesPerSecond: Double

  init(_ count: Int, _ rate: Double) { (frameCount, framesPerSecond) = (count, rate) }

  var name: String { "steady" }
  var size: ImageSize { ImageSize(width: 8, height: 8) }
  func frame(at index: Int) throws -> Image { Image(size: size, order: .bgr, pixels: []) }
}

/// Frames that appear at given times, the last one for a given time.
private final class TimedFrames: FrameSource {
  let times: [Double]
  let duration: Double

  init(_ times: [Double], last: Double = 0.033) { (self.times, duration) = (times, times.last! + last) }

  var name: String { "timed" }
  var size: ImageSize { ImageSize(width: 8, height: 8) }
  var frameCount: Int { times.count }
  var framesPerSecond: Double { Double(times.count) / duration }
  func time(of index: Int) -> Double { times[index] }
  func nearest(to seconds: Double) -> Int {
    times.indices.min { abs(times[$0] - seconds) < abs(times[$1] - seconds) }!
  }
  func frame(at index: Int) throws -> Image { Image(size: size, order: .bgr, pixels: []) }
}

/// Where windows lie in a video.
@Suite struct WindowLayoutTests {
  private let clips = UniformClips(frames: 8, rate: 8, targetRate: 30, reachesEnd: false, decoder: .torchvision)

  private func layout(_ frames: Int, _ rate: Double, every: Double? = nil) -> WindowLayout? {
    WindowLayout(SteadyFrames(frames, rate), clips, every: every ?? clips.seconds)
  }

  private func places(_ frames: Int, _ rate: Double, every: Double? = nil) -> [Int] {
    layout(frames, rate, every: every)?.windows.map(\.frame) ?? []
  }

  /// They follow one another, whatever the video's rate; the last one is moved so that it ends with the video.
  @Test func windowsFollowOneAnother() {
    #expect(places(256, 30) == [0, 64, 128, 192])
    #expect(places(300, 30) == [0, 64, 128, 192, 236])
    #expect(places(128, 15) == [0, 32, 64, 96])
    #expect(places(250, 25) == [0, 53, 107, 160, 197])
    #expect(places(512, 60) == [0, 128, 256, 384])
    #expect(layout(256, 30)?.windows[1].begin == 64.0 / 30)
  }

  @Test func windowsAtOtherDistances() {
    #expect(places(150, 30, every: 1) == [0, 30, 60, 86])
    // Between windows that are far apart nothing is looked at.
    #expect(places(570, 30, every: 10) == [0, 300])
    #expect(places(640, 30, every: 10) == [0, 300, 576])
    #expect(places(70, 30, every: 1.0 / 30) == [0, 1, 2, 3, 4, 5, 6])
    // At fifteen frames a second every other window would be the same.
    #expect(places(36, 15, every: 1.0 / 30) == [0, 1, 2, 3, 4])
  }

  /// The begins of windows, rounded to milliseconds, and the numbers of the frames of each.
  private func seen(_ source: TimedFrames, every: Double? = nil) throws -> (begins: [Int], frames: [[Int]]) {
    let layout = try #require(WindowLayout(source, clips, every: every ?? clips.seconds))
    return (
      layout.windows.map { Int(($0.begin * 1000).rounded()) },
      layout.windows.map { clips.indices(from: $0.frame, at: $0.begin, in: source) }
    )
  }

  /// Two bursts of a second, five seconds apart: windows lie on the clock, the last one ends with the video, and both
  /// bursts are seen.
  @Test func pauses() throws {
    let burst: [Double] = (0..<30).map { Double($0) * 0.033 }
    let source = TimedFrames(burst + burst.map { $0 + 6 })
    let (begins, frames) = try seen(source)
    try #require(begins == [0, 2133, 4267, 4857])
    // Frames 0, 9, 18, ... of thirty a second.
    #expect(frames[0] == [0, 9, 18, 27, 29, 29, 29, 29])
    #expect(frames[1] == Array(repeating: 29, count: 8))
    // 4.857 s and 36, 45, 54, 63 frames later: 6.057, 6.357, 6.657 and 6.957 s.
    #expect(frames[3] == [29, 29, 29, 29, 32, 41, 50, 59])
    let dense = try seen(source, every: 0.2)
    let begins200: [Int] = (0...24).map { $0 * 200 }
    #expect(dense.begins == begins200 + [4857])
    let all: Set<Int> = dense.frames.reduce(into: []) { $0.formUnion($1) }
    #expect(all.count > 20 && all.count { $0 >= 30 } > 8)
  }

  /// A picture that stays for long has windows of its own: every second of the video is in one.
  @Test func stills() throws {
    let (begins, frames) = try seen(TimedFrames([0, 20], last: 20), every: 2)
    let onTheClock: [Int] = (0...18).map { $0 * 2000 }
    try #require(begins == onTheClock + [37867])
    #expect(frames[0] == Array(repeating: 0, count: 8) && frames[19] == Array(repeating: 1, count: 8))
    #expect(frames[9] == [0, 0, 0, 0, 0, 0, 0, 1])
    // A frame a second is a still for so long that counting frames would pass one over.
    let slow = try seen(TimedFrames((0..<20).map(Double.init), last: 1))
    let all: Set<Int> = slow.frames.reduce(into: []) { $0.formUnion($1) }
    #expect(all == Set(0..<20) && slow.begins.last == 17867)
    // The average rate alone makes no video a steady one: the frame at half a second counts.
    let screen = try seen(TimedFrames([0, 0.5, 7, 7.2, 15, 15.5], last: 0.5))
    #expect(screen.frames[0] == [0, 0, 1, 1, 1, 1, 1, 1])
    #expect(screen.begins.last == 13867)
  }

  /// A video that is shorter than a window has one, from its first frame on.
  @Test(arguments: [1, 2, 31, 63]) func shortVideos(frames: Int) {
    #expect(places(frames, 30) == [0] && layout(frames, 30)?.isLonger == true)
    #expect(layout(64, 30)?.isLonger == false && places(64, 30) == [0])
  }

  /// A clock that is damaged does not take the memory of millions of windows.
  @Test func tooMany() {
    #expect(layout(30_000_000, 1) == nil)
    #expect(places(10, 0.000_001, every: 1) == [])
  }
}

import Classify
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

/// Where windows lie in a video.
@Suite struct WindowLayoutTests {
  private func layout(_ frames: Int, _ rate: Double, every: Double? = nil) -> WindowLayout? {
    let length = 64.0 / 30
    return WindowLayout(SteadyFrames(frames, rate), length: length, every: every ?? length, tolerance: 1.0 / 60)
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

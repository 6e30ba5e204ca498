import Clips
import Geometry
import Imaging
import Testing

/// A source of a clock, whose frames nobody decodes.
private final class ClockedFrames: FrameSource {
  let frameCount: Int
  let framesPerSecond: Double
  let statedClock: StatedClock?

  init(_ count: Int, _ rate: Double, stated: Bool) {
    (frameCount, framesPerSecond) = (count, rate)
    statedClock = StatedClock(
      framesPerSecond: rate, frameCount: stated ? count : nil, ticks: stated ? count * 1000 : nil,
      tick: (1, Int(rate) * 1000), firstTick: 0)
  }

  var name: String { "clocked" }
  var size: ImageSize { ImageSize(width: 8, height: 8) }
  func frame(at index: Int) throws -> Image { Image(size: size, order: .bgr, pixels: []) }
}

@Suite struct UniformClipsTests {
  private func clips(_ frames: Int, _ rate: Int, end: Bool = false, _ decoder: UniformClips.Decoder = .torchvision)
    -> UniformClips
  {
    UniformClips(frames: frames, rate: rate, targetRate: 30, reachesEnd: end, decoder: decoder)
  }

  /// Spread from the first to the last frame of the span, not at multiples of the rate; as the reference's.
  @Test func placesAtThirtyFramesASecond() {
    let source = ClockedFrames(300, 30, stated: false)
    #expect(clips(8, 8).indices(part: 0, of: 10, in: source) == [0, 9, 18, 27, 36, 45, 54, 63])
    #expect(clips(4, 16).indices(part: 0, of: 1, in: source) == [0, 21, 42, 63])
    #expect(clips(13, 6).indices(part: 0, of: 1, in: source) == [0, 6, 12, 19, 25, 32, 38, 44, 51, 57, 64, 70, 77])
    // 236 frames are left over: clip 9 of 10 begins at 212.4 of them, and at 234 where it is to reach the end.
    #expect(clips(8, 8).indices(part: 9, of: 10, in: source)[0] == 212)
    #expect(clips(8, 8, end: true).indices(part: 9, of: 10, in: source)[0] == 234)
    #expect(clips(8, 8, end: true).indices(part: 0, of: 1, in: source)[0] == 118)
  }

  /// Training's clips begin anywhere from the beginning to where the video has just all of them.
  @Test(arguments: [false, true]) func aRandomPlace(isStated: Bool) {
    let source = ClockedFrames(300, 30, stated: isStated)
    let clips = clips(8, 8)
    #expect(clips.indices(at: 0, in: source) == clips.indices(part: 0, of: 10, in: source))
    #expect(clips.indices(at: 0.9, in: source) == clips.indices(part: 9, of: 10, in: source))
    #expect(clips.indices(at: 1, in: source) == [236, 245, 254, 263, 272, 281, 290, 299])
  }

  /// A clip lasts as long at another rate; one that is longer than the video repeats its last frame.
  @Test func otherRatesAndShortVideos() {
    #expect(
      clips(8, 8).indices(part: 0, of: 1, in: ClockedFrames(300, 15, stated: false)) == [0, 4, 8, 13, 17, 22, 26, 31])
    #expect(
      clips(8, 8).indices(part: 2, of: 3, in: ClockedFrames(20, 30, stated: false)) == [0, 9, 18, 19, 19, 19, 19, 19])
  }

  /// Where the header states a length, the clip's frames are counted from the first one in its range.
  @Test func rangesByTheHeader() {
    let source = ClockedFrames(300, 30, stated: true)
    #expect(clips(8, 8).indices(part: 9, of: 10, in: source)[0] == 213)
    #expect(clips(8, 8, .pyav).indices(part: 0, of: 10, in: source) == [0, 9, 18, 27, 36, 45, 54, 56])
  }
}

import Clips
import Geometry
import Imaging
import Testing

/// A source of which only the number of frames counts.
private final class Frames: FrameSource {
  let name = "frames"
  let size = ImageSize(width: 2, height: 2)
  let framesPerSecond = 30.0
  let frameCount: Int

  init(_ count: Int) { frameCount = count }

  func frame(at index: Int) throws -> Image {
    Image(size: size, order: .bgr, pixels: [UInt8](repeating: 0, count: 12))
  }
}

@Suite struct ClipSamplingTests {
  /// By hand: 68 frames, clips of 63; a clip can begin at 0, 2.5 (to the even 2) and 5.
  @Test func stridedClipsSpreadOverTheVideo() {
    let clips = StridedClips(frames: 32, rate: 2)
    let starts = (0..<3).map { clips.indices(part: $0, of: 3, in: Frames(68)).first }
    #expect(starts == [0, 2, 5])
    #expect(clips.indices(part: 2, of: 3, in: Frames(68)).last == 67)
    #expect(clips.indices(part: 0, of: 1, in: Frames(73)).first == 5)
  }

  @Test func stridedClipsRepeatTheLastFrame() {
    #expect(StridedClips(frames: 4, rate: 2).indices(part: 1, of: 2, in: Frames(5)) == [0, 2, 4, 4])
    #expect(StridedClips(frames: 3, rate: 1).indices(part: 0, of: 1, in: Frames(1)) == [0, 0, 0])
  }

  /// By hand: 33 frames for 64 are segments of half a frame, with bounds 0, 0, 1, 2, 2, 2, 3.
  @Test func segmentsRoundHalvesToEven() {
    let found = SegmentClips(frames: 64).indices(part: 0, of: 1, in: Frames(33))
    #expect(found.prefix(6) == [0, 0, 1, 2, 2, 2] && found.last == 32)
    #expect(SegmentClips(frames: 4).indices(part: 0, of: 1, in: Frames(1)) == [0, 0, 0, 0])
    // A clip does not depend on its place.
    #expect(
      SegmentClips(frames: 8).indices(part: 2, of: 3, in: Frames(50))
        == SegmentClips(frames: 8).indices(part: 0, of: 1, in: Frames(50)))
  }

  /// Windows of different rules are different, of equal ones equal.
  @Test func windowsKnowTheirRules() {
    func window(_ rule: (any ClipSampling)?) -> ClipWindow { ClipWindow(frames: 4, rate: 2, parts: rule) }
    #expect(window(StridedClips(frames: 4, rate: 2)) == window(StridedClips(frames: 4, rate: 2)))
    #expect(window(StridedClips(frames: 4, rate: 2)) != window(SegmentClips(frames: 4)))
    #expect(window(nil) != window(SegmentClips(frames: 4)))
    #expect(Set([window(nil), window(SegmentClips(frames: 4)), window(SegmentClips(frames: 4))]).count == 2)
  }
}

import Augmentation
import Geometry
import Imaging
import TestSupport
import Testing

@Suite struct ColourTests {
  private func clip(_ pixels: [Float], _ order: ChannelOrder = .bgr) -> Clip<FloatImage> {
    Clip(frames: [FloatImage(size: ImageSize(width: pixels.count / 3, height: 1), order: order, pixels: pixels)])
  }

  private func greys(_ frame: FloatImage) -> [Float] {
    stride(from: 0, to: frame.pixels.count, by: 3).map {
      0.114 * frame.pixels[$0] + 0.587 * frame.pixels[$0 + 1] + 0.299 * frame.pixels[$0 + 2]
    }
  }

  @Test("An alpha of 1 changes nothing", arguments: ColourJitter.Change.allCases)
  func nothing(change: ColourJitter.Change) {
    let start = drawnClip(width: 5, height: 4, seed: 1)
    var (clip, draws) = (start, FixedDraws(place: 0.5))
    change.apply(0.4, to: &clip, &draws)
    #expect(difference(clip.frames[1].pixels, start.frames[1].pixels, .rounding) == nil)
  }

  @Test("By hand, alpha 1.5")
  func byHand() {
    let pixels: [Float] = [0.2, 0.4, 0.6, 0, 0, 0]
    func changed(_ change: ColourJitter.Change) -> [Float] {
      var (clip, draws) = (clip(pixels), FixedDraws(place: 1))
      change.apply(0.5, to: &clip, &draws)
      return clip.frames[0].pixels
    }
    #expect(difference(changed(.brightness), [0.3, 0.6, 0.9, 0, 0, 0], .rounding) == nil)
    // Grey 0.0228 + 0.2348 + 0.1794 = 0.437; its mean over both pixels 0.2185.
    let flat: [Float] = [0.3 - 0.10925, 0.6 - 0.10925, 0.9 - 0.10925, -0.10925, -0.10925, -0.10925]
    #expect(difference(changed(.contrast), flat, .rounding) == nil)
    #expect(difference(changed(.saturation), [0.3 - 0.2185, 0.6 - 0.2185, 0.9 - 0.2185, 0, 0, 0], .rounding) == nil)
  }

  @Test("Contrast keeps each frame's mean grey, saturation each pixel's grey")
  func kept() {
    let start = drawnClip(3, width: 9, height: 7, seed: 2)
    for place in [0.0, 0.9] {
      var (clip, draws) = (start, FixedDraws(place: place))
      ColourJitter.Change.contrast.apply(0.4, to: &clip, &draws)
      for (a, b) in zip(clip.frames, start.frames) {
        #expect(abs(greys(a).reduce(0, +) - greys(b).reduce(0, +)) < 1e-4)
      }
      clip = start
      ColourJitter.Change.saturation.apply(0.4, to: &clip, &draws)
      for (a, b) in zip(clip.frames, start.frames) { #expect(difference(greys(a), greys(b), .rounding) == nil) }
    }
  }

  @Test("The order of the channels does not matter to the colours")
  func orders() {
    let start = drawnClip(width: 6, height: 5, seed: 3)
    var (bgr, rgb) = (start, Clip(frames: start.frames.map(\.turned)))
    var (a, b) = (SeededDraws(seed: 1, epoch: 0, index: 0), SeededDraws(seed: 1, epoch: 0, index: 0))
    ColourJitter().apply(to: &bgr, &a)
    PCALighting().apply(to: &bgr, &a)
    ColourJitter().apply(to: &rgb, &b)
    PCALighting().apply(to: &rgb, &b)
    #expect(difference(bgr.frames[1].pixels, rgb.frames[1].turned.pixels, .rounding) == nil)
    #expect(difference(bgr.frames[1].pixels, start.frames[1].pixels, .rounding) != nil)
  }

  @Test func amountsOfZeroTakeNoDraw() {
    let start = drawnClip(width: 3, height: 3, seed: 4)
    var (clip, draws) = (start, FixedDraws(place: 0.9))
    ColourJitter(brightness: 0, contrast: 0, saturation: 0).apply(to: &clip, &draws)
    PCALighting(deviation: 0).apply(to: &clip, &draws)
    #expect(clip.frames[0].pixels == start.frames[0].pixels && draws.count == 0)
    ColourJitter(brightness: 0, contrast: 0.2, saturation: 0).apply(to: &clip, &draws)
    #expect(draws.count == 1)
  }

  @Test("By hand: alpha 1, 0, 0 adds the first column of the vectors times the first value")
  func lighting() {
    var clip = clip([0, 0, 0])
    var draws = RecordedDraws(normal: [1, 0, 0])
    PCALighting(deviation: 1, values: [0.5, 3, 3], vectors: [[0.1, 9, 9], [0.2, 9, 9], [0.4, 9, 9]])
      .apply(to: &clip, &draws)
    // Rows are red, green, blue, and the frame is BGR.
    #expect(difference(clip.frames[0].pixels, [0.2, 0.1, 0.05], .rounding) == nil)
  }

  @Test func normalisation() {
    var (clip, draws) = (clip([0.5, 0.5, 0.5, 1, 0, 0.25]), FixedDraws(place: 0))
    ColourNormalisation(mean: [0.5, 0.25, 0], std: [0.5, 0.25, 0.125]).apply(to: &clip, &draws)
    #expect(clip.frames[0].pixels == [0, 1, 4, 1, -1, 2] && draws.count == 0)
  }
}

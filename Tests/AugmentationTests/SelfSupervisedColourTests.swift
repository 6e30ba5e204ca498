import Augmentation
import Foundation
import Geometry
import Imaging
import Testing

@Suite struct SelfSupervisedColourTests {
  private func frame(_ pixels: [UInt8], width: Int) -> Image {
    Image(size: ImageSize(width: width, height: pixels.count / 3 / width), order: .rgb, pixels: pixels)
  }

  private func draws(_ index: Int = 0) -> SeededDraws { SeededDraws(seed: 2, epoch: 0, index: index) }

  private func applied(_ colour: SelfSupervisedColour, _ frames: [Image], _ index: Int = 0) -> [Image] {
    var clip = Clip(frames: frames)
    var draws = draws(index)
    colour.apply(to: &clip, &draws)
    return clip.frames
  }

  private func nothing() -> SelfSupervisedColour {
    SelfSupervisedColour(brightness: 0, contrast: 0, saturation: 0, hue: 0)
  }

  private let pixels: [UInt8] = [200, 40, 40, 40, 200, 40, 40, 40, 200, 90, 90, 90]

  @Test func nothingChangesNothing() {
    #expect(applied(nothing(), [frame(pixels, width: 2)])[0].pixels == pixels)
  }

  /// Factors lie around 1, and those of a clip's frames are one.
  @Test func brightness() {
    var colour = nothing()
    colour.brightness = 0.5
    var factors: Set<Int> = []
    for index in 0..<20 {
      let found = applied(colour, [frame(pixels, width: 2), frame(pixels, width: 2)], index)
      #expect(found[0].pixels == found[1].pixels)
      let factor = Double(found[0].pixels[9]) / 90
      #expect(0.48...1.52 ~= factor && abs(Double(found[0].pixels[1]) / 40 - factor) < 0.04)
      factors.insert(Int(found[0].pixels[9]))
    }
    #expect(factors.count > 10 && factors.contains { $0 < 90 } && factors.contains { $0 > 90 })
  }

  /// The mean grey is that of all frames.
  @Test func contrast() {
    var colour = nothing()
    colour.contrast = 1
    // Levels 0 and 100: half of the way to 50 from either side, twice as far, or anything between.
    let found = applied(colour, [frame([0, 0, 0], width: 1), frame([100, 100, 100], width: 1)])
    #expect(abs(Int(found[0].pixels[0]) + Int(found[1].pixels[0]) - 100) <= 1 && found[0].pixels[0] != 0)
  }

  @Test func greys() {
    var colour = nothing()
    colour.greyProbability = 1
    let found = applied(colour, [frame(pixels, width: 2)])[0].pixels
    // 0.299 of 200 and 0.701 of 40, and so on.
    #expect(found == [88, 88, 88, 134, 134, 134, 58, 58, 58, 90, 90, 90])
    colour.greyProbability = 0.25
    let count = (0..<400).count { applied(colour, [frame(pixels, width: 2)], $0)[0].pixels != pixels }
    #expect(70...130 ~= count, "\(count)")
  }

  /// A third of the circle is the next primary colour; greys have no hue.
  @Test func hues() {
    for (turn, wanted) in [
      (0.0, pixels), (1.0 / 3, [40, 200, 40, 40, 40, 200, 200, 40, 40, 90, 90, 90]),
      (-1.0 / 3, [40, 40, 200, 200, 40, 40, 40, 200, 40, 90, 90, 90]),
      (0.5, [40, 200, 200, 200, 40, 200, 200, 200, 40, 90, 90, 90]),
    ] {
      let found = stride(from: 0, to: 12, by: 3).flatMap { start -> [UInt8] in
        let (r, g, b) = SelfSupervisedColour.turnedHue(pixels[start], pixels[start + 1], pixels[start + 2], turn)
        return [r, g, b]
      }
      #expect(found == wanted, "\(turn)")
    }
    // Red becomes orange: green rises by 6 x 0.05 of the range.
    #expect(SelfSupervisedColour.turnedHue(200, 100, 100, 0.05) == (200, 130, 100))
    var colour = nothing()
    colour.hue = 0.5
    #expect(applied(colour, [frame(pixels, width: 2)])[0].pixels != pixels)
  }

  /// A Gaussian keeps a grey picture and the sum of a point, spreads it alike to all sides, and leaves frames apart.
  @Test func blurs() {
    var colour = nothing()
    colour.blurProbability = 1
    colour.blur = 1...1
    var point = [UInt8](repeating: 0, count: 9 * 9 * 3)
    for channel in 0..<3 { point[(4 * 9 + 4) * 3 + channel] = 255 }
    let flat = [UInt8](repeating: 70, count: 9 * 9 * 3)
    let found = applied(colour, [frame(point, width: 9), frame(flat, width: 9)])
    #expect(found[1].pixels == flat)
    let levels = stride(from: 0, to: found[0].pixels.count, by: 3).map { Int(found[0].pixels[$0]) }
    func level(_ x: Int, _ y: Int) -> Int { levels[(4 + y) * 9 + 4 + x] }
    // 255 / (2 pi), and e^(-1/2) of it a pixel away.
    #expect(abs(level(0, 0) - 41) <= 1 && abs(level(1, 0) - 25) <= 1 && abs(level(1, 1) - 15) <= 1)
    #expect(level(2, 0) == level(-2, 0) && level(0, 2) == level(2, 0) && level(1, 2) == level(2, 1))
    #expect(abs(levels.reduce(0, +) - 255) <= 20)
  }

  /// 8 of 10 clips change colour, and half are blurred.
  @Test func mocoV2() {
    let colour = SelfSupervisedColour(brightness: 0.4, contrast: 0, saturation: 0, hue: 0, isMoCoV2: true)
    #expect(colour.jitterProbability == 0.8 && colour.blurProbability == 0.5)
    let flat = [UInt8](repeating: 120, count: 27)
    let changed = (0..<400).count { applied(colour, [frame(flat, width: 3)], $0)[0].pixels != flat }
    #expect(280...340 ~= changed, "\(changed)")
  }
}

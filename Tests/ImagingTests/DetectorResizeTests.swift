import FrameSupport
import Geometry
import Imaging
import TestSupport
import Testing

/// What Pillow 13.0 gives.
private let pillowCases = [
  ResizeCase(360, 480, 800, 1067, 326_719_535, 40_838_976_108),
  ResizeCase(240, 426, 160, 284, 17_394_417, 2_173_248_481),
  ResizeCase(1080, 1920, 750, 1333, 382_717_054, 47_839_557_387),
  ResizeCase(97, 61, 97, 200, 7_419_062, 926_472_248),
  ResizeCase(300, 200, 111, 200, 8_501_799, 1_061_395_477),
  ResizeCase(7, 5, 3, 2, 2281, 19415),
  ResizeCase(1, 1, 5, 4, 3180, 95930),
]

private let pillowCubicCases = [
  ResizeCase(360, 480, 800, 1067, 326_691_144, 40_834_569_186),
  ResizeCase(240, 426, 160, 284, 17_394_262, 2_173_005_135),
  ResizeCase(1080, 1920, 256, 455, 44_586_901, 5_572_538_848),
  ResizeCase(97, 61, 97, 200, 7_419_171, 926_410_980),
  ResizeCase(300, 200, 111, 200, 8_501_530, 1_061_303_344),
  ResizeCase(7, 5, 3, 2, 2285, 19481),
  ResizeCase(1, 1, 5, 4, 3180, 95930),
]

@Suite struct PillowResizeTests {
  @Test(arguments: pillowCases.map { ($0, PillowFilter.linear) } + pillowCubicCases.map { ($0, .cubic) })
  func agreesWithPillow(resize: ResizeCase, filter: PillowFilter) {
    let result = resizeLikePillow(patterned(resize.from), to: resize.to, by: filter)
    #expect(result.size == resize.to && result.order == .bgr)
    #expect(result.pixels.reduce(0) { $0 + Int($1) } == resize.sum)
    let weighted = result.pixels.enumerated().reduce(0) { $0 + Int($1.element) * ($1.offset % 251) }
    #expect(weighted == resize.weighted)
  }

  private func grey(_ levels: [UInt8], width: Int) -> Image {
    Image(
      size: ImageSize(width: width, height: levels.count / width), order: .rgb, pixels: levels.flatMap { [$0, $0, $0] })
  }

  /// Halved, a pixel weighs three times as much near the middle of the result's pixel as at the end of the triangle.
  @Test func byHand() {
    let row = grey([0, 70, 140, 210], width: 4)
    let half = resizeLikePillow(row, to: ImageSize(width: 2, height: 1))
    #expect(half.pixels == [50, 50, 50, 160, 160, 160])
    let column = grey([0, 70, 140, 210], width: 1)
    #expect(resizeLikePillow(column, to: ImageSize(width: 1, height: 2)).pixels == half.pixels)
    let double = resizeLikePillow(grey([0, 100], width: 2), to: ImageSize(width: 4, height: 1))
    #expect(double.pixels.enumerated().filter { $0.offset % 3 == 0 }.map(\.element) == [0, 25, 75, 100])
  }

  /// An edge is overshot on both sides, as far as 8 bits go: what Pillow gives.
  @Test func cubicEdges() {
    let row = grey([0, 0, 255, 255, 0, 0], width: 6)
    func levels(_ width: Int) -> [UInt8] {
      let pixels = resizeLikePillow(row, to: ImageSize(width: width, height: 1), by: .cubic).pixels
      return stride(from: 0, to: pixels.count, by: 3).map { pixels[$0] }
    }
    #expect(levels(12) == [0, 0, 0, 52, 203, 255, 255, 203, 52, 0, 0, 0])
    #expect(levels(3) == [21, 216, 21])
  }

  /// Of mirrored pictures the results are mirrored, and pictures of one colour keep it.
  @Test func mirrors() {
    for (from, to) in [((9, 14), (5, 23)), ((31, 8), (7, 3))] {
      let image = patterned(ImageSize(width: from.0, height: from.1))
      let target = ImageSize(width: to.0, height: to.1)
      func turned(_ image: Image) -> Image {
        var result = image
        for pixel in 0..<image.width * image.height {
          for c in 0..<3 {
            result.pixels[(image.width * image.height - 1 - pixel) * 3 + c] = image.pixels[pixel * 3 + c]
          }
        }
        return result
      }
      #expect(
        difference(
          turned(resizeLikePillow(image, to: target)).pixels, resizeLikePillow(turned(image), to: target).pixels) == nil
      )
      let plain = Image(size: image.size, order: .rgb, pixels: image.pixels.indices.map { [7, 128, 255][$0 % 3] })
      let result = resizeLikePillow(plain, to: target).pixels
      #expect(result == result.indices.map { [7, 128, 255][$0 % 3] })
    }
  }

  @Test func aSideOfOnePixel() {
    let line = resizeLikePillow(patterned(ImageSize(width: 1000, height: 1)), to: ImageSize(width: 1, height: 3))
    #expect(line.size == ImageSize(width: 1, height: 3) && Set(line.pixels).count <= 3)
    let image = patterned(ImageSize(width: 5, height: 4))
    #expect(resizeLikePillow(image, to: image.size).pixels == image.pixels)
  }
}

/// What OpenCV 5.0 gives of numbers, by a factor: the size, the sum, the sum of each times its place modulo 251, the last.
struct FactorCase: Sendable {
  let from: ImageSize
  let factor: Double
  let to: ImageSize
  let sum: Double
  let weighted: Double
  let last: [Float]
}

private let factorCases = [
  FactorCase(
    from: ImageSize(width: 426, height: 240), factor: 260.0 / 240, to: ImageSize(width: 461, height: 260),
    sum: 45881486.17831147, weighted: 5734685816.564096, last: [102.346153, 131.423080, 76.115387, 129.115387]),
  FactorCase(
    from: ImageSize(width: 480, height: 360), factor: 800.0 / 360, to: ImageSize(width: 1067, height: 800),
    sum: 326687822.41626304, weighted: 40834337801.909, last: [137.849991, 29, 82, 135]),
  FactorCase(
    from: ImageSize(width: 161, height: 97), factor: 0.37, to: ImageSize(width: 60, height: 36), sum: 826784.2485532761,
    weighted: 102883476.2850585, last: [160.336929, 48.756756, 101.756760, 154.756760]),
  FactorCase(
    from: ImageSize(width: 4, height: 5), factor: 3.3, to: ImageSize(width: 13, height: 16), sum: 78950.2489566803,
    weighted: 9047834.269968987, last: [18.5, 166, 219, 16]),
  FactorCase(
    from: ImageSize(width: 1, height: 1), factor: 4, to: ImageSize(width: 4, height: 4), sum: 2544, weighted: 61480,
    last: [106, 0, 53, 106]),
]

@Suite struct FactorResizeTests {
  private func numbers(_ image: Image) -> FloatImage { FloatImage(image, dividedBy: 1) }

  @Test(arguments: factorCases) func agreesWithOpenCV(_ item: FactorCase) {
    let result = resizeLikeOpenCV(numbers(patterned(item.from)), scaledBy: item.factor)
    #expect(result.size == item.to && sizeLikeOpenCV(item.from, scaledBy: item.factor) == item.to)
    let sum = result.pixels.reduce(0.0) { $0 + Double($1) }
    let weighted = result.pixels.enumerated().reduce(0.0) { $0 + Double($1.element) * Double($1.offset % 251) }
    #expect(abs(sum - item.sum) < 1e-7 * item.sum && abs(weighted - item.weighted) < 1e-7 * item.weighted)
    #expect(difference(Array(result.pixels.suffix(4)), item.last, .absolute(1e-3)) == nil)
  }

  /// Four pixels by 1.5, whose places are 2/3 apart from -1/6 on.
  @Test func byHand() {
    let row = FloatImage(
      size: ImageSize(width: 4, height: 1), order: .rgb, pixels: [0, 60, 120, 180].flatMap { [$0, $0 + 1, $0 + 2] })
    let found = resizeLikeOpenCV(row, scaledBy: 1.5)
    #expect(found.size == ImageSize(width: 6, height: 2))
    let red = (0..<6).map { found.pixels[$0 * 3] }
    #expect(difference(red, [0, 30, 70, 110, 150, 180], .absolute(1e-4)) == nil)
    #expect(found.pixels[1] == 1 && found.pixels[6 * 3] == 0)
  }

  /// Sides halve to even: 5 times 0.5 is 2, 7 times 0.5 is 4; what the sum of two pictures gives is the sum of what they give.
  @Test func roundsAndIsLinear() {
    #expect(sizeLikeOpenCV(ImageSize(width: 5, height: 7), scaledBy: 0.5) == ImageSize(width: 2, height: 4))
    let a = numbers(patterned(ImageSize(width: 23, height: 17)))
    var (b, both) = (a, a)
    for index in a.pixels.indices {
      b.pixels[index] = Float(index % 13)
      both.pixels[index] += b.pixels[index]
    }
    let found = [a, b, both].map { resizeLikeOpenCV($0, scaledBy: 1.37).pixels }
    #expect(difference(found[2], zip(found[0], found[1]).map { $0 + $1 }, .absolute(1e-3)) == nil)
  }
}

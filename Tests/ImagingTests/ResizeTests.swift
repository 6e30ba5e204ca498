import FrameSupport
import Geometry
import Imaging
import TestSupport
import Testing

struct ResizeCase: Sendable {
  var from: ImageSize
  var to: ImageSize
  var sum: Int
  var weighted: Int

  init(_ h: Int, _ w: Int, _ newH: Int, _ newW: Int, _ sum: Int, _ weighted: Int) {
    from = ImageSize(width: w, height: h)
    to = ImageSize(width: newW, height: newH)
    (self.sum, self.weighted) = (sum, weighted)
  }
}

/// What OpenCV 5.0 gives on x86-64.
let openCVCases = [
  ResizeCase(360, 480, 256, 341, 33_382_910, 4_170_815_110),
  ResizeCase(200, 320, 256, 409, 40_054_009, 5_004_977_565),
  ResizeCase(480, 270, 455, 256, 44_548_249, 5_567_429_703),
  ResizeCase(512, 512, 256, 256, 25_101_794, 3_136_310_723),
  ResizeCase(333, 517, 224, 347, 29_724_238, 3_716_538_534),
]

@Suite struct ResizeTests {
  @Test(arguments: openCVCases) func agreesWithOpenCV(resize: ResizeCase) {
    let result = resizeLikeOpenCV(patterned(resize.from), to: resize.to)
    #expect(result.size == resize.to)
    #expect(result.pixels.reduce(0) { $0 + Int($1) } == resize.sum)
    let weighted = result.pixels.enumerated().reduce(0) { $0 + Int($1.element) * ($1.offset % 251) }
    #expect(weighted == resize.weighted)
  }

  /// The definition, value by value: 11 bits of weight, 4 dropped along x, 16 and then 2 with rounding along y.
  @Test func agreesWithItsDefinition() {
    var generator = Generator(seed: 5)
    for round in 0..<80 {
      let (from, to) = (generator.size(upTo: 70), generator.size(upTo: 70))
      let image = patterned(from)
      func taps(_ source: Int, _ target: Int, clamps: Bool) -> [(Int, Int, Int, Int)] {
        let scale = 1 / (Double(target) / Double(source))
        return (0..<target).map { index in
          let position = Float((Double(index) + 0.5) * scale - 0.5)
          var (first, fraction) = (Int(position.rounded(.down)), position - position.rounded(.down))
          if clamps && first < 0 { (first, fraction) = (0, 0) }
          if clamps && first >= source - 1 { (first, fraction) = (source - 1, 0) }
          func weight(_ part: Float) -> Int { Int((part * 2048).rounded(.toNearestOrEven)) }
          return (max(first, 0), min(first + 1, source - 1), weight(1 - fraction), weight(fraction))
        }
      }
      let (columns, rows) = (taps(from.width, to.width, clamps: true), taps(from.height, to.height, clamps: false))
      var expected: [UInt8] = []
      for row in rows {
        for column in columns {
          for c in 0..<3 {
            func wide(_ y: Int) -> Int {
              func level(_ x: Int) -> Int { Int(image.pixels[(y * from.width + x) * 3 + c]) }
              return (level(column.0) * column.2 + level(column.1) * column.3) >> 4
            }
            let top = min(row.0, from.height - 1)
            expected.append(UInt8(clamping: (((wide(top) * row.2) >> 16) + ((wide(row.1) * row.3) >> 16) + 2) >> 2))
          }
        }
      }
      if from == to { continue }
      let found = difference(resizeLikeOpenCV(image, to: to).pixels, expected)
      #expect(found == nil, "round \(round): \(from) to \(to)")
    }
  }

  /// By hand: 2 x 1 to 4 x 1; weights 0, 1/4, 3/4, 1 of the step from 0 to 200.
  @Test func handComputedDoubling() {
    let pair = Image(size: ImageSize(width: 2, height: 1), order: .bgr, pixels: [0, 40, 255, 200, 80, 255])
    let result = resizeLikeOpenCV(pair, to: ImageSize(width: 4, height: 1))
    #expect(result.pixels == [0, 40, 255, 50, 50, 255, 150, 70, 255, 200, 80, 255])
  }

  /// Independent formulation: double arithmetic agrees to one level.
  @Test func staysWithinOneLevelOfExactArithmetic() {
    var generator = Generator(seed: 11)
    for round in 0..<60 {
      let from = generator.size(upTo: 40)
      let to = generator.size(upTo: 60)
      let image = patterned(from)
      let found = resizeLikeOpenCV(image, to: to)
      let exact = exactResize(image, to: to)
      for index in exact.indices {
        let gap = abs(Double(found.pixels[index]) - exact[index])
        if gap > 1.01 {
          Issue.record("round \(round) \(from) -> \(to) at \(index): \(found.pixels[index]), exactly \(exact[index])")
          return
        }
      }
    }
  }

  @Test func constantImagesStayConstant() {
    var generator = Generator(seed: 3)
    for _ in 0..<40 {
      let (from, to) = (generator.size(upTo: 30), generator.size(upTo: 50))
      for level in [UInt8(0), 1, 127, 255] {
        let flat = Image(
          size: from, order: .bgr, pixels: [UInt8](repeating: level, count: from.width * from.height * 3))
        #expect(resizeLikeOpenCV(flat, to: to).pixels.allSatisfy { $0 == level })
      }
    }
  }

  /// Metamorphic: halving averages 2 x 2 blocks; mirroring commutes with exact doubling and halving.
  @Test func halvingAveragesBlocks() {
    let image = patterned(ImageSize(width: 24, height: 18))
    let half = resizeLikeOpenCV(image, to: ImageSize(width: 12, height: 9))
    for y in 0..<9 {
      for x in 0..<12 {
        let sum = [(0, 0), (0, 1), (1, 0), (1, 1)]
          .reduce(0) { $0 + Int(image.pixels[((2 * y + $1.0) * 24 + 2 * x + $1.1) * 3]) }
        #expect(Int(half.pixels[(y * 12 + x) * 3]) == (sum + 2) / 4)
      }
    }
    let mirrored = resizeLikeOpenCV(image.flippedHorizontally(), to: half.size)
    #expect(difference(mirrored.pixels, half.flippedHorizontally().pixels) == nil)
  }

  @Test func sameSizeIsTheSameImage() {
    let image = patterned(ImageSize(width: 9, height: 5))
    #expect(difference(resizeLikeOpenCV(image, to: image.size).pixels, image.pixels) == nil)
    let floats = FloatImage(image)
    #expect(difference(resizeBilinear(floats, to: image.size).pixels, floats.pixels) == nil)
  }

  @Test func channelOrderAndMirrorAreInvolutions() {
    let image = patterned(ImageSize(width: 5, height: 4))
    #expect(difference(image.converted(to: .rgb).converted(to: .bgr).pixels, image.pixels) == nil)
    #expect(image.converted(to: .rgb).pixels[0] == image.pixels[2])
    #expect(difference(image.flippedHorizontally().flippedHorizontally().pixels, image.pixels) == nil)
    #expect(Array(image.flippedHorizontally().pixels[..<3]) == Array(image.pixels[12..<15]))
    for (there, back) in [(Orientation.rotated90, Orientation.rotated270), (.transposed, .transposed)] {
      #expect(difference(image.applying(there).applying(back).pixels, image.pixels) == nil)
    }
    #expect(
      difference(image.applying(.rotated90).applying(.rotated90).pixels, image.applying(.rotated180).pixels) == nil)
  }
}

@Suite struct FloatResizeTests {
  /// By hand: thirds of the way, coordinates clamped at the left edge.
  @Test func handComputed() {
    let pair = FloatImage(size: ImageSize(width: 2, height: 1), order: .rgb, pixels: [0, 1, 2, 8, 1, -2])
    let result = resizeBilinear(pair, to: ImageSize(width: 4, height: 1))
    #expect(result.pixels == [0, 1, 2, 2, 1, 1, 6, 1, -1, 8, 1, -2])
  }

  @Test func agreesWithExactArithmetic() {
    var generator = Generator(seed: 5)
    for round in 0..<60 {
      let (from, to) = (generator.size(upTo: 40), generator.size(upTo: 60))
      let image = patterned(from)
      let found = resizeBilinear(FloatImage(image), to: to).pixels
      let exact = exactResize(image, to: to).map { Float($0 / 255) }
      #expect(difference(found, exact, .absolute(2e-5), "round \(round) \(from) -> \(to)") == nil)
    }
  }

  /// What PyTorch 2.15 gives for the pattern divided by 255, 240 x 426 to 112 x 198, as bits.
  @Test func agreesWithPyTorchToTheLastBit() {
    let image = FloatImage(patterned(ImageSize(width: 426, height: 240)))
    let result = resizeBilinear(image, to: ImageSize(width: 198, height: 112))
    let folded = result.pixels.reduce(UInt64(0)) { ($0 &* 31) &+ UInt64($1.bitPattern) }
    #expect(folded == torchFold)
  }

  @Test func flippingMirrorsRows() {
    let image = FloatImage(patterned(ImageSize(width: 6, height: 2)), dividedBy: 1)
    let expected = patterned(ImageSize(width: 6, height: 2)).flippedHorizontally().pixels.map { Float($0) }
    #expect(difference(image.flippedHorizontally().pixels, expected) == nil)
  }
}

/// The bits of PyTorch's result, folded in order: 31 times the sum so far plus the next.
let torchFold: UInt64 = 15_890_041_546_004_743_776

/// Bilinear interpolation in double arithmetic, half-pixel centres, edges repeated.
func exactResize(_ image: Image, to size: ImageSize) -> [Double] {
  func taps(_ index: Int, _ from: Int, _ to: Int) -> (Int, Int, Double) {
    let position = max(0, (Double(index) + 0.5) * Double(from) / Double(to) - 0.5)
    let first = min(Int(position), from - 1)
    return (first, min(first + 1, from - 1), position - Double(first))
  }
  var result: [Double] = []
  for y in 0..<size.height {
    let (top, bottom, down) = taps(y, image.height, size.height)
    for x in 0..<size.width {
      let (left, right, along) = taps(x, image.width, size.width)
      for c in 0..<3 {
        func value(_ y: Int, _ x: Int) -> Double { Double(image.pixels[(y * image.width + x) * 3 + c]) }
        let upper = value(top, left) * (1 - along) + value(top, right) * along
        let lower = value(bottom, left) * (1 - along) + value(bottom, right) * along
        result.append(upper * (1 - down) + lower * down)
      }
    }
  }
  return result
}

/// A small seeded generator (64-bit linear congruential, upper bits).
struct Generator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func number(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }

  mutating func size(upTo largest: Int) -> ImageSize {
    ImageSize(width: 1 + number(below: largest), height: 1 + number(below: largest))
  }
}

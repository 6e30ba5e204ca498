import Clips
import Geometry
import ImageFiles
import Imaging
import Tensors
import TestSupport
import Testing

/// The AVA test split at a short side, to be changed from.
func preprocessing(
  _ shortSide: Int, _ backend: Preprocessing.Backend = .cv2, order: ChannelOrder = .rgb, flip: Bool = false
) -> Preprocessing {
  Preprocessing(
    view: View(shortSide: shortSide, flip: flip), backend: backend, mean: [0.45, 0.45, 0.45],
    std: [0.225, 0.225, 0.225], order: order)
}

private func size(_ width: Int, _ height: Int) -> ImageSize { ImageSize(width: width, height: height) }

private func box(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> PixelBox {
  PixelBox(x1: x1, y1: y1, x2: x2, y2: y2)
}

struct InputSizeTests {
  static let sizes: [(from: ImageSize, shortSide: Int, to: ImageSize)] = [
    (size(480, 360), 256, size(341, 256)), (size(360, 480), 256, size(256, 341)), (size(340, 256), 256, size(340, 256)),
    (size(256, 340), 256, size(256, 340)), (size(256, 256), 256, size(256, 256)), (size(100, 100), 256, size(256, 256)),
    (size(426, 240), 128, size(227, 128)), (size(426, 240), 160, size(284, 160)), (size(320, 200), 256, size(409, 256)),
    (size(270, 480), 256, size(256, 455)), (size(1920, 1080), 256, size(455, 256)), (size(3, 1), 2, size(6, 2)),
  ]

  @Test(arguments: sizes) func inputSize(_ from: ImageSize, _ shortSide: Int, _ to: ImageSize) {
    #expect(preprocessing(shortSide).inputSize(for: from) == to)
    #expect(preprocessing(shortSide, .pytorch).inputSize(for: from) == to)
  }

  /// The double arithmetic of the reference comes to the whole quotient for every size tried.
  @Test func agreesWithWholeNumbers() {
    for side in [112, 128, 224, 256, 320] {
      for width in stride(from: 33, through: 2000, by: 17) {
        for height in [31, 240, 256, 360, 717] {
          let found = preprocessing(side).inputSize(for: size(width, height))
          let long = max(width, height) * side / min(width, height)
          let expected = min(width, height) == side ? max(width, height) : long
          #expect(max(found.width, found.height) == expected, "\(width) x \(height) to \(side)")
        }
      }
    }
  }
}

struct BoxTests {
  private let whole = UnitBox(x1: 0, y1: 0, x2: 1, y2: 1)

  /// Both axes are scaled by the ratio of the long sides, 341/480, not by 256/360.
  @Test func oneFactorForBothAxes() {
    let found = preprocessing(256).boxes([UnitBox(x1: 0.25, y1: 0.5, x2: 0.5, y2: 0.75)], in: size(480, 360))[0]
    let factor = 341.0 / 480
    #expect(found == box(120 * factor, 180 * factor, 240 * factor, 270 * factor))
    let portrait = preprocessing(256).boxes([UnitBox(x1: 0.25, y1: 0.5, x2: 0.5, y2: 0.75)], in: size(360, 480))[0]
    #expect(portrait == box(90 * factor, 240 * factor, 180 * factor, 360 * factor))
  }

  /// Clipped to the picture's last pixel before scaling, and to the network's after.
  @Test func clippedBeforeAndAfter() {
    let found = preprocessing(256).boxes([whole], in: size(480, 360))[0]
    #expect(found == box(0, 0, 340, 255))
    let outside = UnitBox(x1: -0.5, y1: -1, x2: 1.5, y2: 2)
    #expect(preprocessing(256).boxes([outside], in: size(480, 360))[0] == found)
    // Enlarged, the last pixel stays within: 100 of 0 to 100 becomes 255.4 of 0 to 257.
    let large = preprocessing(256).boxes([whole], in: size(101, 100))[0]
    #expect(large == box(0, 0, 100 * (258.0 / 101), 99 * (258.0 / 101)))
    let beyond = UnitBox(x1: 1.2, y1: 1.2, x2: 1.4, y2: 1.4)
    #expect(preprocessing(256).boxes([beyond], in: size(340, 256))[0] == box(339, 255, 339, 255))
  }

  @Test func untouchedWhereTheShortSideFits() {
    let found = preprocessing(256).boxes([UnitBox(x1: 0.1, y1: 0.2, x2: 0.3, y2: 0.4)], in: size(340, 256))[0]
    #expect(found == box(0.1 * 340, 0.2 * 256, 0.3 * 340, 0.4 * 256))
  }

  /// x1' = W - x2 - 1, x2' = W - x1 - 1.
  @Test func mirrored() {
    let unit = UnitBox(x1: 0.25, y1: 0.5, x2: 0.5, y2: 0.75)
    let found = preprocessing(256, flip: true).boxes([unit], in: size(340, 256))[0]
    #expect(found == box(340 - 170 - 1, 128, 340 - 85 - 1, 192))
    let whole = preprocessing(256, flip: true).boxes([self.whole], in: size(340, 256))[0]
    #expect(whole == box(0, 0, 339, 255))
  }

  /// The reference's slip in the pytorch back end: the last clip is to the short side on both axes.
  @Test func pytorchClipsToTheShortSide() {
    let right = UnitBox(x1: 0.6, y1: 0.1, x2: 0.9, y2: 0.9)
    let cv2 = preprocessing(256).boxes([right], in: size(480, 360))[0]
    let pytorch = preprocessing(256, .pytorch).boxes([right], in: size(480, 360))[0]
    #expect(abs(cv2.x2 - 432 * 341 / 480) < 1e-9)
    #expect(pytorch.x2 == 255)
    #expect(abs(pytorch.x1 - cv2.x1) < 1e-9)
    #expect(abs(pytorch.y2 - cv2.y2) < 1e-9)
  }
}

struct PixelTests {
  /// A picture of one colour, given as blue, green, red.
  private func image(_ bgr: [UInt8], _ width: Int = 4, _ height: Int = 4) -> Image {
    let pixels = (0..<width * height).flatMap { _ in bgr }
    return Image(size: size(width, height), order: .bgr, pixels: pixels)
  }

  private func clip(_ image: Image, _ preprocessing: Preprocessing) throws -> FeatureMap {
    let reader = ClipReader(
      CountingFrames(images: [image]), window: ClipWindow(frames: 1, rate: 1), preprocessing: preprocessing)
    return try reader.clip(around: 0)
  }

  @Test(arguments: [Preprocessing.Backend.cv2, .pytorch])
  func normalisedInTwoRoundings(_ backend: Preprocessing.Backend) throws {
    #expect(try clip(image([0, 0, 0]), preprocessing(4, backend)).channelsFirst().array.allSatisfy { $0 == -2 })
    let white = try clip(image([255, 255, 255]), preprocessing(4, backend)).channelsFirst().array
    #expect(white.allSatisfy { $0 == 2.4444447 })
    let gray = try clip(image([100, 100, 100]), preprocessing(4, backend)).channelsFirst().array
    #expect(gray.allSatisfy { $0 == (Float(100) / 255 - 0.45) / 0.225 })
  }

  /// Mean and std belong to the BGR channels, whatever order the network sees.
  @Test(arguments: [Preprocessing.Backend.cv2, .pytorch])
  func channelOrder(_ backend: Preprocessing.Backend) throws {
    var steps = preprocessing(4, backend)
    steps.mean = [0, 0.5, 1]
    steps.std = [1, 0.5, 0.25]
    let blueGreenRed: [Float] = [51 / 255, (102 / 255 - 0.5) / 0.5, (204 / 255 - 1) / 0.25]
    let image = image([51, 102, 204])
    #expect(
      try Array(clip(image, steps).channelsFirst().array.enumerated().filter { $0.0 % 16 == 0 }.map(\.1))
        == blueGreenRed.reversed())
    steps.order = .bgr
    #expect(
      try Array(clip(image, steps).channelsFirst().array.enumerated().filter { $0.0 % 16 == 0 }.map(\.1))
        == blueGreenRed)
  }

  @Test(arguments: [Preprocessing.Backend.cv2, .pytorch]) func mirrored(_ backend: Preprocessing.Backend) throws {
    var pixels = [UInt8](repeating: 0, count: 3 * 2 * 3)
    for x in 0..<3 { for y in 0..<2 { for c in 0..<3 { pixels[(y * 3 + x) * 3 + c] = UInt8(10 * x + y) } } }
    let image = Image(size: size(3, 2), order: .bgr, pixels: pixels)
    let straight = try clip(image, preprocessing(2, backend)).channelsFirst().array
    let mirrored = try clip(image, preprocessing(2, backend, flip: true)).channelsFirst().array
    for row in 0..<6 {
      #expect(Array(mirrored[row * 3..<row * 3 + 3]) == straight[row * 3..<row * 3 + 3].reversed())
    }
    #expect(mirrored != straight)
  }
}

@Suite(.enabled(if: sharedFolder != nil, "the shared golden cases are not here")) struct GoldenClipTests {
  static let variants: [(name: String, steps: Preprocessing, tolerance: Tolerance)] = [
    ("short128", preprocessing(128), .exact), ("short160_flip", preprocessing(160, flip: true), .exact),
    ("short128_thresh90_bgr", preprocessing(128, order: .bgr), .exact),
    // torch's bilinear interpolation fuses its products in another order.
    ("short112_torchproc", preprocessing(112, .pytorch), .absolute(2e-6)),
  ]

  /// Frames 0, 13 and 31 of the first key frame's clip, and its boxes, as the reference's data set makes them.
  @Test(arguments: variants) func firstKeyFrame(_ name: String, _ steps: Preprocessing, _ tolerance: Tolerance) throws {
    let folder = sharedFolder! + "/golden/pipeline/basketball"
    func padded(_ number: Int) -> String { String(repeating: "0", count: 6 - "\(number)".count) + "\(number)" }
    let paths = (1...200).map { folder + "/frames/basketball1/basketball1_\(padded($0)).jpg" }
    let reader = ClipReader(
      try ImageFrames(name: "basketball1", paths: paths, framesPerSecond: 30), window: ClipWindow(frames: 32, rate: 2),
      preprocessing: steps)
    // Second 902 of a list that begins at 900.
    let clip = try reader.clip(around: 60).channelsFirst()
    let expected = try Tensor(npy: folder + "/\(name)_clip0_frames_0_13_31.npy")
    let plane = clip.shape[3] * clip.shape[4]
    let values = clip.array
    var chosen: [Float] = []
    for c in 0..<3 {
      for t in [0, 13, 31] { chosen += values[(c * 32 + t) * plane..<(c * 32 + t + 1) * plane] }
    }
    #expect(expected.shape == [3, 3, clip.shape[3], clip.shape[4]])
    #expect(difference(chosen, expected.array, tolerance, name) == nil)
    let people = [
      UnitBox(x1: 0.267, y1: 0.513, x2: 0.386, y2: 0.971), UnitBox(x1: 0.743, y1: 0.510, x2: 0.851, y2: 0.987),
    ]
    let boxes = steps.boxes(people, in: reader.frameSize!)
    let found = boxes.flatMap { [Float($0.x1), Float($0.y1), Float($0.x2), Float($0.y2)] }
    #expect(difference(found, try Tensor(npy: folder + "/\(name)_boxes0.npy").array, .exact, name) == nil)
  }
}

import Clips
import Geometry
import Imaging
import Tensors
import TestSupport
import Testing

/// What a clip holds, against the reference's three steps, each rounded to float32.
struct NormalisationTests {
  private let mean: [Float] = [0.45, 0.4, 0.35]
  private let std: [Float] = [0.225, 0.25, 0.2]

  @Test(arguments: [ChannelOrder.bgr, .rgb], [false, true])
  func everyByteInItsPlace(_ order: ChannelOrder, _ flip: Bool) throws {
    for backend in [Preprocessing.Backend.cv2, .pytorch] {
      // 17 x 16: every byte is there, and no side is a multiple of a register.
      let size = ImageSize(width: 17, height: 16)
      let image = Image(
        size: size, order: .bgr, pixels: (0..<17 * 16 * 3).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 251) })
      var settings = preprocessing(16, backend, order: order, flip: flip)
      (settings.mean, settings.std) = (mean, std)
      let reader = ClipReader(
        CountingFrames(images: [image]), window: ClipWindow(frames: 2, rate: 1), preprocessing: settings)
      let clip = try reader.clip(around: 0)
      #expect(clip.extent == Extent3(2, 16, 17) && clip.channels == 3)
      var expected: [Float] = []
      for y in 0..<16 {
        for x in 0..<17 {
          let pixel = (y * 17 + (flip ? 16 - x : x)) * 3
          let values = (0..<3).map { c in (Float(image.pixels[pixel + c]) / 255 - mean[c]) / std[c] }
          expected += order == .bgr ? values : values.reversed()
        }
      }
      let found = (0..<2 * 16 * 17 * 3).map { clip.start[$0] }
      #expect(difference(found, expected + expected, .exact, "\(order) \(flip) \(backend)") == nil)
    }
  }
}

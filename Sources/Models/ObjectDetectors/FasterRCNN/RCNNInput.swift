internal import Geometry
internal import Imaging
internal import Tensors

/// An image as the network sees it, and the way back.
struct RCNNInput {
  /// Both sides of what the network sees are multiples of it: the stride of the coarsest map that is made by convolution.
  static let granularity = 32

  let original: ImageSize
  let target: ImageScaling.Target
  /// 1, [1, H, W], 3: the scaled image at the top left, zeros around it.
  let map: FeatureMap

  /// - Throws: `ObjectDetectorError.impossibleImage` for one that would have no pixels on one side.
  init(
    _ image: Image, _ scaling: ImageScaling, _ pixels: PixelConvention, _ settings: RCNNSettings
  ) throws(ObjectDetectorError) {
    original = image.size
    guard image.width > 0, image.height > 0 else { throw .impossibleImage(size: image.size, scaled: image.size) }
    target = scaling.target(of: image.size, settings)
    guard target.size.width > 0, target.size.height > 0 else {
      throw .impossibleImage(size: image.size, scaled: target.size)
    }
    let numbers = scaling.numbers(of: image, target, pixels)
    func padded(_ side: Int) -> Int { (side + Self.granularity - 1) / Self.granularity * Self.granularity }
    map = FeatureMap(zeros: 1, Extent3(1, padded(numbers.height), padded(numbers.width)), channels: 3)
    numbers.pixels.withUnsafeBufferPointer { source in
      let length = numbers.width * 3
      for y in 0..<numbers.height {
        (map.start + y * map.extent.w * 3).update(from: source.baseAddress! + y * length, count: length)
      }
    }
  }

  /// The scaled image without padding.
  var size: ImageSize { target.size }
  var paddedSize: ImageSize { ImageSize(width: map.extent.w, height: map.extent.h) }
}

public import Geometry

/// A colour image of float32 values: rows from top to bottom, three interleaved channels.
public struct FloatImage: Sendable {
  public let size: ImageSize
  public let order: ChannelOrder
  /// height x width x 3 values.
  public var pixels: [Float]

  public init(size: ImageSize, order: ChannelOrder, pixels: [Float]) {
    precondition(pixels.count == size.width * size.height * 3, "an image's pixels must fill its size")
    self.size = size
    self.order = order
    self.pixels = pixels
  }

  /// Converts an 8-bit image: every value divided by `divisor` in float32.
  public init(_ image: Image, dividedBy divisor: Float = 255) {
    let levels = (0...255).map { Float($0) / divisor }
    self.init(size: image.size, order: image.order, pixels: image.pixels.map { levels[Int($0)] })
  }

  public var width: Int { size.width }
  public var height: Int { size.height }

  /// Mirrors the image left to right.
  public func flippedHorizontally() -> FloatImage {
    var flipped = pixels
    for y in 0..<height {
      for x in 0..<width {
        let (from, to) = ((y * width + x) * 3, (y * width + width - 1 - x) * 3)
        for channel in 0..<3 { flipped[to + channel] = pixels[from + channel] }
      }
    }
    return FloatImage(size: size, order: order, pixels: flipped)
  }
}

public import Geometry

/// The order of the three channels of a pixel.
public enum ChannelOrder: Hashable, Sendable {
  case rgb
  case bgr
}

/// An 8-bit colour image: rows from top to bottom, three interleaved channels, no padding.
public struct Image: Sendable {
  public let size: ImageSize
  public let order: ChannelOrder
  /// height x width x 3 values.
  public var pixels: [UInt8]

  public init(size: ImageSize, order: ChannelOrder, pixels: [UInt8]) {
    precondition(pixels.count == size.width * size.height * 3, "an image's pixels must fill its size")
    self.size = size
    self.order = order
    self.pixels = pixels
  }

  public var width: Int { size.width }
  public var height: Int { size.height }
}

public import Geometry

/// Where the frames of a video lie in the pictures of a film that shows them.
public struct FilmLayout: Hashable, Sendable {
  /// The size of the film's pictures; both sides even, as 4:2:0 needs them.
  public let size: ImageSize
  /// The size at which a frame is shown, from the upper left corner on.
  public let frame: ImageSize

  /// - Parameters:
  ///   - frame: Where a side is odd, its last column or row is shown twice.
  ///   - height: Of the picture, at least the frame's; made even.
  public init(frame: ImageSize, height: Int) {
    self.frame = frame
    size = ImageSize(
      width: frame.width + frame.width % 2, height: max(height, frame.height) + max(height, frame.height) % 2)
  }
}

/// Drawings that lie over a picture: pixels that cover more or less of it.
public protocol PictureLayer: AnyObject {
  var size: ImageSize { get }

  /// Lends the parts that were drawn on, each pixel once.
  func forEachTile(_ body: (LayerTile) -> Void)
}

/// A part of a layer: `height` rows of `width` pixels, both even but at the layer's odd end, from (x, y), both even.
public struct LayerTile {
  public let x: Int
  public let y: Int
  public let width: Int
  public let height: Int
  /// From the highest byte: how much is covered, then red, green and blue, each multiplied with that.
  public let pixels: UnsafePointer<UInt32>
  /// From row to row, in pixels.
  public let stride: Int

  public init(x: Int, y: Int, width: Int, height: Int, pixels: UnsafePointer<UInt32>, stride: Int) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
    (self.pixels, self.stride) = (pixels, stride)
  }
}

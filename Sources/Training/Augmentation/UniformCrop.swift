internal import Geometry

/// Cuts one of three squares along the long side: at its beginning (0), in the middle (1), at its end (2). On the short side
/// it lies in the middle. Boxes move along and are not clipped. No draw.
public struct UniformCrop: ByteAugmentation, FloatAugmentation {
  /// Pixels.
  public var side: Int
  /// 0 to 2.
  public var place: Int

  public init(_ side: Int, place: Int) {
    precondition((0...2).contains(place), "there are three places")
    self.side = side
    self.place = place
  }

  /// - Parameter clip: Neither side shorter than the square.
  public func apply<Frame>(to clip: inout Clip<Frame>, _ draws: inout some Draws) {
    let size = clip.size
    precondition(size.shortSide >= side, "a crop fits into its frame")
    let (right, below) = (size.width - side, size.height - side)
    // Odd rooms leave the larger half before the square.
    var (left, top) = ((right + 1) / 2, (below + 1) / 2)
    if size.height > size.width {
      top = [0, top, below][place]
    } else {
      left = [0, left, right][place]
    }
    clip.crop(to: PixelRectangle(left: left, top: top, width: side, height: side))
  }
}

internal import Geometry

/// Cuts a square from a random place (`DATA.TRAIN_CROP_SIZE`); boxes move along and are not clipped.
///
/// The last place, where the square touches the right or the lower edge, is never drawn: numpy's bound is exclusive. An
/// axis that has the square's length takes no draw.
public struct RandomCrop: ByteAugmentation, FloatAugmentation {
  /// Pixels.
  public var side: Int

  public init(_ side: Int) { self.side = side }

  /// - Parameter clip: Neither side shorter than the square.
  public func apply<Frame>(to clip: inout Clip<Frame>, _ draws: inout some Draws) {
    let size = clip.size
    precondition(size.shortSide >= side, "a crop fits into its frame")
    let top = size.height > side ? draws.integer(in: 0..<size.height - side) : 0
    let left = size.width > side ? draws.integer(in: 0..<size.width - side) : 0
    clip.crop(to: PixelRectangle(left: left, top: top, width: side, height: side))
  }
}

internal import Geometry

/// Resizes a clip so that its short side has a random length (`DATA.TRAIN_JITTER_SCALES`).
///
/// The long side keeps the ratio, rounded down; boxes grow by the ratio of the long sides on both axes. A clip that has the
/// length already stays as it is. One draw.
public struct ShortSideJitter: ByteAugmentation, FloatAugmentation {
  /// Pixels.
  public var lengths: ClosedRange<Int>
  /// Whether the inverse of the length is uniformly distributed (`DATA.INV_UNIFORM_SAMPLE`; always so in AVA's OpenCV back
  /// end), else the length.
  public var isInverse: Bool

  public init(_ lengths: ClosedRange<Int>, isInverse: Bool) {
    precondition(lengths.lowerBound > 0, "lengths are positive")
    self.lengths = lengths
    self.isInverse = isInverse
  }

  /// Draws a length. Halves are rounded to even, as Python rounds.
  public func length(_ draws: inout some Draws) -> Int {
    let (low, high) = (Double(lengths.lowerBound), Double(lengths.upperBound))
    let length = isInverse ? 1 / draws.uniform(1 / high, 1 / low) : draws.uniform(low, high)
    return Int(length.rounded(.toNearestOrEven))
  }

  public func apply<Frame>(to clip: inout Clip<Frame>, _ draws: inout some Draws) {
    let (length, size) = (length(&draws), clip.size)
    if size.shortSide == length { return }
    let target = size.scaled(toShortSide: length)
    let (new, old) = size.width < size.height ? (target.height, size.height) : (target.width, size.width)
    clip.resizeFrames(to: target)
    // Multiplied before it is divided: another order shows in the last bit.
    func scale(_ value: Double) -> Double { value * Double(new) / Double(old) }
    clip.boxes = clip.boxes.map { PixelBox(x1: scale($0.x1), y1: scale($0.y1), x2: scale($0.x2), y2: scale($0.y2)) }
  }
}

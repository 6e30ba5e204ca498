internal import RoIAlign

/// By how much a box grows before its features are pooled: half of it on each side, and no further than the frame's last
/// pixels.
///
/// Source: AlphAction's BoxList.extend, its public behaviour. Its corners are pixels, so that a box from 2 to 5 is 4 wide.
public struct BoxExtension: Sendable, Equatable {
  /// Of the box's width.
  public var width: Float
  /// Of its height.
  public var height: Float

  public init(width: Float, height: Float) { (self.width, self.height) = (width, height) }

  /// A box in pixels of a clip, grown; one that is not finite stays as it is.
  func grown(_ box: Region, clipHeight: Int, clipWidth: Int) -> Region {
    guard [box.x1, box.y1, box.x2, box.y2].allSatisfy(\.isFinite) else { return box }
    func axis(_ low: Float, _ high: Float, _ share: Float, _ pixels: Int) -> (Float, Float) {
      let side = share * (high - low + 1) / 2
      let last = Float(pixels - 1)
      return (min(max(low - side, 0), last), min(max(high + side, 0), last))
    }
    var grown = box
    (grown.x1, grown.x2) = axis(box.x1, box.x2, width, clipWidth)
    (grown.y1, grown.y2) = axis(box.y1, box.y2, height, clipHeight)
    return grown
  }
}

internal import Geometry
internal import Glibc

/// What the corners of a box mean.
typealias BoxGeometry = NonMaximumSuppression.Convention

extension BoxGeometry {
  /// What the difference of two corners lacks to the side of a box.
  var extra: Float {
    switch self {
    case .continuous: 0
    case .inclusivePixels: 1
    }
  }

  /// Moves the corners of a box onto an image.
  func clip(_ box: DetectorBox, to size: ImageSize) -> DetectorBox {
    let (right, bottom) = (Float(size.width) - extra, Float(size.height) - extra)
    return DetectorBox(
      x1: min(max(box.x1, 0), right), y1: min(max(box.y1, 0), bottom), x2: min(max(box.x2, 0), right),
      y2: min(max(box.y2, 0), bottom))
  }
}

extension DetectorBox {
  var width: Float { x2 - x1 }
  var height: Float { y2 - y1 }
  var isFinite: Bool { x1.isFinite && y1.isFinite && x2.isFinite && y2.isFinite }

  func scaled(_ x: Float, _ y: Float) -> DetectorBox { DetectorBox(x1: x1 * x, y1: y1 * y, x2: x2 * x, y2: y2 * y) }
}

/// How four numbers of a network move and stretch a box.
///
/// Source: Girshick et al., "Rich feature hierarchies", 2014, appendix C.
struct BoxDecoding: Hashable, Sendable {
  /// On which side the logarithms of the factors are limited, to those of 1000/16 and 16/1000.
  enum Limit: Hashable, Sendable {
    case above
    case bothSides
  }

  var geometry: BoxGeometry
  var limit: Limit
  /// What the numbers of a box's place, and those of its sides, are divided by.
  var placeWeight: Float = 1
  var sideWeight: Float = 1

  private static let mostLogarithm = logf(1000 / 16)

  /// - Parameter deltas: dx, dy, dw, dh, one after the other.
  func callAsFunction(_ box: DetectorBox, _ deltas: UnsafePointer<Float>) -> DetectorBox {
    let extra = geometry.extra
    let (width, height) = (box.width + extra, box.height + extra)
    let (x, y) = (box.x1 + 0.5 * width, box.y1 + 0.5 * height)
    let (newX, newY) = (deltas[0] / placeWeight * width + x, deltas[1] / placeWeight * height + y)
    let (newWidth, newHeight) = (factor(deltas[2]) * width, factor(deltas[3]) * height)
    return DetectorBox(
      x1: newX - 0.5 * newWidth, y1: newY - 0.5 * newHeight, x2: newX + 0.5 * newWidth - extra,
      y2: newY + 0.5 * newHeight - extra)
  }

  private func factor(_ delta: Float) -> Float {
    let logarithm = min(delta / sideWeight, Self.mostLogarithm)
    return expf(limit == .above ? logarithm : max(logarithm, -Self.mostLogarithm))
  }
}

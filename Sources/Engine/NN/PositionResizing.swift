/// How a table of vectors for the places of an axis becomes one of another length: between the middles of the places, as
/// PyTorch interpolates where corners are not aligned.
public enum PositionResizing: Sendable, Equatable {
  case linear
  /// Of four places, with a = -0.75.
  case cubic

  /// A place of the table, and its share.
  public struct Tap: Sendable, Equatable {
    public let place: Int
    public let weight: Float
  }

  /// What makes each place of the new axis.
  ///
  /// - Parameters:
  ///   - count: The table's places, at least 1.
  ///   - length: The new axis's.
  public func taps(from count: Int, to length: Int) -> [[Tap]] {
    let scale = Float(count) / Float(length)
    return (0..<length).map { index in
      let place = (Float(index) + 0.5) * scale - 0.5
      switch self {
      case .linear:
        let inside = max(0, place)
        let first = min(count - 1, Int(inside))
        let share = inside - Float(first)
        return [Tap(place: first, weight: 1 - share), Tap(place: min(count - 1, first + 1), weight: share)]
      case .cubic:
        let first = place.rounded(.down)
        let share = place - first
        return (-1...2).map { offset in
          Tap(place: min(count - 1, max(0, Int(first) + offset)), weight: Self.cubic(abs(share - Float(offset))))
        }
      }
    }
  }

  private static func cubic(_ distance: Float) -> Float {
    let a: Float = -0.75
    if distance <= 1 { return ((a + 2) * distance - (a + 3)) * distance * distance + 1 }
    return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
  }
}

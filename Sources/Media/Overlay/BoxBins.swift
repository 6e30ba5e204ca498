internal import Geometry

/// Boxes of an image by the squares of a grid that they touch, so that those near a place are found without a look at all.
struct BoxBins {
  private static let side = 64.0

  /// A box, and the first of its squares.
  private struct Entry {
    let number: Int
    let box: PixelBox
    let column: Int
    let row: Int
  }

  private let columns: Int
  private let rows: Int
  private var bins: [[Entry]]

  init(_ size: ImageSize) {
    columns = max(1, Int((Double(size.width) / Self.side).rounded(.up)))
    rows = max(1, Int((Double(size.height) / Self.side).rounded(.up)))
    bins = Array(repeating: [], count: columns * rows)
  }

  mutating func insert(_ number: Int, _ box: PixelBox) {
    let (xs, ys) = squares(of: box)
    let entry = Entry(number: number, box: box, column: xs.lowerBound, row: ys.lowerBound)
    for y in ys { for x in xs { bins[y * columns + x].append(entry) } }
  }

  /// Whether something holds for all boxes that a box, grown by a pixel, may touch; it is asked once of each.
  func allSatisfy(near box: PixelBox, _ holds: (Int, PixelBox) -> Bool) -> Bool {
    let (xs, ys) = squares(of: box)
    for y in ys {
      for x in xs {
        for entry in bins[y * columns + x] {
          // Of the squares that both have, the first one stands for all.
          if x != max(entry.column, xs.lowerBound) || y != max(entry.row, ys.lowerBound) { continue }
          if !holds(entry.number, entry.box) { return false }
        }
      }
    }
    return true
  }

  private func squares(of box: PixelBox) -> (ClosedRange<Int>, ClosedRange<Int>) {
    func range(_ low: Double, _ high: Double, _ count: Int) -> ClosedRange<Int> {
      func place(_ value: Double) -> Int { Int(min(max(value / Self.side, 0), Double(count - 1))) }
      return place(low - 1)...place(max(low - 1, high + 1))
    }
    return (range(box.x1, box.x2, columns), range(box.y1, box.y2, rows))
  }
}

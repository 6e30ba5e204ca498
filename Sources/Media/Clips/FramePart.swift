internal import Geometry

/// A part of a resized frame, in pixels.
struct FramePart {
  let left: Int
  let top: Int
  let width: Int
  let height: Int
}

/// The three squares along the long side of a resized frame, as LFB cuts them: at its beginning, in the middle, at its end.
struct FrameSquares {
  let side: Int
  /// Where each begins on the long side. Equal ones, of frames that are square or nearly, are one square.
  private let starts: [Int]
  private let isWide: Bool

  init(_ size: ImageSize) {
    side = size.shortSide
    isWide = size.width > size.height
    let room = max(size.width, size.height) - side
    starts = [0, (room + 1) / 2, room]
  }

  subscript(index: Int) -> FramePart {
    FramePart(left: isWide ? starts[index] : 0, top: isWide ? 0 : starts[index], width: side, height: side)
  }

  /// A box of the frame in pixels of a square, clipped to it; nil where less than half of its area is inside.
  ///
  /// Squares span the short side, so that lengths on the long side tell the areas. A box without area counts where it
  /// lies inside.
  func box(_ box: PixelBox, in index: Int) -> PixelBox? {
    if starts.firstIndex(of: starts[index]) != index { return nil }
    let (left, top) = (Double(self[index].left), Double(self[index].top))
    let moved = PixelBox(x1: box.x1 - left, y1: box.y1 - top, x2: box.x2 - left, y2: box.y2 - top)
    let inside = moved.clipped(maxX: Double(side - 1), maxY: Double(side - 1))
    func span(_ box: PixelBox) -> (Double, Double) { isWide ? (box.x1, box.x2) : (box.y1, box.y2) }
    let (all, kept) = (span(moved), span(inside))
    let counts = all.1 > all.0 ? 2 * (kept.1 - kept.0) >= all.1 - all.0 : all == kept
    return counts ? inside : nil
  }
}

extension View.Crop {
  /// The part of a resized frame that is seen.
  func part(of size: ImageSize) -> FramePart {
    switch self {
    case .square(let index): return FrameSquares(size)[index]
    case .centre(let side):
      let (width, height) = (min(side, size.width), min(side, size.height))
      return FramePart(
        left: (size.width - width + 1) / 2, top: (size.height - height + 1) / 2, width: width, height: height)
    case .middle(let side):
      let (width, height) = (min(side, size.width), min(side, size.height))
      func half(_ rest: Int) -> Int { Int((Double(rest) / 2).rounded(.toNearestOrEven)) }
      return FramePart(left: half(size.width - width), top: half(size.height - height), width: width, height: height)
    case .whole, .rest: return FramePart(left: 0, top: 0, width: size.width, height: size.height)
    }
  }
}

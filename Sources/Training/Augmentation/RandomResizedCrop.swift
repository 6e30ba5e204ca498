public import Geometry
internal import Glibc

/// Cuts a rectangle of random area and aspect and resizes it to a square, as Inception networks are trained; for clips
/// without boxes.
///
/// Source: Szegedy et al., "Going Deeper with Convolutions", 2014, section 6.
public struct RandomResizedCrop: ByteAugmentation, FloatAugmentation {
  /// The square's side in pixels.
  public var side: Int
  /// Of the rectangle's area to the frame's (`DATA.TRAIN_JITTER_SCALES_RELATIVE`).
  public var areas: ClosedRange<Double>
  /// Of the rectangle's width to its height (`DATA.TRAIN_JITTER_ASPECT_RELATIVE`).
  public var aspects: ClosedRange<Double>
  /// Whether the aspect's logarithm is uniformly distributed, else the aspect.
  public var isLogarithmic = true
  /// Whether width and height change places half of the time.
  public var switchesSides = false
  /// Whether first and last frame have rectangles of their own, between which the others' move
  /// (`DATA.TRAIN_JITTER_MOTION_SHIFT`).
  public var movesOverTime = false

  public init(_ side: Int, areas: ClosedRange<Double> = 0.08...1, aspects: ClosedRange<Double> = 3.0 / 4...4.0 / 3) {
    precondition(side > 0 && areas.lowerBound > 0 && aspects.lowerBound > 0, "areas and aspects are positive")
    self.side = side
    self.areas = areas
    self.aspects = aspects
  }

  /// How often a rectangle is drawn that does not fit before the middle is taken.
  private static let attempts = 10

  /// Draws a rectangle: area, aspect, the switch of sides (drawn even where it is off), then top and left, both of which
  /// may touch the edge. After ten that do not fit: the largest in the middle whose aspect is allowed.
  public func rectangle(in size: ImageSize, _ draws: inout some Draws) -> PixelRectangle {
    for _ in 0..<Self.attempts {
      let area = draws.uniform(areas.lowerBound, areas.upperBound) * Double(size.width * size.height)
      let aspect =
        isLogarithmic
        ? exp(draws.uniform(log(aspects.lowerBound), log(aspects.upperBound)))
        : draws.uniform(aspects.lowerBound, aspects.upperBound)
      var width = Int((area * aspect).squareRoot().rounded(.toNearestOrEven))
      var height = Int((area / aspect).squareRoot().rounded(.toNearestOrEven))
      if draws.uniform() < 0.5 && switchesSides { swap(&width, &height) }
      if width > 0 && width <= size.width && height > 0 && height <= size.height {
        let top = draws.integer(in: 0...size.height - height)
        let left = draws.integer(in: 0...size.width - width)
        return PixelRectangle(left: left, top: top, width: width, height: height)
      }
    }
    var (width, height) = (size.width, size.height)
    let ratio = Double(width) / Double(height)
    if ratio < aspects.lowerBound {
      height = Int((Double(width) / aspects.lowerBound).rounded(.toNearestOrEven))
    } else if ratio > aspects.upperBound {
      width = Int((Double(height) * aspects.upperBound).rounded(.toNearestOrEven))
    }
    // A frame of a single row or column may round to nothing.
    (width, height) = (max(1, width), max(1, height))
    return PixelRectangle(
      left: (size.width - width) / 2, top: (size.height - height) / 2, width: width, height: height)
  }

  public func apply<Frame>(to clip: inout Clip<Frame>, _ draws: inout some Draws) {
    precondition(clip.boxes.isEmpty, "boxes do not follow a crop that changes the aspect")
    let count = clip.frames.count
    let first = rectangle(in: clip.size, &draws)
    let last = movesOverTime ? rectangle(in: clip.size, &draws) : first
    let target = ImageSize(width: side, height: side)
    for index in 0..<count {
      let part = between(first, last, index, of: count)
      clip.frames[index] = clip.frames[index].cropped(to: part).resized(to: target)
    }
  }
}

/// The rectangle of a frame between the first one's and the last one's; fractions of pixels are dropped.
private func between(_ first: PixelRectangle, _ last: PixelRectangle, _ index: Int, of count: Int) -> PixelRectangle {
  if count == 1 || first == last { return first }
  // In float32, and from the nearer end, as PyTorch's `linspace`.
  func value(_ start: Int, _ end: Int) -> Int {
    let step = (Float(end) - Float(start)) / Float(count - 1)
    return index < count / 2
      ? Int(Float(start) + step * Float(index)) : Int(Float(end) - step * Float(count - 1 - index))
  }
  return PixelRectangle(
    left: value(first.left, last.left), top: value(first.top, last.top),
    width: value(first.size.width, last.size.width), height: value(first.size.height, last.size.height))
}

/// The size of an image in pixels.
public struct ImageSize: Hashable, Sendable {
  /// In pixels.
  public var width: Int
  /// In pixels.
  public var height: Int

  /// Makes a size in pixels.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// The smaller of width and height, in pixels.
  public var shortSide: Int { min(width, height) }

  /// The size with a short side of another length, the long side rounded down: by way of the rounded ratio of the sides, as
  /// PySlowFast computes it.
  public func scaled(toShortSide length: Int) -> ImageSize {
    func long(_ side: Int, _ short: Int) -> Int { Int((Double(side) / Double(short) * Double(length)).rounded(.down)) }
    return width < height
      ? ImageSize(width: length, height: long(height, width)) : ImageSize(width: long(width, height), height: length)
  }
}

/// A box in fractions of the image, 0 to 1: x to the right, y downwards.
///
/// Nothing is promised about the order of the corners: what comes from a file may be inverted.
public struct UnitBox: Hashable, BitwiseCopyable, Sendable {
  /// The left edge, as a fraction of the width.
  public var x1: Double
  /// The upper edge, as a fraction of the height.
  public var y1: Double
  /// The right edge, as a fraction of the width.
  public var x2: Double
  /// The lower edge, as a fraction of the height.
  public var y2: Double

  /// Makes a box of its upper left and lower right corner, in fractions of the frame.
  public init(x1: Double, y1: Double, x2: Double, y2: Double) {
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }

  /// Width times height, negative when exactly one axis is inverted.
  public var area: Double { (y2 - y1) * (x2 - x1) }

  /// Whether the box has a positive extent on both axes.
  public var isProper: Bool { y1 < y2 && x1 < x2 }

  /// Scales to an image's pixels.
  public func pixels(in size: ImageSize) -> PixelBox {
    PixelBox(
      x1: x1 * Double(size.width), y1: y1 * Double(size.height), x2: x2 * Double(size.width),
      y2: y2 * Double(size.height))
  }
}

/// A box in pixels of one particular image.
public struct PixelBox: Hashable, Sendable {
  /// The left edge, in pixels.
  public var x1: Double
  /// The upper edge, in pixels.
  public var y1: Double
  /// The right edge, in pixels.
  public var x2: Double
  /// The lower edge, in pixels.
  public var y2: Double

  /// Makes a box of its upper left and lower right corner, in pixels.
  public init(x1: Double, y1: Double, x2: Double, y2: Double) {
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }

  /// Moves every corner into 0...maxX and 0...maxY.
  public func clipped(maxX: Double, maxY: Double) -> PixelBox {
    PixelBox(
      x1: min(max(x1, 0), maxX), y1: min(max(y1, 0), maxY), x2: min(max(x2, 0), maxX), y2: min(max(y2, 0), maxY))
  }

  /// Multiplies every coordinate.
  public func scaled(by factor: Double) -> PixelBox {
    PixelBox(x1: x1 * factor, y1: y1 * factor, x2: x2 * factor, y2: y2 * factor)
  }

  /// The box in fractions of its image.
  public func unit(in size: ImageSize) -> UnitBox {
    let (width, height) = (Double(size.width), Double(size.height))
    return UnitBox(x1: x1 / width, y1: y1 / height, x2: x2 / width, y2: y2 / height)
  }
}

/// Intersection over union of two boxes; 0 where they do not meet or have no area.
///
/// The operations and their order are those of the public AVA evaluators (areas as height times width,
/// union as area + area - intersection), so that results agree to the last bit.
public func intersectionOverUnion(_ a: UnitBox, _ b: UnitBox) -> Double {
  let height = max(0, min(a.y2, b.y2) - max(a.y1, b.y1))
  let width = max(0, min(a.x2, b.x2) - max(a.x1, b.x1))
  let intersection = height * width
  if intersection == 0 { return 0 }
  return intersection / ((a.area + b.area) - intersection)
}

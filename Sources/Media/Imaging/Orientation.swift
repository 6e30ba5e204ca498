public import Geometry

/// How a stored image must be turned to stand upright: the eight values of EXIF's Orientation tag, named by
/// what must be done to the stored image.
public enum Orientation: Int, Sendable, CaseIterable {
  case upright = 1
  case flippedHorizontally = 2
  case rotated180 = 3
  case flippedVertically = 4
  /// Mirrored at the main diagonal: rows become columns.
  case transposed = 5
  /// Turned a quarter to the right.
  case rotated90 = 6
  /// Mirrored at the other diagonal.
  case transversed = 7
  /// Turned a quarter to the left.
  case rotated270 = 8

  /// Whether rows become columns.
  public var swapsAxes: Bool { rawValue >= 5 }

  /// The upright size of a stored image.
  public func size(of stored: ImageSize) -> ImageSize {
    swapsAxes ? ImageSize(width: stored.height, height: stored.width) : stored
  }

  /// Whether x runs backwards along its source axis, after a transposition if there is one.
  private var reversesX: Bool { [.flippedHorizontally, .rotated180, .rotated90, .transversed].contains(self) }
  /// Whether y runs backwards along its source axis.
  private var reversesY: Bool { [.flippedVertically, .rotated180, .rotated270, .transversed].contains(self) }

  /// The index of the first pixel and the steps to the next pixel and row, in pixels of the stored image.
  ///
  /// - Parameter stride: From row to row of the stored image; nil where they follow each other.
  func walk(over stored: ImageSize, stride: Int? = nil) -> (start: Int, right: Int, down: Int) {
    let (w, h) = (stored.width, stored.height)
    let row = stride ?? w
    if swapsAxes {
      let start = (reversesX ? (h - 1) * row : 0) + (reversesY ? w - 1 : 0)
      return (start, reversesX ? -row : row, reversesY ? -1 : 1)
    }
    let start = (reversesX ? w - 1 : 0) + (reversesY ? (h - 1) * row : 0)
    return (start, reversesX ? -1 : 1, reversesY ? -row : row)
  }
}

extension Orientation {
  /// Turns a plane of one byte a pixel.
  ///
  /// - Parameters:
  ///   - stored: The plane's size; `stride` bytes from row to row.
  ///   - target: Rows of the upright plane, `targetStride` bytes apart.
  public func turn(
    _ plane: UnsafePointer<UInt8>, stride: Int, size stored: ImageSize, into target: UnsafeMutablePointer<UInt8>,
    stride targetStride: Int
  ) {
    let upright = size(of: stored)
    let (start, right, down) = walk(over: stored, stride: stride)
    for y in 0..<upright.height {
      let to = target + y * targetStride
      var from = plane + start + y * down
      for x in 0..<upright.width {
        to[x] = from.pointee
        from += right
      }
    }
  }
}

extension Image {
  /// Turns and mirrors the image as `orientation` says, losing nothing.
  public func applying(_ orientation: Orientation) -> Image {
    if orientation == .upright { return self }
    let target = orientation.size(of: size)
    let (start, right, down) = orientation.walk(over: size)
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { output, count in
      pixels.withUnsafeBufferPointer { input in
        var to = 0
        for y in 0..<target.height {
          var from = (start + y * down) * 3
          for _ in 0..<target.width {
            output[to] = input[from]
            output[to + 1] = input[from + 1]
            output[to + 2] = input[from + 2]
            to += 3
            from += right * 3
          }
        }
      }
      count = pixels.count
    }
    return Image(size: target, order: order, pixels: turned)
  }

  /// Mirrors the image left to right.
  public func flippedHorizontally() -> Image { applying(.flippedHorizontally) }

  /// Gives the image the channel order asked for.
  public func converted(to wanted: ChannelOrder) -> Image {
    if wanted == order { return self }
    var swapped = pixels
    swapped.withUnsafeMutableBufferPointer { pixels in
      for start in stride(from: 0, to: pixels.count - 2, by: 3) { pixels.swapAt(start, start + 2) }
    }
    return Image(size: size, order: wanted, pixels: swapped)
  }
}

internal import Geometry
internal import Imaging

/// Where the pixels of a picture come from: x' = xx x + xy y + x0, y' = yx x + yy y + y0.
struct AffineMap {
  var xx = 1.0
  var xy = 0.0
  var x = 0.0
  var yx = 0.0
  var yy = 1.0
  var y = 0.0
}

/// Moves the pixels of an 8-bit image as Pillow's `transform(AFFINE)` does, to the same size.
///
/// Interpolation by two or four pixels an axis, in float64, without widening where the image shrinks; beyond the border its
/// pixels are repeated, but where a pixel's middle comes from outside, it is grey (128). Fractions are dropped at the end.
///
/// - Parameter filter: The linear one, or a cubic with a = -1.
func transformLikePillow(_ image: Image, _ map: AffineMap, by filter: PillowFilter) -> Image {
  let (width, height) = (image.width, image.height)
  var result = image
  image.pixels.withUnsafeBufferPointer { from in
    result.pixels.withUnsafeMutableBufferPointer { to in
      var place = 0
      for row in 0..<height {
        for column in 0..<width {
          let (middleX, middleY) = (Double(column) + 0.5, Double(row) + 0.5)
          let x = map.xx * middleX + map.xy * middleY + map.x
          let y = map.yx * middleX + map.yy * middleY + map.y
          if x < 0 || x >= Double(width) || y < 0 || y >= Double(height) {
            for channel in 0..<3 { to[place + channel] = 128 }
          } else {
            let point = SourcePoint(x: x - 0.5, y: y - 0.5, width: width, height: height)
            for channel in 0..<3 {
              let value = filter == .cubic ? point.cubic(from, channel) : point.linear(from, channel)
              to[place + channel] = UInt8(max(0, min(255, value)))
            }
          }
          place += 3
        }
      }
    }
  }
  return result
}

/// A place between the middles of pixels.
private struct SourcePoint {
  /// The pixel before it.
  private let column: Int
  private let row: Int
  /// The way to the next one.
  private let dx: Double
  private let dy: Double
  private let width: Int
  private let height: Int

  init(x: Double, y: Double, width: Int, height: Int) {
    let (column, row) = (x.rounded(.down), y.rounded(.down))
    (self.column, self.row) = (Int(column), Int(row))
    (dx, dy) = (x - column, y - row)
    (self.width, self.height) = (width, height)
  }

  /// A pixel so many columns and rows after the one before the place, or the nearest one.
  @inline(__always)
  private func level(_ pixels: UnsafeBufferPointer<UInt8>, _ right: Int, _ down: Int, _ channel: Int) -> Double {
    let x = max(0, min(width - 1, column + right))
    let y = max(0, min(height - 1, row + down))
    return Double(pixels[(y * width + x) * 3 + channel])
  }

  func linear(_ pixels: UnsafeBufferPointer<UInt8>, _ channel: Int) -> Double {
    func along(_ down: Int) -> Double {
      let (a, b) = (level(pixels, 0, down, channel), level(pixels, 1, down, channel))
      return a + (b - a) * dx
    }
    let (a, b) = (along(0), along(1))
    return a + (b - a) * dy
  }

  func cubic(_ pixels: UnsafeBufferPointer<UInt8>, _ channel: Int) -> Double {
    func along(_ down: Int) -> Double {
      mix(
        level(pixels, -1, down, channel), level(pixels, 0, down, channel), level(pixels, 1, down, channel),
        level(pixels, 2, down, channel), dx)
    }
    return mix(along(-1), along(0), along(1), along(2), dy)
  }
}

/// Keys' cubic with a = -1 through four values, `way` after the second.
@inline(__always)
private func mix(_ a: Double, _ b: Double, _ c: Double, _ d: Double, _ way: Double) -> Double {
  let first = c - a
  let second = 2 * (a - b) + c - d
  let third = b - a - c + d
  return b + way * (first + way * (second + way * third))
}

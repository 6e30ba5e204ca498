public import Geometry

/// The size that OpenCV's `resize` gives an image by a factor: sides rounded, halves to even.
public func sizeLikeOpenCV(_ size: ImageSize, scaledBy factor: Double) -> ImageSize {
  func side(_ length: Int) -> Int { Int((Double(length) * factor).rounded(.toNearestOrEven)) }
  return ImageSize(width: side(size.width), height: side(size.height))
}

/// Resizes a float image by a factor as OpenCV's `resize(fx, fy, INTER_LINEAR)` does, without antialiasing.
///
/// Pixels are placed by the factor itself, not by the ratio of the sizes, which rounding has changed: over a long side they
/// differ by most of a pixel.
///
/// - Parameter factor: Such that both sides are at least 1 by ``sizeLikeOpenCV(_:scaledBy:)``.
public func resizeLikeOpenCV(_ image: FloatImage, scaledBy factor: Double) -> FloatImage {
  let target = sizeLikeOpenCV(image.size, scaledBy: factor)
  precondition(target.width > 0 && target.height > 0 && image.width > 0 && image.height > 0, "sizes are positive")
  let columns = linearTaps(from: image.width, to: target.width, factor)
  let rows = linearTaps(from: image.height, to: target.height, factor)
  let (sourceLength, rowLength) = (image.width * 3, target.width * 3)
  // Two widened rows, and which source rows they hold.
  var (upper, lower) = ([Float](repeating: 0, count: rowLength), [Float](repeating: 0, count: rowLength))
  var (upperRow, lowerRow) = (-1, -1)
  let pixels = [Float](unsafeUninitializedCapacity: rowLength * target.height) { output, count in
    image.pixels.withUnsafeBufferPointer { input in
      func widen(_ row: Int, into widened: inout [Float]) {
        var to = 0
        for tap in columns {
          let (left, right) = (row * sourceLength + tap.first * 3, row * sourceLength + tap.second * 3)
          for channel in 0..<3 {
            widened[to + channel] = input[left + channel] * (1 - tap.fraction) + input[right + channel] * tap.fraction
          }
          to += 3
        }
      }
      for (y, row) in rows.enumerated() {
        if row.first == lowerRow {
          swap(&upper, &lower)
          swap(&upperRow, &lowerRow)
        }
        if row.first != upperRow {
          widen(row.first, into: &upper)
          upperRow = row.first
        }
        if row.second != lowerRow {
          widen(row.second, into: &lower)
          lowerRow = row.second
        }
        for index in 0..<rowLength {
          output[y * rowLength + index] = upper[index] * (1 - row.fraction) + lower[index] * row.fraction
        }
      }
    }
    count = rowLength * target.height
  }
  return FloatImage(size: target, order: image.order, pixels: pixels)
}

/// The source positions before and after each target position, and the way from one to the other.
private func linearTaps(
  from source: Int, to target: Int, _ factor: Double
) -> [(first: Int, second: Int, fraction: Float)] {
  let scale = 1 / factor
  return (0..<target).map { index in
    let position = (Double(index) + 0.5) * scale - 0.5
    let first = Int(position.rounded(.down))
    if first < 0 { return (0, min(1, source - 1), 0) }
    if first >= source - 1 { return (source - 1, source - 1, 0) }
    return (first, first + 1, Float(position - Double(first)))
  }
}

public import Geometry
internal import CSIMD

/// Resizes an 8-bit image bilinearly as OpenCV's `resize(INTER_LINEAR)` does on x86-64, bit for bit.
///
/// Weights are fixed-point with 11 bits; the vertical pass drops bits as OpenCV's SIMD code does. A float
/// interpolation rounded at the end would differ by one level at about one pixel in eight.
///
/// - Parameter target: Both sides at least 1.
/// - Complexity: Source rows that no target row needs are skipped; each needed row is widened once.
public func resizeLikeOpenCV(_ image: Image, to target: ImageSize) -> Image {
  precondition(target.width > 0 && target.height > 0 && image.width > 0 && image.height > 0, "sizes are positive")
  if target == image.size { return image }
  let columns = ColumnTaps(from: image.width, to: target.width)
  let rowLength = target.width * 3
  let sourceLength = image.width * 3
  let scale = inverseScale(image.height, target.height)
  // Two widened rows, and which source rows they hold.
  var upper = [Int16](repeating: 0, count: rowLength + ColumnTaps.overhang)
  var lower = upper
  var (upperRow, lowerRow) = (-1, -1)
  let pixels = [UInt8](unsafeUninitializedCapacity: rowLength * target.height) { output, count in
    image.pixels.withUnsafeBufferPointer { input in
      for y in 0..<target.height {
        let (first, fraction) = split(y, scale)
        let top = min(max(first, 0), image.height - 1)
        let bottom = min(max(first + 1, 0), image.height - 1)
        if top == lowerRow {
          swap(&upper, &lower)
          swap(&upperRow, &lowerRow)
        }
        if top != upperRow {
          columns.widen(input.extracting((top * sourceLength)..<((top + 1) * sourceLength)), into: &upper)
          upperRow = top
        }
        if bottom != lowerRow {
          columns.widen(input.extracting((bottom * sourceLength)..<((bottom + 1) * sourceLength)), into: &lower)
          lowerRow = bottom
        }
        let weights = (upper: weight(1 - fraction), lower: weight(fraction))
        blend(upper, lower, weights, into: output.extracting((y * rowLength)..<((y + 1) * rowLength)))
      }
    }
    count = rowLength * target.height
  }
  return Image(size: target, order: image.order, pixels: pixels)
}

/// Source pixels a target pixel, rounded as OpenCV rounds it: the inverse of an inverse.
private func inverseScale(_ source: Int, _ target: Int) -> Double { 1 / (Double(target) / Double(source)) }

/// Splits a target pixel's centre into the source pixel before it and the way to the next.
private func split(_ target: Int, _ scale: Double) -> (first: Int, fraction: Float) {
  let position = Float((Double(target) + 0.5) * scale - 0.5)
  let first = position.rounded(.down)
  return (Int(first), position - first)
}

/// A weight with 11 fraction bits, halves to even.
private func weight(_ fraction: Float) -> Int16 { Int16((fraction * 2048).rounded(.toNearestOrEven)) }

/// The two source columns and weights of every target column.
private struct ColumnTaps {
  /// Values that are written after the last one of a row.
  static let overhang = 1
  /// Where a column's left pixel begins; the right one follows it, or has no weight.
  private var lefts: [Int32]
  /// Left and right weight, four times over: one register a column.
  private var weights: [SIMD8<Int16>]
  /// The columns, an even number, whose two pixels are followed by two more bytes of the same row.
  private let inner: Int

  init(from source: Int, to target: Int) {
    let scale = inverseScale(source, target)
    lefts = []
    weights = []
    for x in 0..<target {
      var (first, fraction) = split(x, scale)
      if first < 0 { (first, fraction) = (0, 0) }
      if first >= source - 1 { (first, fraction) = (source - 1, 0) }
      let (left, right) = (weight(1 - fraction), weight(fraction))
      lefts.append(Int32(first * 3))
      weights.append(SIMD8(left, right, left, right, left, right, left, right))
    }
    let safe = lefts.firstIndex { $0 + 8 > source * 3 } ?? target
    inner = safe & ~1
  }

  /// Interpolates one row along x; of the 11 + 8 bits of each value the upper 15 are kept.
  ///
  /// - Parameter row: ``overhang`` more than the values of the row.
  func widen(_ source: UnsafeBufferPointer<UInt8>, into row: inout [Int16]) {
    row.withUnsafeMutableBufferPointer { row in
      guard let input = source.baseAddress, let output = row.baseAddress else { return }
      lefts.withUnsafeBufferPointer { lefts in
        weights.withUnsafeBufferPointer { weights in
          var first = 0
          #if arch(x86_64)
            guard let taps = weights.baseAddress, let offsets = lefts.baseAddress else { return }
            while first < inner {
              let low = simd_multiply_pairs(simd_pixel_pairs(input + Int(offsets[first])), taps + first)
              let high = simd_multiply_pairs(simd_pixel_pairs(input + Int(offsets[first + 1])), taps + (first + 1))
              simd_store_shifted4(output + first * 3, low, output + (first * 3 + 3), high)
              first += 2
            }
          #endif
          for x in first..<lefts.count {
            let left = input + Int(lefts[x])
            // At the border the right pixel has no weight, and may not be there.
            let right = weights[x][1] == 0 ? left : left + 3
            for channel in 0..<3 {
              let sum = Int32(left[channel]) &* Int32(weights[x][0]) &+ Int32(right[channel]) &* Int32(weights[x][1])
              output[x * 3 + channel] = Int16(truncatingIfNeeded: sum >> 4)
            }
          }
        }
      }
    }
  }
}

/// Mixes two widened rows along y and rounds to 8 bits.
private func blend(
  _ upper: [Int16], _ lower: [Int16], _ weights: (upper: Int16, lower: Int16),
  into output: UnsafeMutableBufferPointer<UInt8>
) {
  let (upperWeight, lowerWeight) = (Int32(weights.upper), Int32(weights.lower))
  upper.withUnsafeBufferPointer { upper in
    lower.withUnsafeBufferPointer { lower in
      guard let a = upper.baseAddress, let b = lower.baseAddress, let to = output.baseAddress else { return }
      var first = 0
      #if arch(x86_64)
        while first + 16 <= output.count {
          simd_store_bytes16(
            to + first, simd_mix8(a + first, b + first, weights.upper, weights.lower),
            simd_mix8(a + (first + 8), b + (first + 8), weights.upper, weights.lower))
          first += 16
        }
      #endif
      for index in first..<output.count {
        let high = Int16(truncatingIfNeeded: (Int32(a[index]) &* upperWeight) >> 16)
        let low = Int16(truncatingIfNeeded: (Int32(b[index]) &* lowerWeight) >> 16)
        let value = (high &+ low &+ 2) >> 2
        to[index] = UInt8(truncatingIfNeeded: max(0, min(255, value)))
      }
    }
  }
}

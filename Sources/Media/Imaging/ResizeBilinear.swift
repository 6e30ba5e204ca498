public import Geometry

/// Resizes a float image bilinearly as PyTorch's `interpolate(mode="bilinear", align_corners=False)` does,
/// without antialiasing.
///
/// Rows first, then columns, each sum one fused multiply-add, as PyTorch's general CPU path computes three channels
/// on x86-64 with FMA: the result is the same to the last bit. (On one thread, or for small images, PyTorch
/// takes another path that differs by some 1e-6.)
public func resizeBilinear(_ image: FloatImage, to target: ImageSize) -> FloatImage {
  precondition(target.width > 0 && target.height > 0 && image.width > 0 && image.height > 0, "sizes are positive")
  if target == image.size { return image }
  let columns = taps(from: image.width, to: target.width)
  let rows = taps(from: image.height, to: target.height)
  let rowLength = target.width * 3
  // Two widened rows, and which source rows they hold.
  var upper = [Float](repeating: 0, count: rowLength)
  var lower = upper
  var (upperRow, lowerRow) = (-1, -1)
  let pixels = [Float](unsafeUninitializedCapacity: rowLength * target.height) { output, count in
    image.pixels.withUnsafeBufferPointer { input in
      for (y, row) in rows.enumerated() {
        if row.first == lowerRow {
          swap(&upper, &lower)
          swap(&upperRow, &lowerRow)
        }
        if row.first != upperRow {
          widen(input, row: row.first * image.width * 3, columns, into: &upper)
          upperRow = row.first
        }
        if row.second != lowerRow {
          widen(input, row: row.second * image.width * 3, columns, into: &lower)
          lowerRow = row.second
        }
        let start = y * rowLength
        for index in 0..<rowLength {
          output[start + index] = (lower[index] * row.secondWeight).addingProduct(upper[index], row.firstWeight)
        }
      }
    }
    count = rowLength * target.height
  }
  return FloatImage(size: target, order: image.order, pixels: pixels)
}

/// Two source positions of a target position, with their weights.
private struct Tap {
  var first: Int
  var second: Int
  var firstWeight: Float
  var secondWeight: Float
}

private func taps(from source: Int, to target: Int) -> [Tap] {
  let scale = Float(source) / Float(target)
  return (0..<target).map { index in
    let position = max(0, scale * (Float(index) + 0.5) - 0.5)
    let first = min(Int(position), source - 1)
    let fraction = min(max(position - Float(first), 0), 1)
    return Tap(
      first: first, second: min(first + 1, source - 1), firstWeight: 1 - fraction, secondWeight: fraction)
  }
}

/// Interpolates the row that begins at `start` along x.
private func widen(_ input: UnsafeBufferPointer<Float>, row start: Int, _ taps: [Tap], into row: inout [Float]) {
  row.withUnsafeMutableBufferPointer { row in
    var to = 0
    for tap in taps {
      let (left, right) = (start + tap.first * 3, start + tap.second * 3)
      for channel in 0..<3 {
        row[to + channel] = (input[right + channel] * tap.secondWeight)
          .addingProduct(input[left + channel], tap.firstWeight)
      }
      to += 3
    }
  }
}

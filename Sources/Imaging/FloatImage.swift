public import Geometry

/// A colour picture of float32 values: rows from top to bottom, three interleaved channels.
public struct FloatImage: Sendable {
  public let size: ImageSize
  public let order: ChannelOrder
  /// height x width x 3 values.
  public var pixels: [Float]

  public init(size: ImageSize, order: ChannelOrder, pixels: [Float]) {
    precondition(pixels.count == size.width * size.height * 3, "an image's pixels must fill its size")
    self.size = size
    self.order = order
    self.pixels = pixels
  }

  /// Converts an 8-bit picture: every value divided by `divisor` in float32.
  public init(_ image: Image, dividedBy divisor: Float = 255) {
    let levels = (0...255).map { Float($0) / divisor }
    self.init(size: image.size, order: image.order, pixels: image.pixels.map { levels[Int($0)] })
  }

  public var width: Int { size.width }
  public var height: Int { size.height }

  /// Mirrors the picture left to right.
  public func flippedHorizontally() -> FloatImage {
    var flipped = pixels
    for y in 0..<height {
      for x in 0..<width {
        let (from, to) = ((y * width + x) * 3, (y * width + width - 1 - x) * 3)
        for channel in 0..<3 { flipped[to + channel] = pixels[from + channel] }
      }
    }
    return FloatImage(size: size, order: order, pixels: flipped)
  }
}

/// Resizes a float picture bilinearly as PyTorch's `interpolate(mode="bilinear", align_corners=False)` does,
/// without antialiasing.
///
/// The sums run in the order of PyTorch's interleaved path with fused multiply-adds (x86-64 with FMA): the result
/// is the same to the last bit.
public func resizeBilinear(_ image: FloatImage, to target: ImageSize) -> FloatImage {
  precondition(target.width > 0 && target.height > 0 && image.width > 0 && image.height > 0, "sizes are positive")
  if target == image.size { return image }
  let columns = taps(from: image.width, to: target.width)
  let rows = taps(from: image.height, to: target.height)
  let total = target.width * target.height * 3
  let pixels = [Float](unsafeUninitializedCapacity: total) { output, count in
    image.pixels.withUnsafeBufferPointer { input in
      guard let source = input.baseAddress, var to = output.baseAddress else { return }
      for row in rows {
        let upper = source + row.first * image.width * 3
        let lower = source + row.second * image.width * 3
        for column in columns {
          let weights = (
            row.firstWeight * column.firstWeight, row.firstWeight * column.secondWeight,
            row.secondWeight * column.firstWeight, row.secondWeight * column.secondWeight
          )
          let (left, right) = (column.first * 3, column.second * 3)
          for channel in 0..<3 {
            var sum = weights.1 * upper[right + channel]
            sum.addProduct(weights.0, upper[left + channel])
            sum.addProduct(weights.2, lower[left + channel])
            sum.addProduct(weights.3, lower[right + channel])
            to[channel] = sum
          }
          to += 3
        }
      }
    }
    count = total
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
    let position = max(0, (-0.5 as Float).addingProduct(scale, Float(index) + 0.5))
    let first = min(Int(position), source - 1)
    let fraction = min(max(position - Float(first), 0), 1)
    return Tap(
      first: first, second: min(first + 1, source - 1), firstWeight: 1 - fraction, secondWeight: fraction)
  }
}

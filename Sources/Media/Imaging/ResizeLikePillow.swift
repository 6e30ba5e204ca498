public import Geometry

/// How Pillow weighs the source pixels around the middle of a target pixel.
public enum PillowFilter: Sendable {
  /// A triangle, `BILINEAR`.
  case linear
  /// Keys' cubic with a = -0.5, `BICUBIC`.
  case cubic

  /// How far the weights reach, in pixels of the coarser image.
  fileprivate var support: Double { self == .linear ? 1 : 2 }

  /// The weight at a distance in pixels of the coarser image.
  fileprivate func weight(_ distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .linear: return max(0, 1 - x)
    case .cubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
  }
}

/// Resizes an 8-bit image as Pillow's `resize` does, bit for bit.
///
/// A filter that widens where the image shrinks, so that every source pixel counts; columns first, then rows, each pass
/// rounded to 8 bits. Weights are fixed-point with 22 bits. An axis that keeps its size is left alone.
///
/// - Parameter target: Both sides at least 1.
public func resizeLikePillow(_ image: Image, to target: ImageSize, by filter: PillowFilter = .linear) -> Image {
  precondition(target.width > 0 && target.height > 0 && image.width > 0 && image.height > 0, "sizes are positive")
  let wide =
    target.width == image.width
    ? image : resampleColumns(image, to: target.width, FilterTaps(from: image.width, to: target.width, filter))
  return target.height == image.height
    ? wide : resampleRows(wide, to: target.height, FilterTaps(from: image.height, to: target.height, filter))
}

/// The source pixels that each target pixel weighs, along one axis.
private struct FilterTaps {
  /// The first source pixel of each target pixel.
  var firsts: [Int] = []
  /// Where the weights of each target pixel begin, and their end.
  var starts = [0]
  /// Fractions of `one`.
  var weights: [Int32] = []

  static let bits: Int32 = 22
  private static let one = Double(1 << 22)

  init(from source: Int, to target: Int, _ filter: PillowFilter) {
    let scale = Double(source) / Double(target)
    let widening = max(scale, 1)
    let support = filter.support * widening
    for index in 0..<target {
      let center = (Double(index) + 0.5) * scale
      let first = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), source)
      let shares = (first..<end).map { filter.weight((Double($0) - center + 0.5) * (1 / widening)) }
      let sum = shares.reduce(0, +)
      firsts.append(first)
      // Halves go away from zero.
      weights += shares.map { Int32(($0 < 0 ? -0.5 : 0.5) + $0 / sum * Self.one) }
      starts.append(weights.count)
    }
  }
}

private func resampleColumns(_ image: Image, to width: Int, _ taps: FilterTaps) -> Image {
  let pixels = [UInt8](unsafeUninitializedCapacity: width * image.height * 3) { output, count in
    image.pixels.withUnsafeBufferPointer { input in
      taps.weights.withUnsafeBufferPointer { weights in
        var to = 0
        for y in 0..<image.height {
          let line = y * image.width * 3
          for x in 0..<width {
            var sums = (Int32(1) << 21, Int32(1) << 21, Int32(1) << 21)
            var from = line + taps.firsts[x] * 3
            for tap in taps.starts[x]..<taps.starts[x + 1] {
              let weight = weights[tap]
              sums.0 &+= weight &* Int32(input[from])
              sums.1 &+= weight &* Int32(input[from + 1])
              sums.2 &+= weight &* Int32(input[from + 2])
              from += 3
            }
            output[to] = level(sums.0)
            output[to + 1] = level(sums.1)
            output[to + 2] = level(sums.2)
            to += 3
          }
        }
      }
    }
    count = width * image.height * 3
  }
  return Image(size: ImageSize(width: width, height: image.height), order: image.order, pixels: pixels)
}

private func resampleRows(_ image: Image, to height: Int, _ taps: FilterTaps) -> Image {
  let rowLength = image.width * 3
  var sums = [Int32](repeating: 0, count: rowLength)
  let pixels = [UInt8](unsafeUninitializedCapacity: rowLength * height) { output, count in
    image.pixels.withUnsafeBufferPointer { input in
      sums.withUnsafeMutableBufferPointer { sums in
        for y in 0..<height {
          for index in 0..<rowLength { sums[index] = 1 << 21 }
          var from = taps.firsts[y] * rowLength
          for tap in taps.starts[y]..<taps.starts[y + 1] {
            let weight = taps.weights[tap]
            for index in 0..<rowLength { sums[index] &+= weight &* Int32(input[from + index]) }
            from += rowLength
          }
          for index in 0..<rowLength { output[y * rowLength + index] = level(sums[index]) }
        }
      }
    }
    count = rowLength * height
  }
  return Image(size: ImageSize(width: image.width, height: height), order: image.order, pixels: pixels)
}

/// A sum of weighted pixels as an 8-bit value.
@inline(__always)
private func level(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: max(0, min(255, sum >> FilterTaps.bits))) }

import Augmentation
import Geometry
import Imaging
import Tensors

/// Frames of seeded noise.
func drawnImages(_ count: Int, width: Int, height: Int, seed: UInt64, order: ChannelOrder = .bgr) -> [Image] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in
    Image(
      size: ImageSize(width: width, height: height), order: order,
      pixels: (0..<width * height * 3).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 11) })
  }
}

func drawnClip(_ count: Int = 2, width: Int, height: Int, seed: UInt64, boxes: [PixelBox] = []) -> Clip<FloatImage> {
  Clip(frames: drawnImages(count, width: width, height: height, seed: seed).map { FloatImage($0) }, boxes: boxes)
}

extension FloatImage {
  /// The same picture with its channels the other way round.
  var turned: FloatImage {
    FloatImage(
      size: size, order: order == .bgr ? .rgb : .bgr,
      pixels: pixels.indices.map { pixels[$0 - $0 % 3 + 2 - $0 % 3] })
  }
}

/// Draws of a fixed number: its place between all bounds.
struct FixedDraws: Draws {
  var place: Double
  var count = 0

  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    count += 1
    return low + (high - low) * place
  }
  mutating func integer(in range: Range<Int>) -> Int {
    count += 1
    return min(range.upperBound - 1, range.lowerBound + Int(Double(range.count) * place))
  }
  mutating func integer(in range: ClosedRange<Int>) -> Int { integer(in: range.lowerBound..<range.upperBound + 1) }
  mutating func normal(mean: Double, deviation: Double) -> Double {
    count += 1
    return mean + deviation * place
  }
  mutating func noise(_ count: Int) -> [Float] { [Float](repeating: Float(place), count: count) }
  mutating func beta(_ a: Double, _ b: Double) -> Double {
    count += 1
    return place
  }
  mutating func permutation(_ count: Int) -> [Int] { Array(0..<count) }
  mutating func choice(_ count: Int, of total: Int, weights: [Double]?) -> [Int] { Array(0..<count) }
}

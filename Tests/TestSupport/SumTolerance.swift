/// How far sums of products may lie from the exact ones, by name.
///
/// Bounds are shares of a magnitude: what a sum would be if nothing in it cancelled, the sum of |weight| x |input|,
/// |bias| and |residual|.
public enum SumTolerance: Sendable, Equatable {
  /// Numbers summed in float32 in any order, products rounded or not: one rounding a number, of its own magnitude.
  ///
  /// Not measured but proved: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1.
  case summed(terms: Int)
  /// Winograd's F(4, 3) in time, of the largest magnitude in the map: a tile's inputs reach all its outputs. Measured
  /// over 400 drawn shapes of 1 to 512 channels on every instruction set: up to 5.9 x 2^-24, half of them below 1.9;
  /// few channels make the largest errors, and filters of a single tap up to 13.
  case winogradTime
  /// Winograd's F(4 x 4, 3 x 3) in space. Measured in the same way: up to 11.8 x 2^-24, half of them below 2.8;
  /// filters of a single tap up to 61.
  case winogradSpace
  /// Winograd's F(4, 3) in time whose points and transformed weights are rounded to bfloat16. Measured in the same way:
  /// up to 2.4 x 2^-8, half of them below 0.4.
  case winogradTimeBFloat16
  /// Winograd's F(2 x 2, 3 x 3) in space, of the same kind. Measured over 10,000 tiles of 2 channels, a quarter of them
  /// under filters of a single tap: up to 4.4 x 2^-8, half of them below 0.4; of 64 channels up to 0.5.
  case winogradSpaceBFloat16

  /// The bound as a share of the magnitude.
  public var share: Float {
    switch self {
    // Besides the products: bias, residual, and the reference's own rounding.
    case .summed(let terms): Float(terms + 4) * 0x1p-24
    case .winogradTime: 20 * 0x1p-24
    case .winogradSpace: 80 * 0x1p-24
    case .winogradTimeBFloat16: 4 * 0x1p-8
    case .winogradSpaceBFloat16: 6 * 0x1p-8
    }
  }

  /// Whether the magnitude is the largest in the map, else each output's own.
  public var isOfWholeMap: Bool { if case .summed = self { false } else { true } }
}

/// Results beside exact ones, and what bounds their difference.
public struct SumComparison {
  public var found: [Float]
  public var expected: [Float]
  /// What each sum would be if nothing cancelled.
  public var magnitudes: [Float]
  /// Of the arrays: the last axes vary fastest.
  public var shape: [Int]
  /// Whether what was found was rounded to bfloat16 in the end.
  public var isBFloat16: Bool

  public init(found: [Float], expected: [Float], magnitudes: [Float], shape: [Int], isBFloat16: Bool = false) {
    self.found = found
    self.expected = expected
    self.magnitudes = magnitudes
    self.shape = shape
    self.isBFloat16 = isBFloat16
  }

  /// The largest allowed difference of one output.
  private func bound(_ index: Int, _ tolerance: SumTolerance, largest: Float) -> Float {
    let bound = tolerance.share * (tolerance.isOfWholeMap ? largest : magnitudes[index])
    // Rounding to 8 bits; the processors' instructions take what is smaller than normal for zero.
    return isBFloat16 ? bound + 0x1p-8 * (abs(expected[index]) + bound) + Float.leastNormalMagnitude : bound
  }

  /// Nil when all differences are within their bounds, else one line with the worst one's place, both values, its bound
  /// and what the caller says of the case (shape, seed).
  public func difference(_ tolerance: SumTolerance, _ about: String) -> String? {
    if found.count != expected.count { return "\(found.count) values, expected \(expected.count) \(about)" }
    let largest = magnitudes.max() ?? 0
    var (worst, most, bad) = (0, Float(0), 0)
    for (index, (a, b)) in zip(found, expected).enumerated() {
      if a == b || (a.isNaN && b.isNaN) { continue }
      let gap = abs(a - b)
      let limit = bound(index, tolerance, largest: largest)
      if gap <= limit { continue }
      bad += 1
      let excess = gap.isNaN ? .infinity : gap / max(limit, .leastNormalMagnitude)
      if excess > most { (worst, most) = (index, excess) }
    }
    if bad == 0 { return nil }
    return "\(bad) of \(found.count) differ beyond \(tolerance): worst at \(place(worst)): \(found[worst]), expected "
      + "\(expected[worst]), \(most) times the bound \(bound(worst, tolerance, largest: largest)) \(about)"
  }

  /// An index along every axis.
  private func place(_ index: Int) -> [Int] {
    var rest = index
    return shape.reversed().map { length in
      defer { rest /= length }
      return rest % length
    }.reversed()
  }
}

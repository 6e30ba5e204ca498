internal import Glibc
internal import Tensors

/// Random draws that depend on a seed, an epoch and the number of a sample alone: not on how many samples others draw
/// for, nor on who computes them.
public struct SeededDraws: Draws, Sendable {
  private var generator: SeededGenerator
  private let origin: UInt64

  /// What a sample's number counts.
  public enum Purpose: Int, Sendable {
    /// Clips of the data set.
    case sample
    /// Batches, where their samples are mixed.
    case batch
    /// The order of an epoch's samples.
    case order
  }

  /// - Parameters:
  ///   - seed: Of the whole training (`RNG_SEED`).
  ///   - epoch: From 0.
  ///   - index: The sample's place in the data set, or the batch's place in the epoch.
  public init(seed: UInt64, epoch: Int, index: Int, purpose: Purpose = .sample) {
    self.init(origin: Self.mix(seed, [purpose.rawValue, epoch, index]))
  }

  private init(origin: UInt64) {
    self.origin = origin
    generator = SeededGenerator(seed: origin)
  }

  /// Draws of their own for a part of the sample, such as one of several clips of a video (`AUG.NUM_SAMPLE`); what was
  /// drawn before does not matter.
  public func stream(_ number: Int) -> SeededDraws { SeededDraws(origin: Self.mix(origin, [number])) }

  /// Every number is taken in after all bits before it were spread: neighbours have nothing in common.
  private static func mix(_ seed: UInt64, _ numbers: [Int]) -> UInt64 {
    func spread(_ value: UInt64) -> UInt64 {
      var generator = SeededGenerator(seed: value)
      return generator.next()
    }
    return numbers.reduce(spread(seed)) { spread($0 ^ UInt64(bitPattern: Int64($1))) }
  }

  public mutating func uniform(_ low: Double, _ high: Double) -> Double { generator.uniform(low, high) }

  public mutating func integer(in range: Range<Int>) -> Int {
    precondition(!range.isEmpty, "there must be an integer to draw")
    return range.lowerBound + below(range.count)
  }

  public mutating func integer(in range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  /// Not the standard library's way, which may change with its version.
  private mutating func below(_ count: Int) -> Int { Int(generator.next().multipliedFullWidth(by: UInt64(count)).high) }

  public mutating func normal(mean: Double, deviation: Double) -> Double { mean + deviation * normals().0 }

  public mutating func noise(_ count: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { values, filled in
      var index = 0
      while index < count {
        let pair = normals()
        values[index] = Float(pair.0)
        if index + 1 < count { values[index + 1] = Float(pair.1) }
        index += 2
      }
      filled = count
    }
  }

  /// Two standard normal numbers. Source: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
  private mutating func normals() -> (Double, Double) {
    let radius = (-2 * log(1 - generator.uniform())).squareRoot()
    let angle = 2 * Double.pi * generator.uniform()
    return (radius * cos(angle), radius * sin(angle))
  }

  public mutating func beta(_ a: Double, _ b: Double) -> Double {
    precondition(a > 0 && b > 0, "the beta distribution's parameters are positive")
    // As a share of two gamma variates, by their logarithms: for small parameters both may underflow.
    return 1 / (1 + exp(logGamma(b) - logGamma(a)))
  }

  /// The logarithm of a gamma variate. Source: Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables",
  /// 2000; below 1 by way of the next larger shape.
  private mutating func logGamma(_ shape: Double) -> Double {
    if shape < 1 { return logGamma(shape + 1) + log(1 - generator.uniform()) / shape }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normals().0
      let root = 1 + c * x
      if root <= 0 { continue }
      let v = root * root * root
      if log(1 - generator.uniform()) < x * x / 2 + d * (1 - v + log(v)) { return log(d * v) }
    }
  }

  public mutating func permutation(_ count: Int) -> [Int] {
    var numbers = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { numbers.swapAt(last, below(last + 1)) }
    return numbers
  }

  public mutating func choice(_ count: Int, of total: Int, weights: [Double]?) -> [Int] {
    guard var weights else { return (0..<count).map { _ in below(total) } }
    precondition(weights.count == total && weights.count { $0 > 0 } >= count, "there must be enough to choose from")
    return (0..<count).map { _ in
      var rest = generator.uniform(0, weights.reduce(0, +))
      var chosen = 0
      for (index, weight) in weights.enumerated() where weight > 0 {
        chosen = index
        rest -= weight
        if rest < 0 { break }
      }
      weights[chosen] = 0
      return chosen
    }
  }
}

/// Where an augmentation gets its random numbers from.
///
/// Operators ask for their draws in PySlowFast's order and with its bounds, so that a run of it can be followed by
/// answering from a list. Ranges say which library's rule holds: numpy's `randint` never draws the upper bound (`Range`),
/// Python's `random.randint` does (`ClosedRange`).
public protocol Draws {
  /// A number from `low` to `high`, uniformly distributed.
  mutating func uniform(_ low: Double, _ high: Double) -> Double

  /// An integer of a range without its upper bound; the range is not empty.
  mutating func integer(in range: Range<Int>) -> Int

  /// An integer of a range with its upper bound.
  mutating func integer(in range: ClosedRange<Int>) -> Int

  /// A normally distributed number.
  mutating func normal(mean: Double, deviation: Double) -> Double

  /// Numbers of the standard normal distribution.
  mutating func noise(_ count: Int) -> [Float]

  /// A number from 0 to 1 of the beta distribution; both parameters are positive.
  mutating func beta(_ a: Double, _ b: Double) -> Double

  /// The numbers below `count` in random order.
  mutating func permutation(_ count: Int) -> [Int]

  /// Some of the numbers below `total`.
  ///
  /// - Parameter weights: Nil: all are equally likely and may come again. Else `total` probabilities, of which at least
  ///   `count` are positive, and none comes twice.
  mutating func choice(_ count: Int, of total: Int, weights: [Double]?) -> [Int]
}

extension Draws {
  /// A number from 0 to 1, uniformly distributed.
  public mutating func uniform() -> Double { uniform(0, 1) }
}

internal import Tensors

/// How to draw videos anew, for the percentile bootstrap over videos.
public struct Resampling: Equatable, Sendable {
  /// How many times as many videos as there are are drawn, each of them as likely every time; at least 1.
  public var count: Int
  /// The same seed draws the same videos, whatever the order of the files and the number of threads.
  public var seed: UInt64
  /// The share of the resamples that an interval covers, between 0 and 1.
  public var confidence: Double

  /// Makes a way to resample: how often, by which seed, and how many of the resamples an interval holds (0.95 for 95 %).
  public init(count: Int = 1000, seed: UInt64 = 1, confidence: Double = 0.95) {
    self.count = count
    self.seed = seed
    self.confidence = confidence
  }

  /// Draws from some items, in each resample as many as there are.
  ///
  /// - Parameters:
  ///   - itemCount: How many there are; none gives no draws.
  ///   - body: Takes the resample and the item, both from 0; called resample by resample, once a draw.
  public func draw(from itemCount: Int, _ body: (_ resample: Int, _ item: Int) -> Void) {
    precondition(count > 0, "a bootstrap needs a resample")
    var random = SeededGenerator(seed: seed)
    for resample in 0..<count {
      for _ in 0..<itemCount { body(resample, Int.random(in: 0..<itemCount, using: &random)) }
    }
  }
}

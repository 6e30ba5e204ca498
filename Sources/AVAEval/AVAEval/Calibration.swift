/// Whether scores mean what they say: of detections with score 0.8, four of five should have found a box.
public struct Calibration: Equatable, Sendable {
  /// Bins of equal width from 0 to 1, empty ones included; a score on a border belongs to the upper bin, 1 to the last.
  public let bins: [Bin]

  /// Detections whose scores are alike.
  public struct Bin: Equatable, Sendable {
    /// The least score of the bin.
    public let lowerBound: Double
    /// The score where the next bin begins.
    public let upperBound: Double
    /// How many detections have such a score.
    public let count: Int
    /// How many of them found a box.
    public let hitCount: Int
    /// Nil in an empty bin.
    public let meanScore: Double?

    /// The share that found a box; nil in an empty bin.
    public var hitShare: Double? { count == 0 ? nil : Double(hitCount) / Double(count) }
  }

  /// How many detections there are.
  public var count: Int { bins.reduce(0) { $0 + $1.count } }

  /// The mean score of all detections.
  public var meanScore: Double {
    bins.reduce(0) { $0 + ($1.meanScore ?? 0) * Double($1.count) } / Double(count)
  }

  /// The share of all detections that found a box.
  public var hitShare: Double { Double(bins.reduce(0) { $0 + $1.hitCount }) / Double(count) }

  /// The expected calibration error: the mean over detections of the difference between the mean score and the share of
  /// hits in their bin.
  ///
  /// Source: Naeini et al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015.
  public var expectedError: Double {
    bins.reduce(0) { sum, bin in
      guard let score = bin.meanScore, let share = bin.hitShare else { return sum }
      return sum + abs(score - share) * Double(bin.count)
    } / Double(count)
  }
}

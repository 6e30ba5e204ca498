public import Inference

/// How the scores of several models become one.
public struct ScoreFusion: Sendable {
  public let way: ViewFusion
  /// Each model's, not negative, with a sum above 0.
  public let weights: [Double]

  public init(_ way: ViewFusion, weights: [Double]) {
    self.way = way
    self.weights = weights
  }

  /// Every model as much as any other.
  public init(_ way: ViewFusion, models: Int) { self.init(way, weights: Array(repeating: 1, count: models)) }

  /// Whether scores must lie between 0 and 1.
  var needsProbabilities: Bool { way == .logitMean }

  /// A model's score.
  struct Score {
    let value: Float
    /// What a score stands for that was rounded to 0.
    let resolution: Float

    init(_ value: Float, resolution: Float = 0) {
      self.value = value
      self.resolution = resolution
    }
  }

  /// Makes one score of several.
  ///
  /// A person whom some models lack gets the score of those that have them, times the share of these in all weights: as if
  /// the others had given 0: a box that one person detector of several finds is more often false. `max` takes the greatest
  /// there is.
  ///
  /// - Parameter scores: Nil for a model that lacks the person; NaN for one that does not score the class, whose weight
  ///   does not count.
  func fuse(_ scores: [Score?]) -> Float {
    var seen: [(score: Float, weight: Double)] = []
    var total = 0.0
    for (score, weight) in zip(scores, weights) where weight > 0 {
      guard let score else {
        total += weight
        continue
      }
      if score.value.isNaN { continue }
      total += weight
      seen.append((way == .logitMean ? score.inside : score.value, weight))
    }
    if seen.isEmpty { return 0 }
    // Sums of one order, so that the order of the models does not show in the last bit.
    seen.sort { ($0.score, $0.weight) < ($1.score, $1.weight) }
    let fused = way.fuse(seen.map(\.score), weights: seen.map(\.weight))
    if way == .max { return fused }
    let share = seen.reduce(0) { $0 + $1.weight } / total
    return share >= 1 ? fused : Float(Double(fused) * share)
  }
}

extension ScoreFusion.Score {
  /// The score for its logit: one that a CSV rounds to 0 or 1 is not infinitely far from one half.
  fileprivate var inside: Float { resolution > 0 ? min(max(value, resolution), 1 - resolution) : value }
}

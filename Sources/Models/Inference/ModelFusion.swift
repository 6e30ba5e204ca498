public import Tensors

/// How the scores of several models become one.
public struct ModelFusion: Equatable, Sendable {
  public let way: ViewFusion
  /// Each model's, not negative, with a sum above 0.
  public let weights: [Double]

  public init(_ way: ViewFusion, weights: [Double]) {
    precondition(
      weights.allSatisfy { $0 >= 0 } && weights.contains { $0 > 0 }, "no score comes of models that do not count")
    self.way = way
    self.weights = weights
  }

  /// Every model as much as any other.
  public init(_ way: ViewFusion, models: Int) { self.init(way, weights: Array(repeating: 1, count: models)) }

  /// A model's score of a person and class.
  public struct Score: Sendable {
    /// NaN where the model does not score the class.
    public let value: Float
    /// What a score stands for that was rounded to 0; 0 for scores that nobody rounded.
    public let resolution: Float

    public init(_ value: Float, resolution: Float = 0) {
      self.value = value
      self.resolution = resolution
    }

    /// The score for its logit: one that a CSV rounds to 0 or 1 is not infinitely far from one half.
    fileprivate var inside: Float { resolution > 0 ? min(max(value, resolution), 1 - resolution) : value }
  }

  /// Makes one table of scores of the models'.
  ///
  /// - Parameter models: [rows, classes] each, one for each weight.
  public func fuse(_ models: [Tensor]) -> Tensor {
    let fused = Tensor(zeros: models[0].shape)
    for index in 0..<fused.count {
      fused.mutableValues[index] = fuse(models.map { Score($0.values[index]) })
    }
    return fused
  }

  /// Makes one score of several, in float64. Equal scores stay as they are, and the order of the models does not show.
  ///
  /// A person whom some models lack gets the score of those that have them, times the share of these in all weights: as if
  /// the others had given 0, for a box that one person detector of several finds is more often false. `max` takes the
  /// greatest there is.
  ///
  /// - Parameter scores: Nil for a model that lacks the person; one that does not score the class does not count.
  public func fuse(_ scores: [Score?]) -> Float {
    var seen: [(score: Score, weight: Double)] = []
    var total = 0.0
    for (score, weight) in zip(scores, weights) where weight > 0 {
      guard let score else {
        total += weight
        continue
      }
      if score.value.isNaN { continue }
      total += weight
      seen.append((score, weight))
    }
    guard let first = seen.first else { return 0 }
    let fused = seen.allSatisfy { $0.score.value == first.score.value } ? first.score.value : joined(seen)
    if way == .max { return fused }
    let share = seen.reduce(0) { $0 + $1.weight } / total
    return share >= 1 ? fused : Float(Double(fused) * share)
  }

  private func joined(_ seen: [(score: Score, weight: Double)]) -> Float {
    // Sums of one order, so that the order of the models does not show in the last bit.
    let sorted = seen.map { (score: way == .logitMean ? $0.score.inside : $0.score.value, weight: $0.weight) }
      .sorted { ($0.score, $0.weight) < ($1.score, $1.weight) }
    return way.fuse(sorted.map(\.score), weights: sorted.map(\.weight))
  }
}

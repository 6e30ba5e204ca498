public import Configuration
internal import Glibc
public import Tensors

/// How the scores of a box in several views become one (`AVA.TEST_VIEW_FUSION`).
public enum ViewFusion: String, Sendable, CaseIterable {
  /// The mean of the scores.
  case mean
  /// The sigmoid of the mean of the scores' logits.
  case logitMean = "logit_mean"
  /// The greatest score.
  case max

  /// The way of a configuration.
  public init(_ config: Configuration) { self = ViewFusion(rawValue: config[.avaTestViewFusion]) ?? .mean }

  /// Makes one table of scores of several: in float64, in the order of the views, so that the result does not depend on
  /// when each was computed. What a single view has stays as it is, to the last bit.
  ///
  /// - Parameter views: [rows, classes] each, at least one; NaN where a row does not count in a view.
  /// - Returns: The same shape; NaN for a row that counts in none.
  public func fuse(_ views: [Tensor]) -> Tensor {
    if views.count == 1 { return views[0] }
    let fused = Tensor(zeros: views[0].shape)
    for index in 0..<fused.count {
      fused.mutableValues[index] = fuse(views.lazy.map { $0.values[index] }.filter { !$0.isNaN })
    }
    return fused
  }

  /// Makes one score of several.
  ///
  /// - Parameter weights: How much each counts in a mean, above 0; nil for all alike.
  public func fuse(_ scores: [Float], weights: [Double]? = nil) -> Float {
    guard let first = scores.first else { return .nan }
    if scores.allSatisfy({ $0 == first }) { return first }
    if self == .max { return scores.reduce(first) { Swift.max($0, $1) } }
    let values = scores.map { self == .mean ? Double($0) : logit($0) }
    let mean =
      if let weights {
        zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
      } else {
        values.reduce(0, +) / Double(values.count)
      }
    return Float(self == .mean ? mean : sigmoid(mean))
  }
}

/// The logit of a score; of 0 and 1, which float32 rounds very small and very great scores to, that of their neighbours.
private func logit(_ score: Float) -> Double {
  let inside = Double(min(max(score, Float.leastNonzeroMagnitude), Float(1).nextDown))
  return log(inside) - log1p(-inside)
}

private func sigmoid(_ logit: Double) -> Double { 1 / (1 + exp(-logit)) }

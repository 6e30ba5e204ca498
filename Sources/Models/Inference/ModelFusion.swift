internal import Wording
public import Tensors

/// How the scores of a run's several models become one.
public struct ModelFusion: Equatable, Sendable {
  public let way: ViewFusion
  /// Each model's, above 0.
  public let weights: [Double]

  public init(_ way: ViewFusion, weights: [Double]) {
    precondition(weights.allSatisfy { $0 > 0 }, "a model that does not count need not be asked")
    self.way = way
    self.weights = weights
  }

  /// Makes one table of scores of the models': in float64, in their order.
  ///
  /// - Parameter models: [rows, classes] each, one for each weight.
  public func fuse(_ models: [Tensor]) -> Tensor {
    let fused = Tensor(zeros: models[0].shape)
    for index in 0..<fused.count {
      fused.mutableValues[index] = way.fuse(models.map { $0.values[index] }, weights: weights)
    }
    return fused
  }
}

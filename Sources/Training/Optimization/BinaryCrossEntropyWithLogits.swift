internal import Glibc
public import Tensors

/// The mean over rows and classes of -(t log s + (1 - t) log(1 - s)) with s = sigmoid(logit): what Charades trains with.
///
/// Computed from the logits, so that no probability is rounded to 0 or 1.
/// Source: torch.nn.BCEWithLogitsLoss.
public struct BinaryCrossEntropyWithLogits: SingleOutputLoss {
  public let name = "bce_logit"
  public let targetKinds: [TargetKind] = [.soft]

  public init() {}

  /// - Parameters:
  ///   - output: Logits [rows, classes].
  ///   - targets: Numbers [rows, classes].
  public func evaluate(
    _ output: Tensor, _ targets: Targets
  ) throws(LossError) -> (value: Double, gradient: Tensor) {
    _ = try extent(of: output)
    let wanted = try softTargets(targets, for: output)
    let gradient = Tensor(zeros: output.shape)
    let count = Double(output.count)
    var sum = 0.0
    for index in 0..<output.count {
      let (x, t) = (Double(output.values[index]), Double(wanted.values[index]))
      // log sigmoid(x). The comparison keeps NaN, and infinities give PyTorch's 0 x inf.
      let logarithm = (x > 0 ? 0 : x) - log1p(exp(-abs(x)))
      sum += (1 - t) * x - logarithm
      gradient.mutableValues[index] = Float((1 / (1 + exp(-x)) - t) / count)
    }
    return (sum / count, gradient)
  }
}

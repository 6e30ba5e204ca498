internal import Glibc
public import Tensors

/// The mean over rows and classes of -(t log p + (1 - t) log(1 - p)), of probabilities: what AVA trains with.
///
/// Logarithms end at -100 and the gradient is (p - t) / max(p(1 - p), 1e-12), so that a probability of exactly 0 or 1
/// gives finite numbers; with the sigmoid's own backward pass that is not the gradient of ``BinaryCrossEntropyWithLogits``.
/// As in PyTorch, outputs and targets outside [0, 1] are refused, and NaN with them.
/// Source: torch.nn.BCELoss.
public struct BinaryCrossEntropy: SingleOutputLoss {
  public let name = "bce"
  public let targetKinds: [TargetKind] = [.soft]

  public init() {}

  /// - Parameters:
  ///   - output: Probabilities [rows, classes].
  ///   - targets: Numbers [rows, classes] from 0 to 1.
  public func evaluate(
    _ output: Tensor, _ targets: Targets
  ) throws(LossError) -> (value: Double, gradient: Tensor) {
    let (_, classes) = try extent(of: output)
    let wanted = try softTargets(targets, for: output)
    for (what, tensor) in [("output", output), ("target", wanted)] {
      for (index, value) in tensor.values.enumerated() where !(value >= 0 && value <= 1) {
        throw .notAProbability(
          loss: name, what: what, row: index / classes, column: index % classes, found: value)
      }
    }
    let gradient = Tensor(zeros: output.shape)
    let count = Double(output.count)
    var sum = 0.0
    for index in 0..<output.count {
      let (p, t) = (Double(output.values[index]), Double(wanted.values[index]))
      sum += (t - 1) * max(log1p(-p), -100) - t * max(log(p), -100)
      gradient.mutableValues[index] = Float((p - t) / max((1 - p) * p, 1e-12) / count)
    }
    return (sum / count, gradient)
  }
}

internal import Glibc
public import Tensors

/// The mean over rows of -sum(target x log softmax(logits)): for labels that mixup, cutmix or smoothing have spread.
///
/// Targets are taken as they are: a row's need not sum to one.
/// Source: PyTorchVideo's SoftTargetCrossEntropyLoss with normalize_targets False, as PySlowFast has it.
public struct SoftCrossEntropy: SingleOutputLoss {
  public let name = "soft_cross_entropy"
  public let targetKinds: [TargetKind] = [.classes, .soft]

  public init() {}

  /// - Parameters:
  ///   - output: Logits [rows, classes].
  ///   - targets: Numbers [rows, classes], or classes, which stand for a one among zeros.
  public func evaluate(
    _ output: Tensor, _ targets: Targets
  ) throws(LossError) -> (value: Double, gradient: Tensor) {
    let (rows, classes) = try extent(of: output)
    let wanted = try numbers(targets, for: output)
    let gradient = Tensor(zeros: output.shape)
    var sum = 0.0
    for row in 0..<rows {
      let logs = logSoftmax(output, row: row)
      let shares = wanted.values[row * classes..<(row + 1) * classes].map(Double.init)
      let total = shares.reduce(0, +)
      for c in 0..<classes {
        sum -= shares[c] * logs[c]
        gradient.mutableValues[row * classes + c] = Float((total * exp(logs[c]) - shares[c]) / Double(rows))
      }
    }
    return (sum / Double(rows), gradient)
  }

  private func numbers(_ targets: Targets, for output: Tensor) throws(LossError) -> Tensor {
    guard case .classes = targets else { return try softTargets(targets, for: output) }
    let result = Tensor(zeros: output.shape)
    for (row, c) in try classTargets(targets, for: output).enumerated() {
      result.mutableValues[row * output.shape[1] + c] = 1
    }
    return result
  }
}

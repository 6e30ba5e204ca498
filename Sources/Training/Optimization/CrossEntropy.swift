internal import Glibc
public import Tensors

/// The mean over rows of -log softmax(logits)[class].
///
/// Source: torch.nn.CrossEntropyLoss with its defaults, but that no class is ignored.
public struct CrossEntropy: SingleOutputLoss {
  public let name = "cross_entropy"
  public let targetKinds: [TargetKind] = [.classes]

  public init() {}

  /// - Parameters:
  ///   - output: Logits [rows, classes].
  ///   - targets: Classes, one a row.
  public func evaluate(
    _ output: Tensor, _ targets: Targets
  ) throws(LossError) -> (value: Double, gradient: Tensor) {
    let (rows, classes) = try extent(of: output)
    let wanted = try classTargets(targets, for: output)
    let gradient = Tensor(zeros: output.shape)
    var sum = 0.0
    for row in 0..<rows {
      let logs = logSoftmax(output, row: row)
      sum -= logs[wanted[row]]
      for c in 0..<classes {
        let excess = exp(logs[c]) - (c == wanted[row] ? 1 : 0)
        gradient.mutableValues[row * classes + c] = Float(excess / Double(rows))
      }
    }
    return (sum / Double(rows), gradient)
  }
}

/// The logarithm of a row's softmax, in Double.
func logSoftmax(_ logits: Tensor, row: Int) -> [Double] {
  let classes = logits.shape[1]
  let numbers = logits.values[row * classes..<(row + 1) * classes].map(Double.init)
  // A maximum that skips NaN does not lose it: the sum below has it.
  let most = numbers.reduce(-Double.infinity) { $1 > $0 ? $1 : $0 }
  let scale = log(numbers.reduce(0) { $0 + exp($1 - most) })
  return numbers.map { $0 - most - scale }
}

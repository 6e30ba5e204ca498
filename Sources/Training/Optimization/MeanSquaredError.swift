public import Tensors

/// The mean over rows and columns of (output - target)^2.
///
/// Source: torch.nn.MSELoss.
public struct MeanSquaredError: SingleOutputLoss {
  public let name = "mse"
  public let targetKinds: [TargetKind] = [.soft]

  public init() {}

  /// - Parameters:
  ///   - output: Any numbers [rows, columns].
  ///   - targets: Numbers [rows, columns].
  public func evaluate(
    _ output: Tensor, _ targets: Targets
  ) throws(LossError) -> (value: Double, gradient: Tensor) {
    _ = try extent(of: output)
    let wanted = try softTargets(targets, for: output)
    let gradient = Tensor(zeros: output.shape)
    let count = Double(output.count)
    var sum = 0.0
    for index in 0..<output.count {
      let difference = Double(output.values[index]) - Double(wanted.values[index])
      sum += difference * difference
      gradient.mutableValues[index] = Float(2 * difference / count)
    }
    return (sum / count, gradient)
  }
}

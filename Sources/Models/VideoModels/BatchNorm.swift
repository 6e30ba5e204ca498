public import Checkpoint
public import Parallel
public import Tensors

/// A batch normalisation in evaluation: y = (x - mean) / sqrt(variance + 1e-5) * weight + bias.
public struct BatchNorm {
  private let weight: [Float]
  private let bias: [Float]
  private let mean: [Float]
  private let variance: [Float]
  /// Whether the weights before it may be changed.
  private let folds: Bool

  /// - Parameters:
  ///   - hint: The configuration key that sets the channels, for the report of misfits.
  ///   - branchGain: Where it ends a branch: its scale among random weights.
  public init(_ scope: WeightReader, channels: Int, _ hint: String?, branchGain: Float?) {
    func read(_ name: String, _ gain: Float? = nil) -> [Float] {
      scope.tensor(name, [channels], hint: hint, branchGain: gain)?.array ?? [Float](repeating: 0, count: channels)
    }
    folds = scope.givesCopies
    weight = read("weight", branchGain)
    bias = read("bias")
    mean = read("running_mean")
    variance = read("running_var")
  }

  /// Folds the normalisation into the weights [out, ...] and the bias [out] of the convolution before it, in place:
  /// the reader made this copy of the weights for us. One that gives shapes alone did not, and nothing is computed of them.
  public func fold(into weights: Tensor, _ convolutionBias: inout [Float], on pool: WorkerPool) {
    if !folds { return }
    let depth = weights.count / max(1, weight.count)
    let scales = weight.indices.map { Double(weight[$0]) / (Double(variance[$0]) + 1e-5).squareRoot() }
    let outputs = 16
    pool.forEach((weight.count + outputs - 1) / outputs) { piece in
      for o in piece * outputs..<min(weight.count, (piece + 1) * outputs) {
        let row = weights.storage.pointer + o * depth
        for i in 0..<depth { row[i] = Float(Double(row[i]) * scales[o]) }
      }
    }
    for o in weight.indices {
      convolutionBias[o] = Float((Double(convolutionBias[o]) - Double(mean[o])) * scales[o] + Double(bias[o]))
    }
  }
}

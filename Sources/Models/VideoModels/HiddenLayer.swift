internal import Checkpoint
internal import Kernels
internal import NN
internal import Tensors

/// A fully connected layer with ReLU before the projection, `head.hidden`.
struct HiddenLayer {
  static let name = "hidden"
  private let linear: Linear

  init(_ channels: Int, width: Int, weights: WeightReader, engine: Engine) {
    let scope = weights[Projection.headScope][Self.name]
    let shape = [width, channels]
    linear = Linear(
      weights: scope.tensor("weight", shape) ?? Tensor(zeros: shape),
      bias: scope.tensor("bias", [width]) ?? Tensor(zeros: [width]), engine: engine)
  }

  /// [rows, channels] to [rows, width].
  func callAsFunction(_ rows: Tensor) -> Tensor {
    let hidden = linear(rows)
    // Asked this way round, a NaN stays one.
    for i in 0..<hidden.count where hidden.storage.pointer[i] < 0 { hidden.storage.pointer[i] = 0 }
    return hidden
  }

  func timed(rows count: Int) -> LayerReport {
    let (width, depth) = (linear.weights.shape[0], linear.weights.shape[1])
    let rows = Tensor(zeros: [count, depth])
    return LayerReport(
      timing: "linear \(depth)->\(width) + relu", output: "\(count) x \(width)", macs: count * depth * width,
      bytes: 4 * (count * depth + depth * width + count * width)
    ) { _ = self(rows) }
  }
}

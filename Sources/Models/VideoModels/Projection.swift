public import Checkpoint
public import Kernels
public import NN
public import Tensors

/// The last layer of every head, `head.projection`, and the function after it.
public struct Projection {
  /// The modules of its tensors: of the head, and in it.
  public static let headScope = "head"
  public static let scope = "\(headScope).projection"
  /// What the names of a head's tensors begin with.
  public static let headPrefix = "\(headScope)."

  private let linear: Linear
  private let activation: Activation

  public init(_ channels: Int, classes: Int, _ activation: Activation, weights: WeightReader, engine: Engine) {
    let scope = weights[Self.scope]
    let shape = [classes, channels]
    linear = Linear(
      weights: scope.tensor("weight", shape) ?? Tensor(zeros: shape),
      bias: scope.tensor("bias", [classes]) ?? Tensor(zeros: [classes]), engine: engine)
    self.activation = activation
  }

  /// [rows, channels] to [rows, classes].
  public func callAsFunction(_ rows: Tensor) -> Tensor {
    let scores = linear(rows)
    activation.apply(to: scores)
    return scores
  }

  public func timed(rows count: Int) -> LayerReport {
    let (classes, depth) = (linear.weights.shape[0], linear.weights.shape[1])
    let rows = Tensor(zeros: [count, depth])
    return LayerReport(
      timing: "linear \(depth)->\(classes) + \(activation)", output: "\(count) x \(classes)",
      macs: count * depth * classes, bytes: 4 * (count * depth + depth * classes + count * classes)
    ) { _ = self(rows) }
  }
}

/// Puts the columns of one matrix into a wider one.
func copyColumns(_ rows: Tensor, into target: Tensor, at channel: Int) {
  let (from, to) = (rows.shape[1], target.shape[1])
  for row in 0..<rows.shape[0] {
    (target.storage.pointer + row * to + channel).update(from: rows.storage.pointer + row * from, count: from)
  }
}

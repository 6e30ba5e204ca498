internal import Glibc
internal import Parallel
internal import Tensors

/// Scales the gradient of each parameter to its size (layer-wise adaptive rates):
/// g = trust x |p| / (|g| + decay x |p| + epsilon) x (g + decay x p).
///
/// Parameters of one dimension are neither scaled nor decayed, and those whose values or gradients are all zero are left
/// as they are, without decay; groups that do not apply LARS keep theirs.
///
/// Sources: You, Gitman and Ginsburg, "Large Batch Training of Convolutional Networks", 2017; PySlowFast's LARS.
public struct LARS: Sendable, Equatable {
  public var trust: Double
  public var epsilon: Double

  public init(trust: Double = 0.001, epsilon: Double = 1e-8) {
    self.trust = trust
    self.epsilon = epsilon
  }

  /// Changes the gradients in place; their groups' weight decay is then in them.
  func scale(_ gradients: [Tensor?], _ values: [Tensor], _ groups: [ParameterGroup], _ pool: WorkerPool) {
    let scaled = groups.filter { $0.appliesLARS ?? true }.flatMap { group in
      group.parameters.compactMap { place in
        gradients[place].flatMap { gradient in
          values[place].shape.count == 1
            ? nil : (gradient: gradient, value: values[place], decay: Float(group.weightDecay))
        }
      }
    }
    let valueNorms = sumsOfSquares(scaled.map(\.value), pool).map { Float($0.squareRoot()) }
    let gradientNorms = sumsOfSquares(scaled.map(\.gradient), pool).map { Float($0.squareRoot()) }
    TensorPieces(scaled.map(\.value.count)).forEach(pool) { piece in
      let (value, gradient) = (valueNorms[piece.tensor], gradientNorms[piece.tensor])
      if value == 0 || gradient == 0 { return }
      let parameter = scaled[piece.tensor]
      let factor = Float(trust) * value / (gradient + value * parameter.decay + Float(epsilon))
      let (gradients, values) = (parameter.gradient.storage.pointer, parameter.value.storage.pointer)
      for i in piece.range { gradients[i] = (gradients[i] + parameter.decay * values[i]) * factor }
    }
  }
}

public import Kernels
public import Tensors

/// A fully connected layer: y = W x + b for every row.
public struct Linear: Sendable {
  public let weights: Tensor
  public let bias: Tensor
  private let engine: Engine

  /// - Parameters:
  ///   - weights: [out, in].
  ///   - bias: [out].
  public init(weights: Tensor, bias: Tensor, engine: Engine) {
    precondition(weights.shape.count == 2 && bias.shape == [weights.shape[0]], "a linear layer's bias must fit")
    self.weights = weights
    self.bias = bias
    self.engine = engine
  }

  /// - Parameter rows: [rows, in].
  /// - Returns: [rows, out].
  public func callAsFunction(_ rows: Tensor) -> Tensor {
    let (count, depth, outputs) = (rows.shape[0], weights.shape[1], weights.shape[0])
    precondition(rows.shape == [count, depth], "a linear layer's input must fit")
    if engine.usesReferences { return reference(rows) }
    let result = Tensor(zeros: [count, outputs])
    // Row by row: the sums of a product of matrices depend on how many rows there are (on processors without AVX-512), and a
    // box's or clip's scores must not depend on what they are computed beside.
    for row in 0..<count {
      let y = result.storage.pointer + row * outputs
      y.update(from: bias.storage.pointer, count: outputs)
      engine.kernels.rows.addMatrixVectorProduct(
        rows: outputs, columns: depth, a: weights.storage.pointer, aStride: depth,
        x: rows.storage.pointer + row * depth, y: y)
    }
    return result
  }

  /// The definition, summed in Double.
  public func reference(_ rows: Tensor) -> Tensor {
    let (count, depth, outputs) = (rows.shape[0], weights.shape[1], weights.shape[0])
    let result = Tensor(zeros: [count, outputs])
    for row in 0..<count {
      for o in 0..<outputs {
        var sum = Double(bias.storage.pointer[o])
        for i in 0..<depth {
          sum += Double(weights.storage.pointer[o * depth + i]) * Double(rows.storage.pointer[row * depth + i])
        }
        result.storage.pointer[row * outputs + o] = Float(sum)
      }
    }
    return result
  }
}

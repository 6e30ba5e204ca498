public import Kernels
public import Tensors

/// A fully connected layer of many rows: y = epilogue(W x + b), the weights packed as those of a convolution.
///
/// A long row is cut into parts whose weights stay in a core's cache while all rows pass by; each part's products are added
/// to the sum of those before. What a row gives does not depend on the rows beside it.
public struct PackedLinear: Sendable {
  /// [out, in]
  public let shape: [Int]
  private let parts: [Convolution]
  private static let depth = 256

  /// - Parameters:
  ///   - weights: [out, in].
  ///   - bias: [out].
  public init(weights: Tensor, bias: [Float], engine: Engine) {
    precondition(weights.shape.count == 2 && bias.count == weights.shape[0], "a linear layer's bias must fit")
    shape = weights.shape
    let (outputs, inputs) = (shape[0], shape[1])
    parts = stride(from: 0, to: inputs, by: Self.depth).map { first in
      let count = min(Self.depth, inputs - first)
      let part = Tensor(zeros: [outputs, count, 1, 1, 1])
      for o in 0..<outputs {
        (part.storage.pointer + o * count).update(from: weights.storage.pointer + o * inputs + first, count: count)
      }
      let zeros = [Float](repeating: 0, count: outputs)
      return Convolution(
        ConvolutionShape(count, outputs, kernel: .one), weights: part, bias: first == 0 ? bias : zeros, engine: engine)
    }
  }

  /// The bytes of the weights.
  public var weightBytes: Int { 4 * shape[0] * shape[1] }

  /// Computes all rows.
  ///
  /// - Parameters:
  ///   - rows: R, [1, 1, 1], in; in float32.
  ///   - output: R, [1, 1, 1], out; in float32, apart from the rows.
  public func run(_ rows: FeatureMap, into output: FeatureMap, epilogue: Epilogue = .none, engine: Engine) {
    precondition(
      rows.channels == shape[1] && output.channels == shape[0] && rows.positions == output.positions
        && rows.extent == .one, "a linear layer's rows must fit")
    if rows.batch == 0 { return }
    for (number, part) in parts.enumerated() {
      let columns = FeatureMap(
        storage: rows.storage, offset: rows.offset + number * Self.depth, batch: rows.batch, extent: .one,
        channels: part.shape.inChannels, pitch: rows.pitch)
      part.run(
        columns, into: output, adding: number == 0 ? nil : output,
        epilogue: number == parts.count - 1 ? epilogue : .none,
        on: engine)
    }
  }
}

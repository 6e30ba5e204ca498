internal import Parallel
public import Tensors

/// A convolution whose weights were packed for the algorithm chosen at load, with bias, residual and ReLU
/// fused into its store.
///
/// Layout: channels last (N T H W C), any pitch. Results do not depend on the thread count: the output pixels
/// are split into blocks whose size follows from the shape alone.
public final class Convolution: Sendable {
  public let shape: ConvolutionShape
  public let algorithm: ConvolutionAlgorithm
  let engine: Engine
  /// im2col, pointwise: per group a depth x outChannels/groups matrix, the rows ordered tap by tap and
  /// channel by channel. reference: the weights as they came.
  let packed: Storage
  let bias: Storage

  /// Packs the weights.
  ///
  /// - Parameters:
  ///   - weights: [out, in / groups, T, H, W], `shape.weightShape`.
  ///   - bias: [out].
  public init(_ shape: ConvolutionShape, weights: Tensor, bias: [Float], engine: Engine) {
    precondition(weights.shape == shape.weightShape && bias.count == shape.outChannels, "weights must fit the shape")
    self.shape = shape
    self.engine = engine
    algorithm = engine.planner.choose(for: shape)
    self.bias = Storage(count: bias.count)
    for (index, value) in bias.enumerated() { self.bias.pointer[index] = value }
    packed = algorithm == .reference ? weights.storage : packByGroup(weights, shape)
  }

  /// Computes `output = activation(convolution(input) + bias + residual)`.
  ///
  /// - Parameters:
  ///   - input: N, extent, `shape.inChannels`.
  ///   - output: N, `shape.output(for:)`, `shape.outChannels`; shares no element with the input or the residual.
  ///   - residual: As the output; added before the ReLU. It may be the input.
  public func run(_ input: FeatureMap, into output: FeatureMap, adding residual: FeatureMap? = nil, relu: Bool = false)
  {
    precondition(
      input.channels == shape.inChannels && output.channels == shape.outChannels && input.batch == output.batch
        && output.extent == shape.output(for: input.extent), "a convolution's maps must fit its shape")
    precondition(
      residual.map { $0.extent == output.extent && $0.batch == output.batch && $0.channels == output.channels } ?? true,
      "a residual must have the shape of the output")
    let store = ConvolutionStore(output: output, bias: bias.pointer, residual: residual, relu: relu)
    switch algorithm {
    case .reference: runReference(input, store)
    case .im2col: runIM2Col(input, store)
    case .pointwise: runPointwise(input, store)
    }
  }
}

/// Reorders weights [out, in / groups, taps] into per group a matrix [taps x in / groups, out / groups].
private func packByGroup(_ weights: Tensor, _ shape: ConvolutionShape) -> Storage {
  let taps = shape.kernel.count
  let inputs = shape.inChannels / shape.groups
  let outputs = shape.outChannels / shape.groups
  let packed = Storage(count: weights.count)
  for group in 0..<shape.groups {
    let target = packed.pointer + group * taps * inputs * outputs
    for o in 0..<outputs {
      let source = weights.storage.pointer + (group * outputs + o) * inputs * taps
      for c in 0..<inputs {
        for tap in 0..<taps { target[(tap * inputs + c) * outputs + o] = source[c * taps + tap] }
      }
    }
  }
  return packed
}

/// Where a convolution's sums go, and what is added on the way.
struct ConvolutionStore {
  let output: FeatureMap
  let bias: UnsafePointer<Float>
  let residual: FeatureMap?
  let relu: Bool

  /// Adds bias and residual to sums that lie in the output, then applies the ReLU.
  ///
  /// - Parameters:
  ///   - pixels: The output pixels that are ready.
  func finish(_ pixels: Range<Int>) {
    let channels = output.channels
    for pixel in pixels {
      let row = output.start + pixel * output.pitch
      if let residual {
        let other = residual.start + pixel * residual.pitch
        for c in 0..<channels { row[c] += bias[c] + other[c] }
      } else {
        for c in 0..<channels { row[c] += bias[c] }
      }
      // Asked this way round, a NaN stays one, as it does in PyTorch.
      if relu { for c in 0..<channels { row[c] = row[c] < 0 ? 0 : row[c] } }
    }
  }
}

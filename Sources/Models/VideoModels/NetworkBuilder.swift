public import Checkpoint
public import Kernels
public import NN
public import Tensors

/// What backbones and heads are built with: a network that grows, and the weights to build it from.
///
/// A tensor that is missing or has another shape is recorded by the reader and replaced by zeros, so that one look
/// finds everything that does not fit; the caller asks the reader for its report before computing.
public struct NetworkBuilder {
  public let weights: WeightReader
  public var network: Network
  /// How it is built for training; nil where it is not.
  public let training: TrainingOptions?
  /// Everything that is learned, in the order in which it was asked for.
  public internal(set) var parameters: [Parameter] = []

  /// - Parameters:
  ///   - isToBeQuantized: Whether the network is built for `Network.quantized(by:)`.
  ///   - training: How it is built for training, in float32.
  public init(
    weights: WeightReader, engine: Engine, isToBeQuantized: Bool = false, training: TrainingOptions? = nil
  ) {
    self.weights = weights
    self.training = training
    network = Network(engine: engine, isToBeQuantized: isToBeQuantized)
  }

  /// The scale at the end of a branch among random weights. The reference begins at 0, and so would leave every branch
  /// unseen; at 1 each block triples the square of its input, which 33 blocks and products of it carry beyond float32.
  public static let branchGain: Float = 0.2

  /// Names the value of every pathway: `s2.p0`, `s2.p1`.
  public mutating func setName(_ name: String, _ paths: [Value]) {
    for (p, value) in paths.enumerated() { network.setName(value, "\(name).p\(p)") }
  }

  /// Adds a convolution with its batch normalisation folded in, or with its own bias where there is none.
  ///
  /// - Parameters:
  ///   - widthKey: The configuration key that sets the channels, for the report of misfits.
  ///   - kernelKey: The configuration key that sets the extent of the kernel, for the report of misfits.
  ///   - hasBias: Whether it has a bias of its own; by default where there is no normalisation.
  ///   - branchGain: Where the normalisation ends a branch: its scale among random weights.
  ///   - output: The format of the output, where it is not to be the usual one.
  ///   - change: What makes weights of this shape of the file's.
  public mutating func convolution(
    _ x: Value, _ shape: ConvolutionShape, _ scope: WeightReader, _ name: String, norm: String?,
    epilogue: Epilogue = .none, adding residual: Value? = nil, hasBias: Bool? = nil,
    widthKey: String? = nil, kernelKey: String? = nil, branchGain: Float? = nil, output: ElementFormat? = nil,
    change: WeightChange? = nil
  ) -> Value {
    if let training {
      return trainedConvolution(
        x, shape, scope, name, norm: norm, epilogue: epilogue, adding: residual, hasBias: hasBias ?? (norm == nil),
        widthKey: widthKey, kernelKey: kernelKey, branchGain: branchGain, change: change, training)
    }
    let weight =
      scope.tensor("\(name).weight", shape.weightShape, hint: widthKey, kernelHint: kernelKey, change: change)
      ?? Tensor(zeros: shape.weightShape)
    var bias = [Float](repeating: 0, count: shape.outChannels)
    if hasBias ?? (norm == nil), let own = scope.tensor("\(name).bias", [shape.outChannels], hint: widthKey) {
      bias = own.array
    }
    if let norm {
      BatchNorm(scope[norm], channels: shape.outChannels, widthKey, branchGain: branchGain)
        .fold(into: weight, &bias, on: network.engine.pool)
    }
    return network.convolution(
      x, shape, weights: weight, bias: bias, adding: residual, epilogue: epilogue, output: output)
  }
}

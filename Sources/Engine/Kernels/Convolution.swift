internal import Parallel
public import Tensors

/// A convolution whose weights were packed for the algorithm chosen at load, with bias, residual and epilogue
/// fused into its store.
///
/// Layout: channels last (N T H W C), any pitch. Results do not depend on the thread count: outputs are
/// split into pieces, and no sum is.
public final class Convolution: Sendable {
  public let shape: ConvolutionShape
  public let algorithm: ConvolutionAlgorithm
  /// What chose it.
  public let choice: AlgorithmChoice
  /// The format of the inputs that the weights were packed for.
  public let input: ElementFormat
  /// Whether products are of integers: of the inputs', or of those that inputs become on the way.
  public let multipliesIntegers: Bool
  let engine: Engine
  /// The weights as they came, where a plan is to measure.
  private let source: (weights: Tensor, bias: [Float])?
  let method: any ConvolutionMethod
  let bias: Storage

  /// Packs the weights.
  ///
  /// - Parameters:
  ///   - weights: [out, in / groups, T, H, W], `shape.weightShape`.
  ///   - bias: [out].
  ///   - input: The format of the inputs; bfloat16 only where the engine's activations are.
  ///   - algorithm: One that supports the shape; nil asks the engine's planner.
  public init(
    _ shape: ConvolutionShape, weights: Tensor, bias: [Float], engine: Engine, input: ElementFormat = .float32,
    algorithm: ConvolutionAlgorithm? = nil
  ) {
    precondition(weights.shape == shape.weightShape && bias.count == shape.outChannels, "weights must fit the shape")
    self.shape = shape
    self.engine = engine
    self.input = input
    multipliesIntegers = false
    (self.algorithm, choice) =
      algorithm.map { ($0, .forced) }
      ?? engine.planner.decide(
        for: shape, input: input, activations: engine.activations, multipliesTiles: engine.kernels.multipliesTiles,
        lanes: engine.kernels.gemm.lanes)
    source = engine.planner.measures && algorithm == nil ? (weights, bias) : nil
    // The kernels load whole registers.
    self.bias = Storage(count: bias.count + 16)
    for (index, value) in bias.enumerated() { self.bias.pointer[index] = value }
    method = self.algorithm.method(shape, weights: weights.storage, input, engine)
  }

  /// Quantizes the weights, for an input of integers and any output. In Winograd's algorithm they are bfloat16.
  ///
  /// - Parameters:
  ///   - shape: Without groups; `inChannels` a multiple of four.
  ///   - weights: [out, in, T, H, W], `shape.weightShape`.
  ///   - bias: [out].
  ///   - input: What the integers of the input stand for; negative numbers only of pointwise convolutions, which see no
  ///     padding.
  ///   - means: By input channel, of its numbers: what corrects the bias; nil corrects nothing.
  public init(
    quantizing shape: ConvolutionShape, weights: Tensor, bias: [Float], engine: Engine, input: ChannelScales,
    means: [Float]? = nil
  ) {
    precondition(weights.shape == shape.weightShape && bias.count == shape.outChannels, "weights must fit the shape")
    precondition(
      input.values.count == shape.inChannels && (input.zero == 0 || shape.isPointwise)
        && ElementFormat.uint8.divides(shape.inChannels),
      "the input is of integers, which stand for negative numbers only where there is no padding")
    self.shape = shape
    self.engine = engine
    self.input = .uint8
    multipliesIntegers = true
    source = nil
    self.bias = Storage(count: bias.count + 16)
    let decided = engine.planner.decide(
      for: shape, input: .uint8, activations: engine.activations, multipliesTiles: engine.kernels.multipliesTiles,
      lanes: engine.kernels.gemm.lanes)
    (algorithm, choice) = engine.usesReferences ? (.reference, .forced) : decided
    let numbers: [Float]
    if algorithm == .winogradSpace {
      numbers = bias
      method = WinogradConvolution(shape, weights: weights.storage, input, engine)
    } else {
      let quantized = QuantizedWeights(weights.storage, bias, shape, input, means: means, engine)
      numbers = algorithm == .reference ? quantized.bias : quantized.bias(without: input.zero)
      switch algorithm {
      case .reference: method = ReferenceConvolution(shape: shape, weights: quantized.numbers(shape, input))
      case .planar: method = PlanarConvolution(shape, quantized, engine)
      default: method = DirectConvolution(shape, quantized, engine)
      }
    }
    for (index, value) in numbers.enumerated() { self.bias.pointer[index] = value }
  }

  /// Whether the pixels of a first layer are multiplied as integers: where the processor does so faster than in other
  /// formats, and no other algorithm is asked for.
  public static func multipliesPixels(_ shape: ConvolutionShape, _ engine: Engine) -> Bool {
    guard engine.kernels.integers.pixels != nil, !engine.usesReferences else { return false }
    let forced = engine.planner.forced
    return [nil, .planar, .windows].contains(forced) && shape.groups == 1 && shape.inChannels == PixelLines.channels
      && shape.dilation == .one && shape.outChannels % 8 == 0 && 64...65_536 ~= shape.depth
  }

  /// Quantizes the weights of a first layer, for pixels in float32, which become integers on the way, and any output.
  ///
  /// - Parameters:
  ///   - shape: One whose pixels are multiplied (`multipliesPixels`).
  ///   - weights: [out, in, T, H, W], `shape.weightShape`.
  ///   - bias: [out].
  ///   - scale: What the integers stand for; numbers beyond them are cut off.
  public init(pixels shape: ConvolutionShape, weights: Tensor, bias: [Float], engine: Engine, scale: PixelScale) {
    precondition(weights.shape == shape.weightShape && bias.count == shape.outChannels, "weights must fit the shape")
    guard Self.multipliesPixels(shape, engine), let kernels = engine.kernels.integers.pixels else {
      preconditionFailure("these pixels are not multiplied as integers")
    }
    self.shape = shape
    self.engine = engine
    input = .float32
    multipliesIntegers = true
    source = nil
    let quantized = PixelWeights(weights.storage, bias, shape, scale)
    self.bias = Storage(count: bias.count + 16)
    for (index, value) in quantized.quantized.bias.enumerated() { self.bias.pointer[index] = value }
    let lines = PixelLines(kernels: kernels, scale: scale)
    // More outputs fill registers.
    algorithm = engine.planner.forced ?? (shape.outChannels <= 16 ? .planar : .windows)
    choice = engine.planner.forced == nil ? .rule : .forced
    method =
      algorithm == .planar
      ? PlanarConvolution(shape, quantized, lines, engine) : PixelWindowConvolution(shape, quantized, lines, engine)
  }

  public var kind: ConvolutionKind { ConvolutionKind(shape, input: input) }

  /// The same convolution by every legal algorithm but the reference, where the planner measures; else none.
  public func candidates() -> [Convolution] {
    guard let source, engine.planner.forced == nil else { return [] }
    return ConvolutionAlgorithm.candidates(for: kind, activations: engine.activations).map {
      Convolution(shape, weights: source.weights, bias: source.bias, engine: engine, input: input, algorithm: $0)
    }
  }

  /// Computes `output = epilogue(convolution(input) + bias + residual)`.
  ///
  /// - Parameters:
  ///   - input: N, extent, `shape.inChannels`.
  ///   - output: N, `shape.output(for:)`, `shape.outChannels`; shares no element with the input.
  ///   - scaling: What is done to the input first.
  ///   - residual: As the output; added before the epilogue. It may be the input, or the output
  ///     itself.
  ///   - engine: Whose threads and memory are used; nil for the one that the weights were packed with.
  public func run(
    _ input: FeatureMap, scaledBy scaling: InputScaling? = nil, into output: FeatureMap,
    adding residual: FeatureMap? = nil, epilogue: Epilogue = .none, on engine: Engine? = nil
  ) {
    let engine = engine ?? self.engine
    precondition(
      input.channels == shape.inChannels && output.channels == shape.outChannels && input.batch == output.batch
        && output.extent == shape.output(for: input.extent), "a convolution's maps must fit its shape")
    precondition(input.format == self.input, "a convolution's input must have the format its weights were packed for")
    precondition(
      output.format != .uint8 || multipliesIntegers && (output.scales?.zero == 0 || epilogue == .none),
      "integers are stored by convolutions of integers, and a ReLU's stand for no negative numbers")
    precondition(
      self.input == .uint8 || residual?.format != .uint8, "integers are added by convolutions of integers alone")
    precondition(
      residual.map { $0.extent == output.extent && $0.batch == output.batch && $0.channels == output.channels } ?? true,
      "a residual must have the shape of the output")
    store(output, residual, epilogue, engine) { store in
      guard let scaling else { return method.run(input, store, engine) }
      if method.scalesInput { return method.run(input, scaledBy: scaling, store, engine) }
      let scaled = FeatureMap(zeros: input.batch, input.extent, channels: input.channels, format: input.format)
      engine.scale(input, by: scaling.factors, scaling.epilogue, into: scaled)
      method.run(scaled, store, engine)
    }
  }

  /// [out] As they are added.
  public var biases: [Float] { (0..<shape.outChannels).map { bias.pointer[$0] } }

  /// Whether scaling the input costs no pass of its own.
  public var scalesInput: Bool { method.scalesInput }

  /// Lets a method fill a store.
  func store(
    _ output: FeatureMap, _ residual: FeatureMap?, _ epilogue: Epilogue, _ engine: Engine,
    _ fill: (ConvolutionStore) -> Void
  ) {
    let store = ConvolutionStore(output: output, bias: bias.pointer, residual: residual, epilogue: epilogue)
    engine.exclusively { fill(store) }
  }
}

public import Tensors

/// The ways to compute a convolution.
public enum ConvolutionAlgorithm: String, CaseIterable, Sendable {
  /// Loops over every product with Double accumulators: what the others are tested against.
  case reference
  /// Register tiles that read every tap of every output position where it lies.
  case direct
  /// Winograd's F(4 x 4, 3 x 3) in height and width, of bfloat16 F(2 x 2, 3 x 3); dilated convolutions as interleaved planes.
  /// Points of integers are bfloat16.
  case winogradSpace
  /// Winograd's F(4, 3) in time.
  case winogradTime
  /// Register tiles with positions instead of output channels in the lanes, for first layers of up to 4 input channels, and for
  /// up to 16 output channels of up to 64. Where activations are bfloat16, float32 inputs are rounded to it.
  case planar
  /// Register tiles over what positions see of a line that is rounded to bfloat16, for first layers of such networks: up to 32
  /// numbers, an even number of them from a position to the next.
  case windows
  /// Every channel by itself, with channels in the lanes.
  case depthwise

  /// Whether the algorithm can compute this shape at all.
  ///
  /// - Parameters:
  ///   - input: The format of the inputs.
  ///   - activations: That of the engine's activations.
  public func supports(
    _ shape: ConvolutionShape, input: ElementFormat = .float32, activations: ElementFormat = .float32
  ) -> Bool {
    if input == .uint8 && ![.reference, .direct, .planar, .winogradSpace].contains(self) { return false }
    switch self {
    case .reference: return true
    // Pairs of channels, which begin at whole floats in every group.
    case .direct:
      return input == .float32
        || (shape.inChannels / shape.groups % 2 == 0
          && (shape.groups == 1 || shape.outChannels / shape.groups % 2 == 0))
    case .winogradSpace:
      // Without groups, which no integers have.
      guard input != .uint8 || activations == .bfloat16 && shape.groups == 1 && shape.outChannels % 4 == 0 else {
        return false
      }
      let around = Extent3(0, shape.dilation.h, shape.dilation.w)
      return shape.kernel == Extent3(1, 3, 3) && shape.stride == .one && shape.padding == around
        && shape.padsEvenly && WinogradBundle(shape) != nil
    case .winogradTime:
      return shape.kernel == Extent3(3, 1, 1) && shape.stride == .one && shape.padding == Extent3(1, 0, 0)
        && shape.padsEvenly
        && shape.dilation.t == 1 && shape.groups == 1 && (input == .float32 || shape.inChannels % 2 == 0)
    case .depthwise:
      return shape.groups == shape.inChannels && shape.groups == shape.outChannels
    case .windows:
      return input == .float32 && activations == .bfloat16 && shape.groups == 1 && shape.dilation.w == 1
        && WindowConvolution.numbers(shape) <= 2 * WindowConvolution.windowFloats
        && WindowConvolution.beginsEvenly(shape)
    case .planar:
      return shape.groups == 1 && shape.dilation.w == 1 && input.divides(shape.inChannels)
        && (shape.inChannels <= 4 || (shape.inChannels <= 64 && shape.outChannels <= 16))
    }
  }

  /// Whether every product that a shape counts is computed, so that the rate of a layer may be held against what the
  /// processor does at most: the transforms save products, and depthwise loops leave out those beyond the frame.
  public var doesEveryProduct: Bool {
    switch self {
    case .reference, .direct, .planar, .windows: return true
    case .winogradSpace, .winogradTime, .depthwise: return false
    }
  }

  /// Packs weights [out, in / groups, T, H, W] for this algorithm.
  func method(
    _ shape: ConvolutionShape, weights: Storage, _ input: ElementFormat, _ engine: Engine
  ) -> any ConvolutionMethod {
    switch self {
    case .reference: return ReferenceConvolution(shape: shape, weights: weights)
    case .direct: return DirectConvolution(shape, weights: weights, input, engine)
    case .winogradSpace: return WinogradConvolution(.space, shape, weights: weights, input, engine)
    case .winogradTime: return WinogradConvolution(.time, shape, weights: weights, input, engine)
    case .planar: return PlanarConvolution(shape, weights: weights, input, engine)
    case .windows:
      guard let kernels = engine.kernels.bfloat16 else {
        preconditionFailure("windows of bfloat16 without its kernels")
      }
      return WindowConvolution(shape, weights: weights, kernels, engine)
    case .depthwise: return DepthwiseConvolution(shape, weights: weights, input, engine)
    }
  }
}

/// Chooses an algorithm per layer when the weights are loaded.
public struct ConvolutionPlanner: Sendable {
  /// The algorithm to use wherever it is legal; nil leaves every choice to the planner.
  public var forced: ConvolutionAlgorithm?
  /// Whether a network's plan, which knows the extents, times the legal algorithms of every layer and takes the fastest.
  public var measures: Bool
  /// What was measured before, and is taken wherever it is known and legal; nil leaves every choice to the rule.
  public var tuned: TunedAlgorithms?

  public init(forced: ConvolutionAlgorithm? = nil, measures: Bool = false, tuned: TunedAlgorithms? = nil) {
    self.forced = forced
    self.measures = measures
    self.tuned = tuned
  }

  /// The algorithm of a convolution, and what chose it; see `choose`.
  func decide(
    for shape: ConvolutionShape, input: ElementFormat, activations: ElementFormat, multipliesTiles: Bool, lanes: Int
  ) -> (algorithm: ConvolutionAlgorithm, choice: AlgorithmChoice) {
    func can(_ algorithm: ConvolutionAlgorithm) -> Bool {
      algorithm.supports(shape, input: input, activations: activations)
    }
    if let forced, can(forced) { return (forced, .forced) }
    if let known = tuned?[ConvolutionKind(shape, input: input)], can(known) { return (known, .file) }
    let rule = rule(
      for: shape, input: input, activations: activations, multipliesTiles: multipliesTiles, lanes: lanes)
    return (rule, .rule)
  }

  /// - Parameters:
  ///   - input: The format of the inputs.
  ///   - activations: That of the engine's activations.
  ///   - multipliesTiles: Whether there are tile registers, whose products of bfloat16 come so fast that no transform pays.
  ///   - lanes: Floats in a register.
  public func choose(
    for shape: ConvolutionShape, input: ElementFormat = .float32, activations: ElementFormat = .float32,
    multipliesTiles: Bool = false, lanes: Int = 8
  ) -> ConvolutionAlgorithm {
    decide(
      for: shape, input: input, activations: activations, multipliesTiles: multipliesTiles, lanes: lanes
    ).algorithm
  }

  /// The choice by shape alone.
  private func rule(
    for shape: ConvolutionShape, input: ElementFormat, activations: ElementFormat, multipliesTiles: Bool, lanes: Int
  ) -> ConvolutionAlgorithm {
    func can(_ algorithm: ConvolutionAlgorithm) -> Bool {
      algorithm.supports(shape, input: input, activations: activations)
    }
    if shape.groups > 1, can(.depthwise) { return .depthwise }
    let (inputs, outputs) = (shape.inChannels, shape.outChannels)
    if input == .uint8 {
      if can(.planar) && !multipliesTiles && isNarrow(shape, input, lanes: lanes) { return .planar }
      // Direct products of integers come at twice the rate of those of the points.
      return !multipliesTiles && can(.winogradSpace) && min(inputs, outputs) >= 128 ? .winogradSpace : .direct
    }
    if multipliesTiles {
      // What sees little is as fast in float32, and keeps the bits of its inputs.
      if can(.windows) && shape.depth >= 64 { return .windows }
      if input == .bfloat16 && can(.direct) { return .direct }
    }
    // Where output channels fill a register, they use it as well as positions do, and inputs need not be split. Rounded to
    // bfloat16, what a position sees of a line takes fewer products so, and windows pay from two registers on.
    let rounds = can(.windows) && shape.depth >= 64
    if can(.planar) && inputs <= 4 && outputs <= (rounds ? 24 : 12) { return .planar }
    if rounds { return .windows }
    if can(.planar) && isNarrow(shape, input, lanes: lanes) { return .planar }
    // Below these widths the transforms, which cost as much per channel whatever they save, cost more. In bfloat16
    // products come at twice the rate, directly and after transforms, and transforms do not.
    let (space, time) = input == .float32 ? (16, 32) : (64, 64)
    // The products of narrow groups are few, and come at twice the rate in bfloat16.
    let isPaying = shape.groups == 1 || (input == .float32 && inputs / shape.groups >= 4)
    if can(.winogradSpace) && min(inputs, outputs) >= space && isPaying { return .winogradSpace }
    let isWide = input == .float32 || inputs * outputs >= 128 * 128
    if can(.winogradTime) && min(inputs, outputs) >= time && isWide { return .winogradTime }
    return can(.direct) ? .direct : .reference
  }

  /// Whether positions fill the lanes better than so few output channels do, by measurements with 16 lanes: 8 outputs take from
  /// 0.8 times as long (32->8 3x1x1 in float32) to 0.35 (8->8), and 16 of bfloat16 0.8. Pointwise layers wait for memory.
  private func isNarrow(_ shape: ConvolutionShape, _ input: ElementFormat, lanes: Int) -> Bool {
    guard lanes == 16, shape.kernel.count > 1 else { return false }
    switch shape.outChannels {
    case 8: return shape.inChannels <= (shape.kernel.h * shape.kernel.w == 1 ? 32 : 16)
    case 16: return shape.inChannels <= 16 && input != .float32
    default: return false
    }
  }
}

public import Tensors

/// A convolution and the depthwise one that reads what it makes, as one.
///
/// What lies between the two is often the widest map of a network: X3D-M's first is 57 MB, and would go to memory and come
/// back. Here the first convolution writes its lines where the second one reads them, a band of rows at a time that goes
/// through the frames; where the map is small enough to stay in the caches, they follow each other. A few lines are
/// computed twice; every sum is what it would be otherwise.
public struct ConvolutionPair: Sendable {
  public let first: Convolution
  /// What is applied to the first convolution's outputs.
  public let between: Epilogue
  public let second: Convolution
  private let direct: DirectConvolution
  private let depthwise: DepthwiseConvolution
  private let cachedBytes: Int

  /// What the first convolution applies as it stores its sums, and what is applied as the second one reads them: all but
  /// the shortest are cheaper there. What is rounded between the two is rounded as the one convolution would.
  private var atOnce: Epilogue { second.input == .float32 && between != .relu ? .none : between }
  private var later: Epilogue { atOnce == between ? .none : between }

  /// - Parameter cachedBytes: What stays in a third-level cache, with what else is at work: a map of no more is made as a
  ///   whole.
  /// - Returns: nil where the second convolution is not depthwise, or the first one does not compute line by line.
  public init?(_ first: Convolution, _ between: Epilogue, _ second: Convolution, cachedBytes: Int = 8 << 20) {
    guard let depthwise = second.method as? DepthwiseConvolution, let direct = first.method as? DirectConvolution,
      first.shape.groups == 1, first.shape.outChannels == second.shape.inChannels
    else { return nil }
    self.first = first
    self.between = between
    self.second = second
    self.direct = direct
    self.depthwise = depthwise
    self.cachedBytes = cachedBytes
  }

  /// Computes `second(between(first(input)))`, as `Convolution.run` does.
  ///
  /// - Parameters:
  ///   - input: N, extent, the first convolution's channels.
  ///   - output: N, extent, the second one's; shares no element with the input.
  ///   - residual: As the output; added before the epilogue. It may be the output itself.
  public func run(
    _ input: FeatureMap, into output: FeatureMap, adding residual: FeatureMap? = nil, epilogue: Epilogue = .none,
    on engine: Engine? = nil
  ) {
    precondition(
      input.channels == first.shape.inChannels && input.format == first.input && input.batch == output.batch
        && output.extent == second.shape.output(for: first.shape.output(for: input.extent))
        && output.channels == second.shape.outChannels, "a pair's maps must fit its shapes")
    let engine = engine ?? second.engine
    let extent = first.shape.output(for: input.extent)
    engine.exclusively {
      // Lines that are seen one by one stay in a second-level cache: then a whole map is made where it fits there, too. So it
      // is where lines are short, for which the weights would be read anew each time.
      let most = depthwise.goesByLines && extent.w >= 32 ? min(cachedBytes, 2 << 20) : cachedBytes
      if input.batch * extent.count * first.shape.outChannels * second.input.bytes <= most {
        return engine.withSharedMap(input.batch, extent, channels: first.shape.outChannels, format: second.input) {
          made in
          first.run(input, into: made, epilogue: atOnce, on: engine)
          second.store(output, residual, epilogue, engine) {
            depthwise.run(MapLines(map: made, epilogue: later), $0, engine)
          }
        }
      }
      let lines = ConvolvedLines(
        convolution: first, direct: direct, input: input, format: second.input, epilogue: atOnce, later: later)
      second.store(output, residual, epilogue, engine) { depthwise.run(lines, $0, engine) }
    }
  }
}

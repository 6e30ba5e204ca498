/// The ways to compute a convolution.
public enum ConvolutionAlgorithm: String, CaseIterable, Sendable {
  /// Loops over every product with Double accumulators: what the others are tested against.
  case reference
  /// The taps of a block of output pixels gathered into a matrix, times the weights.
  case im2col
  /// The input itself as the matrix: for 1x1x1 without stride.
  case pointwise

  /// Whether the algorithm can compute this shape at all.
  public func supports(_ shape: ConvolutionShape) -> Bool {
    switch self {
    case .reference, .im2col: return true
    case .pointwise: return shape.isPointwise && shape.groups == 1
    }
  }
}

/// Chooses an algorithm per layer when the weights are loaded.
public struct ConvolutionPlanner: Sendable {
  /// The algorithm to use wherever it is legal; nil leaves every choice to the planner.
  public var forced: ConvolutionAlgorithm?

  public init(forced: ConvolutionAlgorithm? = nil) { self.forced = forced }

  public func choose(for shape: ConvolutionShape) -> ConvolutionAlgorithm {
    if let forced, forced.supports(shape) { return forced }
    return ConvolutionAlgorithm.pointwise.supports(shape) ? .pointwise : .im2col
  }
}

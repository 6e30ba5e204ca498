public import Tensors

/// A kind of convolution, of which all places of a network have one algorithm: what is convolved, in which format.
public struct ConvolutionKind: Hashable, Sendable {
  public var shape: ConvolutionShape
  /// The format of the inputs.
  public var input: ElementFormat

  public init(_ shape: ConvolutionShape, input: ElementFormat) {
    self.shape = shape
    self.input = input
  }
}

/// The algorithms that were measured to be the fastest: what a planner takes before it goes by its rule.
///
/// They hold for any network: layers are known by their kind, not by their name. Extents are no part of it, as weights are packed
/// before these are known.
public struct TunedAlgorithms: Sendable, Equatable {
  public private(set) var choices: [ConvolutionKind: ConvolutionAlgorithm]

  public init(_ choices: [ConvolutionKind: ConvolutionAlgorithm]) { self.choices = choices }

  /// The algorithm of a kind of convolution; nil where it was not measured.
  public subscript(kind: ConvolutionKind) -> ConvolutionAlgorithm? { choices[kind] }

  /// A line for each choice, in an order that depends on the choices alone: equal texts are equal choices.
  public var text: String {
    choices.map { "\($0.shape) \($0.input) \($1.rawValue)\n" }.sorted().joined()
  }
}

extension ConvolutionAlgorithm {
  /// The algorithms of which one could be the fastest for a kind of convolution: all that can compute it, but the reference.
  ///
  /// - Parameter activations: The format of the engine's activations.
  public static func candidates(for kind: ConvolutionKind, activations: ElementFormat) -> [ConvolutionAlgorithm] {
    allCases.filter { $0 != .reference && $0.supports(kind.shape, input: kind.input, activations: activations) }
  }
}

/// What chose a convolution's algorithm.
public enum AlgorithmChoice: String, Sendable {
  /// The planner's rule, by shape.
  case rule
  /// The call, for all convolutions that it can compute.
  case forced
  /// Measurements that were kept: `TunedAlgorithms`.
  case file
  /// Measurements of the plan itself.
  case measured
}

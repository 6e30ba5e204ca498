public import Kernels
public import Tensors

/// An operator that a network can be trained with: it knows the gradient of what it computes.
///
/// Views and concatenations need not be such: their gradients are views and slices.
public protocol TrainableOperator: Operator {
  /// What it learns.
  var parameters: [Parameter] { get }

  /// The statistics that it keeps of batches.
  var statistics: [RunningStatistics] { get }

  /// What an operator keeps from a forward to a backward pass beside its maps; made once for a plan.
  func makeState() -> AnyObject?

  /// Whether both passes take inputs and outputs of bfloat16 where they are kept so. Else they see copies in float32, and what
  /// comes out is rounded. Gradients are float32 in any case.
  var takesBFloat16: Bool { get }

  /// Whether items are computed apart: some of all inputs give those of the output, and their gradients by parameters add up
  /// to those of all. Then copies are made of some items at a time.
  var keepsItemsApart: Bool { get }

  /// Whether the backward pass reads the output: if not, it may be bfloat16 there.
  var readsOutput: Bool { get }

  /// Computes the output in training; by default as ``Operator/run(_:into:engine:)`` does.
  func forward(_ pass: ForwardPass)

  /// Computes the gradients of the inputs, and adds those of the parameters to theirs.
  ///
  /// The loss's gradient by the output comes in, those by the inputs go out.
  func backward(_ pass: BackwardPass)
}

extension TrainableOperator {
  public var parameters: [Parameter] { [] }
  public var statistics: [RunningStatistics] { [] }
  public func makeState() -> AnyObject? { nil }
  public var takesBFloat16: Bool { false }
  public var keepsItemsApart: Bool { false }
  public var readsOutput: Bool { true }
  public func forward(_ pass: ForwardPass) { run(pass.inputs, into: pass.output, engine: pass.engine) }
}

/// What an operator works on in a forward pass of training.
public struct ForwardPass {
  public let inputs: [FeatureMap]
  public let output: FeatureMap
  public let state: AnyObject?
  public let engine: Engine
  /// For what is drawn at random: another one for every step and operator.
  public let seed: UInt64
  /// The same for all operators of a step, for those that draw together.
  public let step: UInt64
  /// Whether the step ran it before: the output is to be the same, and statistics that move have moved.
  public let isRepeated: Bool
  /// The item of the batch that the maps' first one is: of an operator that keeps items apart not always 0.
  public let firstItem: Int
}

/// Where a gradient goes.
public struct GradientTarget {
  public let map: FeatureMap
  /// Whether the map holds a gradient already, which stays.
  public let adds: Bool
}

/// What an operator works on in a backward pass.
public struct BackwardPass {
  /// Those of the forward pass, and what came of them.
  public let inputs: [FeatureMap]
  public let output: FeatureMap
  /// The loss's gradient by the output; may be written over.
  public let gradient: FeatureMap
  /// For every input where its gradient goes; nil where nobody asks for it.
  public let targets: [GradientTarget?]
  public let state: AnyObject?
  public let engine: Engine
  /// Those of the forward pass.
  public let seed: UInt64
  public let step: UInt64
  public let firstItem: Int
}

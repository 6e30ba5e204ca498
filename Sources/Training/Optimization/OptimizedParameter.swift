/// What an optimizer knows of a parameter before it sees numbers.
public struct OptimizedParameter: Sendable, Equatable {
  /// The name in a checkpoint's `model_state`.
  public var name: String
  public var shape: [Int]
  /// Whether it is the weight or bias of a batch norm.
  ///
  /// Those of sub-BN do not count: they are its wrapper's, where PySlowFast does not recognise them.
  public var isBatchNorm: Bool
  /// Whether it has a gradient at all; a frozen one is in no group and has no state.
  public var isTrained: Bool

  public init(name: String, shape: [Int], isBatchNorm: Bool = false, isTrained: Bool = true) {
    self.name = name
    self.shape = shape
    self.isBatchNorm = isBatchNorm
    self.isTrained = isTrained
  }
}

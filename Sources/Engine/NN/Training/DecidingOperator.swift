internal import Kernels
public import Tensors

/// An operator whose gradients follow one of several ways, by a comparison of numbers: where two are next to each other, rounding
/// decides.
public protocol DecidingOperator: TrainableOperator {
  /// Whether it compares anything as it is set up.
  var decides: Bool { get }

  /// Which way the gradient by a number of the output goes: equal numbers are equal ways.
  func choice(_ inputs: [FeatureMap], _ output: FeatureMap, position: Int, channel: Int) -> Int

  /// How far the numbers are from taking another way; as far as that can be told, and 0 for the way that they take.
  func distance(to choice: Int, _ inputs: [FeatureMap], _ output: FeatureMap, position: Int, channel: Int) -> Float
}

extension Network {
  /// An operator that decides, where it stands.
  public struct Deciding {
    /// Of what it learns; or the operator's own.
    public let name: String
    public let op: any DecidingOperator
    public let inputs: [Value]
    public let output: Value
  }

  /// The operators that decide, in the order in which they run.
  public var deciding: [Deciding] {
    nodes.enumerated().compactMap { index, node in
      guard let op = node.op as? any DecidingOperator, op.decides else { return nil }
      let learned = op.parameters.first?.name.split(separator: ".").dropLast().joined(separator: ".")
      return Deciding(name: learned ?? op.name, op: op, inputs: node.inputs, output: Value(id: index))
    }
  }
}

/// A ReLU is open or shut. Of one that is shut its output does not tell how far.
private protocol Rectifying: DecidingOperator {}

extension Rectifying {
  public func choice(_ inputs: [FeatureMap], _ output: FeatureMap, position: Int, channel: Int) -> Int {
    output.value(position: position, channel: channel) > 0 ? 1 : 0
  }

  public func distance(
    to choice: Int, _ inputs: [FeatureMap], _ output: FeatureMap, position: Int, channel: Int
  ) -> Float {
    choice == 1 ? 0 : max(0, output.value(position: position, channel: channel))
  }
}

extension BatchNormalization: Rectifying {
  var decides: Bool { isRectified }
}

extension ElementwiseFunction: Rectifying {
  var decides: Bool { epilogue == .relu }
}

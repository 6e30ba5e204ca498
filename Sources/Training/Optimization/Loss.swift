public import Tensors
internal import Wording

/// What the rows of a network's outputs should have been.
public enum Targets: Sendable {
  /// A class for every row, from 0.
  case classes([Int])
  /// A number for every row and class, [rows, classes]: several classes at once (multi-hot), or shares of labels.
  case soft(Tensor)
  /// Nothing: the outputs are compared with each other.
  case none
}

/// What targets are.
public enum TargetKind: Sendable, CaseIterable { case classes, soft, none }

/// A loss and where it leads.
public struct LossResult: Sendable {
  /// The mean that is minimised.
  public var value: Double
  /// The loss's gradient with respect to each output, in the outputs' order and shapes.
  public var gradients: [Tensor]

  public init(value: Double, gradients: [Tensor]) {
    self.value = value
    self.gradients = gradients
  }
}

/// What training minimises: a number from the network's outputs and their targets, with its gradient at the outputs.
///
/// A new loss is a new file with a type of this protocol, named in ``losses``, or where it is made from a configuration's keys in
/// `TrainingSettings`. One that compares outputs of several clips
/// of a sample takes them as several tensors, the clips' rows in the same order (``ContrastiveLoss``); one of a single output is
/// a ``SingleOutputLoss``.
///
/// Sums are formed in Double, whatever the outputs' values: NaN and infinite outputs give what PyTorch's float32 gives, NaN
/// and infinite losses, unless a loss says that it refuses them.
public protocol Loss: Sendable {
  /// What `MODEL.LOSS_FUNC` calls it.
  var name: String { get }
  /// How many outputs it takes.
  var outputCount: Int { get }
  /// What it compares with; where nothing is said, anything.
  var targetKinds: [TargetKind] { get }

  /// Computes the loss.
  ///
  /// - Parameters:
  ///   - outputs: ``outputCount`` tensors [rows, classes].
  ///   - targets: Of the kind that the loss compares with.
  func evaluate(_ outputs: [Tensor], _ targets: Targets) throws(LossError) -> LossResult
}

extension Loss {
  public var targetKinds: [TargetKind] { TargetKind.allCases }
}

/// A loss of one output of the network.
public protocol SingleOutputLoss: Loss {
  /// Computes the loss of an output [rows, classes] and its gradient, of the same shape.
  func evaluate(_ output: Tensor, _ targets: Targets) throws(LossError) -> (value: Double, gradient: Tensor)
}

extension SingleOutputLoss {
  public var outputCount: Int { 1 }

  public func evaluate(_ outputs: [Tensor], _ targets: Targets) throws(LossError) -> LossResult {
    guard outputs.count == 1 else { throw .outputCount(loss: name, expected: 1, found: outputs.count) }
    let (value, gradient) = try evaluate(outputs[0], targets)
    return LossResult(value: value, gradients: [gradient])
  }

  /// Rows and classes of an output.
  func extent(of output: Tensor) throws(LossError) -> (rows: Int, classes: Int) {
    guard output.shape.count == 2 else { throw .notRows(loss: name, shape: output.shape) }
    // PyTorch's mean over nothing is NaN, which would look as if the network had failed.
    guard output.count > 0 else { throw .empty(loss: name, shape: output.shape) }
    return (output.shape[0], output.shape[1])
  }

  /// A number for every row and class.
  func softTargets(_ targets: Targets, for output: Tensor) throws(LossError) -> Tensor {
    guard case .soft(let tensor) = targets else {
      throw .targets(loss: name, expected: "numbers \(describe(shape: output.shape))", found: targets.summary)
    }
    guard tensor.shape == output.shape else {
      throw .targets(loss: name, expected: "numbers \(describe(shape: output.shape))", found: targets.summary)
    }
    return tensor
  }

  /// A class for every row.
  func classTargets(_ targets: Targets, for output: Tensor) throws(LossError) -> [Int] {
    guard case .classes(let classes) = targets, classes.count == output.shape[0] else {
      throw .targets(loss: name, expected: counted(output.shape[0], "class", plural: "classes"), found: targets.summary)
    }
    for (row, found) in classes.enumerated() where !(0..<output.shape[1]).contains(found) {
      throw .noSuchClass(loss: name, row: row, found: found, classes: output.shape[1])
    }
    return classes
  }
}

extension Targets {
  /// What they are, for messages.
  var summary: String {
    switch self {
    case .classes(let classes): counted(classes.count, "class", plural: "classes")
    case .soft(let tensor): "numbers \(describe(shape: tensor.shape))"
    case .none: "none"
    }
  }
}

/// The losses that `MODEL.LOSS_FUNC` can name.
public let losses: [any Loss] = [
  CrossEntropy(), SoftCrossEntropy(), BinaryCrossEntropy(), BinaryCrossEntropyWithLogits(), MeanSquaredError(),
]

/// Finds a loss by the name that `MODEL.LOSS_FUNC` has for it.
///
/// - Parameter losses: All that there are; those with settings of their own are added to ``losses``.
public func loss(named name: String, among losses: [any Loss] = losses) throws(LossError) -> any Loss {
  if let loss = losses.first(where: { $0.name == name }) { return loss }
  throw .unknown(name: name, known: losses.map(\.name))
}

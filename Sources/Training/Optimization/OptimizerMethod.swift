internal import Wording

/// How an optimizer moves a parameter: a new method is a new file with a type of this protocol, named in
/// ``optimizerMethod(named:_:)``.
public protocol OptimizerMethod: Sendable {
  /// What `SOLVER.OPTIMIZING_METHOD` calls it.
  var name: String { get }
  /// The names under which a checkpoint's `optimizer_state` has what is kept for each parameter, tensors of its shape.
  var bufferNames: [String] { get }
  /// Whether the state has the number of steps, too.
  var countsSteps: Bool { get }

  /// Its settings in a checkpoint's `param_groups`, in PyTorch's order; those that it does not know have PyTorch's defaults.
  var groupEntries: [GroupEntry] { get }

  /// Checks the settings together.
  func check() throws(OptimizationError)

  /// Makes a step with some of a parameter's numbers, each of which depends on no other.
  func update(_ numbers: ParameterNumbers, _ step: StepSettings)
}

/// A stretch of a parameter's numbers with what belongs to them.
public struct ParameterNumbers {
  public let count: Int
  /// What the step changes.
  public let values: UnsafeMutablePointer<Float>
  public let gradients: UnsafePointer<Float>
  /// The state, in the order of the method's names; zeros before the first step.
  public let buffers: [UnsafeMutablePointer<Float>]
}

/// What a step is like for all numbers of a parameter.
public struct StepSettings: Sendable {
  /// The group's learning rate.
  public var learningRate: Double
  public var weightDecay: Double
  /// Which step of this parameter it is, from 1.
  public var number: Int
  /// Whether there is no state yet.
  public var isFirst: Bool

  public init(learningRate: Double, weightDecay: Double, number: Int, isFirst: Bool) {
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.number = number
    self.isFirst = isFirst
  }
}

/// The settings of all methods; each takes its own of them.
public struct MethodOptions: Sendable {
  /// `SOLVER.MOMENTUM`.
  public var momentum = 0.9
  /// `SOLVER.DAMPENING`.
  public var dampening = 0.0
  /// `SOLVER.NESTEROV`.
  public var isNesterov = true
  /// `SOLVER.BETAS`.
  public var betas = (first: 0.9, second: 0.999)

  public init() {}
}

/// Finds the method that `SOLVER.OPTIMIZING_METHOD` names. `mt_adamw` is AdamW: PyTorch made it the same.
///
/// - Throws: `badSetting` for a name that is none and for settings that do not go together.
public func optimizerMethod(
  named name: String, _ options: MethodOptions
) throws(OptimizationError) -> any OptimizerMethod {
  let methods: [String: any OptimizerMethod] = [
    "sgd": SGD(momentum: options.momentum, dampening: options.dampening, isNesterov: options.isNesterov),
    "adam": Adam(betas: options.betas, isDecoupled: false),
    "adamw": Adam(betas: options.betas, isDecoupled: true),
    "mt_adamw": Adam(betas: options.betas, isDecoupled: true),
  ]
  guard let method = methods[name] else {
    let meant = nearest(to: name, among: methods.keys.sorted()).map { "did you mean \($0)?" } ?? "set one of them"
    throw .badSetting(
      key: "SOLVER.OPTIMIZING_METHOD", found: "'\(name)'", expected: "sgd, adam or adamw",
      advice: name.lowercased() == "lars" ? "set sgd, and SOLVER.LARS_ON True" : meant)
  }
  try method.check()
  return method
}

/// Stochastic gradient descent: g += decay x p; b = momentum x b + (1 - dampening) x g, at the first step b = g;
/// p -= rate x b, with Nesterov's momentum p -= rate x (g + momentum x b).
///
/// Source: torch.optim.SGD, whose order of operations in float32 this is.
public struct SGD: OptimizerMethod {
  public let name = "sgd"
  public var momentum: Double
  public var dampening: Double
  public var isNesterov: Bool

  /// - Parameters:
  ///   - momentum: 0 for none, which needs no state.
  ///   - dampening: The share of the gradient that does not enter the buffer.
  ///   - isNesterov: Needs momentum and no dampening.
  public init(momentum: Double = 0.9, dampening: Double = 0, isNesterov: Bool = true) {
    self.momentum = momentum
    self.dampening = dampening
    self.isNesterov = isNesterov
  }

  public var bufferNames: [String] { momentum == 0 ? [] : ["momentum_buffer"] }
  public var countsSteps: Bool { false }

  public var groupEntries: [GroupEntry] {
    [
      GroupEntry("momentum", .number(momentum)), GroupEntry("dampening", .number(dampening)),
      GroupEntry("nesterov", .flag(isNesterov)), GroupEntry("maximize", .flag(false)), GroupEntry("foreach", .none),
      GroupEntry("differentiable", .flag(false)), GroupEntry("fused", .none),
    ]
  }

  public func check() throws(OptimizationError) {
    guard momentum >= 0, momentum.isFinite else {
      throw .badSetting(
        key: "SOLVER.MOMENTUM", found: "\(momentum)", expected: "0 or more", advice: "set 0.9, or 0 for none")
    }
    guard dampening.isFinite else {
      throw .badSetting(
        key: "SOLVER.DAMPENING", found: "\(dampening)", expected: "a number", advice: "set 0 for none")
    }
    guard !isNesterov || (momentum > 0 && dampening == 0) else {
      throw .badSetting(
        key: "SOLVER.NESTEROV", found: "True", expected: "False with SOLVER.MOMENTUM 0 or with SOLVER.DAMPENING",
        advice: "set SOLVER.NESTEROV False")
    }
  }

  public func update(_ numbers: ParameterNumbers, _ step: StepSettings) {
    let (values, gradients) = (numbers.values, numbers.gradients)
    let (rate, decay) = (Float(step.learningRate), Float(step.weightDecay))
    guard let buffer = numbers.buffers.first else {
      for i in 0..<numbers.count { values[i] -= rate * (gradients[i] + decay * values[i]) }
      return
    }
    // At the first step the buffer becomes the gradient, whatever the dampening.
    let kept = step.isFirst ? 0 : Float(momentum)
    let taken = step.isFirst ? 1 : Float(1 - dampening)
    let ahead = Float(momentum)
    for i in 0..<numbers.count {
      let gradient = gradients[i] + decay * values[i]
      let moved = kept * buffer[i] + taken * gradient
      buffer[i] = moved
      values[i] -= rate * (isNesterov ? gradient + ahead * moved : moved)
    }
  }
}

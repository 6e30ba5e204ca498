internal import Glibc

/// Adam: running means m of gradients and v of their squares; p -= rate x m' / (sqrt(v') + epsilon), where m' and v' are
/// corrected for their start at zero. The decay is added to the gradient, or decoupled from it (AdamW): p -= rate x decay
/// x p before the step.
///
/// Sources: Kingma and Ba, "Adam", 2015; Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019;
/// torch.optim.Adam and AdamW, whose order of operations in float32 this is.
public struct Adam: OptimizerMethod {
  public var betas: (first: Double, second: Double)
  public var epsilon: Double
  public var isDecoupled: Bool

  /// - Parameters:
  ///   - betas: What the means keep at a step, from 0 to below 1.
  ///   - isDecoupled: AdamW.
  public init(betas: (first: Double, second: Double) = (0.9, 0.999), epsilon: Double = 1e-8, isDecoupled: Bool) {
    self.betas = betas
    self.epsilon = epsilon
    self.isDecoupled = isDecoupled
  }

  public var name: String { isDecoupled ? "adamw" : "adam" }
  public var bufferNames: [String] { ["exp_avg", "exp_avg_sq"] }
  public var countsSteps: Bool { true }

  public var groupEntries: [GroupEntry] {
    [
      GroupEntry("betas", .pair(betas.first, betas.second)), GroupEntry("eps", .number(epsilon)),
      GroupEntry("amsgrad", .flag(false)), GroupEntry("maximize", .flag(false)), GroupEntry("foreach", .none),
      GroupEntry("capturable", .flag(false)), GroupEntry("differentiable", .flag(false)), GroupEntry("fused", .none),
      GroupEntry("decoupled_weight_decay", .flag(isDecoupled)),
    ]
  }

  public func check() throws(OptimizationError) {
    guard 0..<1 ~= betas.first, 0..<1 ~= betas.second else {
      throw .badSetting(
        key: "SOLVER.BETAS", found: "(\(betas.first), \(betas.second))", expected: "two numbers from 0 to below 1",
        advice: "set (0.9, 0.999)")
    }
  }

  public func update(_ numbers: ParameterNumbers, _ step: StepSettings) {
    let (values, gradients) = (numbers.values, numbers.gradients)
    let (means, squares) = (numbers.buffers[0], numbers.buffers[1])
    let left = isDecoupled ? Float(1 - step.learningRate * step.weightDecay) : 1
    let decay = isDecoupled ? 0 : Float(step.weightDecay)
    // Scalars are Double until they meet a number, as PyTorch's are.
    let (taken, kept, takenSquare) = (Float(1 - betas.first), Float(betas.second), Float(1 - betas.second))
    let correction = Float((1 - pow(betas.second, Double(step.number))).squareRoot())
    let size = Float(step.learningRate / (1 - pow(betas.first, Double(step.number))))
    let epsilon = Float(epsilon)
    // Two loops: in one of them the compiler would compute nothing in vectors.
    for i in 0..<numbers.count {
      let value = values[i] * left
      let gradient = gradients[i] + decay * value
      values[i] = value
      means[i] += taken * (gradient - means[i])
      squares[i] = squares[i] * kept + takenSquare * gradient * gradient
    }
    for i in 0..<numbers.count {
      values[i] -= size * means[i] / (squares[i].squareRoot() / correction + epsilon)
    }
  }
}

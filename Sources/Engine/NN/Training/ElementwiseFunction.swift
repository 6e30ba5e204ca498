internal import Glibc
public import Kernels
internal import Tensors

/// An epilogue as an operator of its own, after an addition where there is one: what is fused elsewhere needs its input kept
/// when it is trained.
///
/// Inputs: x, then what is added.
struct ElementwiseFunction: TrainableOperator {
  let epilogue: Epilogue

  var name: String { epilogue == .none ? "sum" : epilogue.rawValue }

  var keepsItemsApart: Bool { true }
  var readsOutput: Bool { false }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    guard inputs.allSatisfy({ $0.matches(inputs[0]) }) else {
      throw .unsuited(operation: "a \(name)", needs: "maps of one shape", found: inputs)
    }
    return inputs[0]
  }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    if inputs.count > 1 { sum(inputs, into: output, engine) }
    if epilogue == .none && inputs.count > 1 { return }
    engine.scale(inputs.count > 1 ? output : inputs[0], epilogue, into: output)
  }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    run(inputs, into: output, engine: engine)
  }

  private func sum(_ inputs: [FeatureMap], into output: FeatureMap, _ engine: Engine) {
    let ones = [Float](repeating: 1, count: output.channels)
    engine.affine(
      inputs[0], scale: ones, bias: [Float](repeating: 0, count: output.channels), adding: inputs[1],
      isRectified: false, into: output)
  }

  func backward(_ pass: BackwardPass) {
    let (gradient, engine) = (pass.gradient, pass.engine)
    // To one target at once, without a way back and forth.
    if epilogue != .none, pass.targets.count == 1, let target = pass.targets[0] {
      return engine.functionGradients(pass.inputs, epilogue, gradient, into: target.map, adds: target.adds)
    }
    if epilogue != .none { engine.functionGradients(pass.inputs, epilogue, gradient, into: gradient, adds: false) }
    for target in pass.targets { target?.take(gradient, engine) }
  }
}

extension Epilogue {
  /// The derivative, with PyTorch's choice where there is none.
  func derivative(_ x: Double) -> Double {
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    switch self {
    case .none: return 1
    case .relu: return x <= 0 ? 0 : 1
    case .relu6: return x <= 0 || x >= 6 ? 0 : 1
    case .swish:
      let s = sigmoid(x)
      return s * (1 + x * (1 - s))
    case .sigmoid:
      let s = sigmoid(x)
      return s * (1 - s)
    case .hardSwish: return x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6
    case .hardSigmoid: return x <= -3 || x >= 3 ? 0 : 1.0 / 6
    case .gelu:
      return (1 + erf(x / 2.0.squareRoot())) / 2 + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    }
  }
}

extension Network {
  /// Adds a function of every number, after an addition where there is one.
  public mutating func function(_ epilogue: Epilogue, _ x: Value, adding other: Value? = nil) -> Value {
    add(ElementwiseFunction(epilogue: epilogue), [x] + (other.map { [$0] } ?? []))
  }
}

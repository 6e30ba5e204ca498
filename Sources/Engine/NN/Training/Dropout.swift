internal import Tensors
internal import Kernels

/// Sets numbers to zero at random in training, and scales the others so that the mean stays.
///
/// Source: Srivastava et al., "Dropout", 2014; PyTorch's Dropout.
struct Dropout: TrainableOperator {
  /// Of being zero.
  let probability: Double

  private final class Mask {
    var factors: [Float] = []
  }

  var name: String { "dropout \(probability)" }
  func makeState() -> AnyObject? { Mask() }
  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape { inputs[0] }

  /// Nothing is left out in evaluation.
  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    GradientTarget(map: output, adds: false).take(inputs[0], engine)
  }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    run(inputs, into: output, engine: engine)
  }

  func forward(_ pass: ForwardPass) {
    guard let mask = pass.state as? Mask else { preconditionFailure("dropout trains with its state") }
    let (x, y) = (pass.inputs[0], pass.output)
    var generator = SeededGenerator(seed: pass.seed)
    let kept = Float(1 / (1 - probability))
    mask.factors = (0..<x.positions * x.channels).map { _ in
      Double.random(in: 0..<1, using: &generator) < probability ? 0 : kept
    }
    for position in 0..<x.positions {
      let (from, to) = (x.start + position * x.pitch, y.start + position * y.pitch)
      for c in 0..<x.channels { to[c] = from[c] * mask.factors[position * x.channels + c] }
    }
  }

  func backward(_ pass: BackwardPass) {
    guard let mask = pass.state as? Mask else { preconditionFailure("dropout trains with its state") }
    let g = pass.gradient
    for position in 0..<g.positions {
      for c in 0..<g.channels { g.start[position * g.pitch + c] *= mask.factors[position * g.channels + c] }
    }
    pass.targets[0]?.take(g, pass.engine)
  }
}

extension Network {
  /// Adds a dropout; of probability 0 it is nothing.
  public mutating func dropout(_ x: Value, probability: Double) -> Value {
    probability == 0 ? x : add(Dropout(probability: probability), [x])
  }
}

public import Kernels
internal import Tensors

/// A convolution whose weights are trained: packed anew whenever they have changed.
struct TrainedConvolution: TrainableOperator {
  let shape: ConvolutionShape
  /// [out, in / groups, T, H, W], or fewer last axes of length 1; of fewer outputs where several share it: an output has
  /// that of its number beyond whole multiples of them.
  let weight: Parameter
  /// [out]
  let bias: Parameter?

  private final class Packed {
    var version = -1
    var forward: Convolution?
    var backwardVersion = -1
    var backward: InputGradient?
  }

  var name: String { "conv \(shape)" }
  var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  var writesSlices: Bool { true }
  var keepsItemsApart: Bool { true }
  var readsOutput: Bool { false }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    let extent = shape.output(for: inputs[0].extent)
    guard extent.count > 0 else {
      throw .tooSmall(operation: "a convolution \(shape)", input: "\(inputs[0].extent)")
    }
    guard inputs[0].channels == shape.inChannels else {
      throw .unsuited(
        operation: "a convolution \(shape)", needs: "\(shape.inChannels) channels", found: [inputs[0]])
    }
    return ValueShape(batch: inputs[0].batch, extent: extent, channels: shape.outChannels)
  }

  func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int {
    shape.macs(batch: inputs[0].batch, input: inputs[0].extent)
  }

  func makeState() -> AnyObject? { Packed() }

  private var weights: Tensor {
    if copies == 1 { return weight.value.reshaped(shape.weightShape) }
    let result = Tensor(unfilled: shape.weightShape)
    for copy in 0..<copies {
      (result.storage.pointer + copy * weight.value.count).update(
        from: weight.value.storage.pointer, count: weight.value.count)
    }
    return result
  }

  /// How many outputs share a kernel.
  private var copies: Int { shape.weightShape.reduce(1, *) / max(1, weight.value.count) }

  private func convolution(_ engine: Engine) -> Convolution {
    Convolution(
      shape, weights: weights, bias: bias?.value.array ?? [Float](repeating: 0, count: shape.outChannels),
      engine: engine)
  }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    convolution(engine).run(inputs[0], into: output)
  }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    run(inputs, into: output, engine: engine)
  }

  func forward(_ pass: ForwardPass) {
    guard let packed = pass.state as? Packed else { return run(pass.inputs, into: pass.output, engine: pass.engine) }
    let version = weight.version + (bias?.version ?? 0)
    if packed.version != version || packed.forward == nil {
      packed.forward = nil
      packed.forward = convolution(pass.engine)
      packed.version = version
    }
    packed.forward?.run(pass.inputs[0], into: pass.output, on: pass.engine)
  }

  func backward(_ pass: BackwardPass) {
    let engine = pass.engine
    if let bias, bias.isTrained {
      for (c, sum) in engine.channelSums(pass.gradient).enumerated() { bias.gradient.mutableValues[c] += Float(sum) }
    }
    if weight.isTrained {
      // Kernels that several heads share are one for each of them here.
      if copies == 1 {
        WeightGradient(shape).run(pass.inputs[0], pass.gradient, into: weight.gradient, adds: true, engine)
      } else {
        let sums = Tensor(unfilled: shape.weightShape)
        WeightGradient(shape).run(pass.inputs[0], pass.gradient, into: sums, engine)
        for copy in 0..<copies { weight.gradient.add(sums, from: copy * weight.value.count) }
      }
    }
    guard let target = pass.targets[0] else { return }
    let packed = pass.state as? Packed
    if packed?.backwardVersion != weight.version || packed?.backward == nil {
      packed?.backward = nil
      packed?.backward = InputGradient(shape, weights: weights, engine)
      packed?.backwardVersion = weight.version
    }
    let backward = packed?.backward ?? InputGradient(shape, weights: weights, engine)
    backward.run(pass.gradient, into: target.map, adds: target.adds, engine)
  }
}

extension Network {
  /// Adds a convolution whose weights are trained.
  ///
  /// - Parameters:
  ///   - weight: [out, in / groups, T, H, W], or as many numbers under another shape; of a part of the outputs where several
  ///     share it.
  ///   - bias: [out].
  public mutating func convolution(
    _ x: Value, _ shape: ConvolutionShape, training weight: Parameter, bias: Parameter? = nil
  ) -> Value {
    precondition(
      weight.value.count > 0 && shape.weightShape.reduce(1, *) % weight.value.count == 0, "weights must fit the shape")
    return add(TrainedConvolution(shape: shape, weight: weight, bias: bias), [x])
  }
}

extension Tensor {
  /// Adds another one, number by number, or as many of it from one of its numbers on.
  func add(_ other: Tensor, from first: Int = 0) {
    let (to, from) = (storage.pointer, other.storage.pointer + first)
    for index in 0..<count { to[index] += from[index] }
  }
}

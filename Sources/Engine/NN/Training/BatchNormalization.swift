internal import Kernels
internal import Tensors

/// A normalisation by the batch, an addition and a ReLU after it: `y = relu((x - mean) / sqrt(variance + 1e-5) * weight +
/// bias + residual)`, with the mean and the variance of each channel over all positions of the batch, or of its parts.
///
/// Inputs: x, then the residual where there is one. The running statistics take the variance that estimates the population's
/// (over n - 1), what is normalised that of the batch itself, as in PyTorch.
///
/// Source: Ioffe and Szegedy, "Batch Normalization", 2015.
struct BatchNormalization: TrainableOperator {
  let weight: Parameter
  let bias: Parameter
  let running: RunningStatistics
  let isRectified: Bool

  private static let epsilon = 1e-5

  /// The statistics of a forward pass, by split.
  private final class Batch {
    var mean: [[Float]] = []
    /// 1 / sqrt(variance + epsilon)
    var inverse: [[Double]] = []
    var isFrozen = false
  }

  var name: String {
    "batch norm" + (running.splits == 1 ? "" : " of \(running.splits) parts") + (isRectified ? " + relu" : "")
  }
  var parameters: [Parameter] { [weight, bias] }
  var statistics: [RunningStatistics] { [running] }
  var writesSlices: Bool { true }
  var takesBFloat16: Bool { true }
  func makeState() -> AnyObject? { Batch() }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    guard inputs[0].channels == running.channels else {
      throw .unsuited(operation: "a \(name)", needs: "\(running.channels) channels", found: [inputs[0]])
    }
    guard running.isFrozen || inputs[0].batch % running.splits == 0 else {
      throw .unsuited(
        operation: "a \(name)", needs: "a batch that \(running.splits) parts divide (BN.NUM_SPLITS)",
        found: [inputs[0]])
    }
    guard inputs.allSatisfy({ $0.matches(inputs[0]) }) else {
      throw .unsuited(operation: "a \(name)", needs: "a residual of the input's shape", found: inputs)
    }
    return inputs[0]
  }

  /// Normalises by the running statistics, as in evaluation.
  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let (mean, variance) = running.aggregated
    let inverse = variance.values.map { 1 / (Double($0) + Self.epsilon).squareRoot() }
    normalize(inputs, into: output, mean: mean.array, inverse: inverse, engine, BatchSplit())
  }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    run(inputs, into: output, engine: engine)
  }

  func forward(_ pass: ForwardPass) {
    guard let batch = pass.state as? Batch else { preconditionFailure("a batch norm trains with its state") }
    batch.isFrozen = running.isFrozen
    if running.isFrozen {
      let (mean, variance) = running.aggregated
      batch.mean = [mean.array]
      batch.inverse = [variance.values.map { 1 / (Double($0) + Self.epsilon).squareRoot() }]
      normalize(pass.inputs, into: pass.output, mean: mean.array, inverse: batch.inverse[0], pass.engine, BatchSplit())
      return
    }
    let x = pass.inputs[0]
    if pass.isRepeated {
      for (index, (mean, inverse)) in zip(batch.mean, batch.inverse).enumerated() {
        let split = BatchSplit(index, of: batch.mean.count)
        normalize(pass.inputs, into: pass.output, mean: mean, inverse: inverse, pass.engine, split)
      }
      return
    }
    batch.mean = []
    batch.inverse = []
    running.latest = []
    for index in 0..<running.splits {
      let split = BatchSplit(index, of: running.splits)
      let (mean, variance) = shared(pass.engine.moments(x, split))
      let count = split.positions(x) * running.processes
      update(index, mean, variance, count: count)
      running.latest.append((mean, variance, count))
      let inverse = variance.map { 1 / ($0 + Self.epsilon).squareRoot() }
      batch.mean.append(mean.map { Float($0) })
      batch.inverse.append(inverse)
      normalize(pass.inputs, into: pass.output, mean: batch.mean[index], inverse: inverse, pass.engine, split)
    }
    running.batches += 1
  }

  /// The moments over all processes' positions: means of the means and of the squares' means.
  private func shared(_ own: (mean: [Double], variance: [Double])) -> (mean: [Double], variance: [Double]) {
    guard let average = running.average else { return own }
    let all = average(own.mean + zip(own.mean, own.variance).map { $0 * $0 + $1 })
    let mean = Array(all.prefix(own.mean.count))
    return (mean, zip(mean, all.dropFirst(mean.count)).map { max(0, $1 - $0 * $0) })
  }

  /// Moves the running statistics towards those of a batch.
  private func update(_ split: Int, _ mean: [Double], _ variance: [Double], count: Int) {
    let momentum = running.momentum
    let unbiased = Double(count) / Double(max(1, count - 1))
    let channels = running.channels
    for c in 0..<channels {
      let at = split * channels + c
      let (oldMean, oldVariance) = (Double(running.mean.values[at]), Double(running.variance.values[at]))
      running.mean.mutableValues[at] = Float((1 - momentum) * oldMean + momentum * mean[c])
      running.variance.mutableValues[at] = Float((1 - momentum) * oldVariance + momentum * variance[c] * unbiased)
    }
  }

  private func normalize(
    _ inputs: [FeatureMap], into output: FeatureMap, mean: [Float], inverse: [Double], _ engine: Engine,
    _ split: BatchSplit
  ) {
    let (scale, bias, _) = affine(mean, inverse)
    engine.affine(
      inputs[0], scale: scale, bias: bias, adding: inputs.count > 1 ? inputs[1] : nil, isRectified: isRectified,
      into: output, split)
  }

  /// The normalisation as `x * scale + bias`; the scale before it is rounded as well.
  private func affine(_ mean: [Float], _ inverse: [Double]) -> (scale: [Float], bias: [Float], exactScale: [Double]) {
    let scale = zip(weight.value.values, inverse).map { Double($0) * $1 }
    return (
      scale.map { Float($0) },
      mean.indices.map { Float(Double(bias.value.values[$0]) - Double(mean[$0]) * scale[$0]) },
      scale
    )
  }

  func backward(_ pass: BackwardPass) {
    guard let batch = pass.state as? Batch else { preconditionFailure("a batch norm trains with its state") }
    let (x, engine) = (pass.inputs[0], pass.engine)
    // What a ReLU let through is what the residual gets, and nobody else reads it where there is none. Where the residual's
    // gradient begins with it, it goes there at once.
    let hasResidual = pass.inputs.count > 1
    let residual = hasResidual ? pass.targets[1] : nil
    let passed = residual.flatMap { $0.adds ? nil : $0.map } ?? pass.gradient
    for (index, (mean, inverse)) in zip(batch.mean, batch.inverse).enumerated() {
      let split = BatchSplit(index, of: batch.mean.count)
      let forward = affine(mean, inverse)
      let isAgain = isRectified && !hasResidual
      let relu: NormalizedReLU =
        isAgain ? .affine(scale: forward.scale, bias: forward.bias) : isRectified ? .output(pass.output) : .none
      let (sums, products) = engine.normalizedGradients(
        x, relu, mean: mean, pass.gradient, into: hasResidual ? passed : nil, split)
      for c in mean.indices {
        if bias.isTrained { bias.gradient.mutableValues[c] += Float(sums[c]) }
        if weight.isTrained { weight.gradient.mutableValues[c] += Float(products[c] * inverse[c]) }
      }
      guard let target = pass.targets[0] else { continue }
      // Of all processes that share the statistics, the mean: each has as many positions.
      var (meanSums, meanProducts) = (sums, products)
      if let average = running.average, !batch.isFrozen {
        let all = average(sums + products)
        (meanSums, meanProducts) = (Array(all.prefix(sums.count)), Array(all.dropFirst(sums.count)))
      }
      let scale = forward.exactScale
      // Mean and variance depend on every position of the batch; frozen ones do not.
      let count = batch.isFrozen ? Double.infinity : Double(split.positions(x))
      let factor = mean.indices.map { Float(-scale[$0] * inverse[$0] * inverse[$0] * meanProducts[$0] / count) }
      let moved = mean.indices.map { Float(-scale[$0] * meanSums[$0] / count) }
      engine.normalizedInputGradients(
        passed, x, mean: mean, scale: forward.scale, factor: factor, bias: moved,
        rectifiedBias: isAgain ? forward.bias : nil, into: target.map, adds: target.adds, split)
    }
    if let residual, residual.adds { residual.take(passed, engine) }
  }
}

extension GradientTarget {
  /// Takes a gradient as it is.
  func take(_ gradient: FeatureMap, _ engine: Engine) {
    if adds { return engine.add(gradient, to: map) }
    let ones = [Float](repeating: 1, count: map.channels)
    engine.affine(
      gradient, scale: ones, bias: [Float](repeating: 0, count: map.channels), adding: nil, isRectified: false,
      into: map)
  }
}

extension Network {
  /// Adds a normalisation by the batch, with an addition and a ReLU after it.
  ///
  /// - Parameters:
  ///   - weight: [channels], as the bias.
  ///   - residual: Added before the ReLU.
  public mutating func batchNorm(
    _ x: Value, weight: Parameter, bias: Parameter, _ running: RunningStatistics, adding residual: Value? = nil,
    isRectified: Bool = false
  ) -> Value {
    add(
      BatchNormalization(weight: weight, bias: bias, running: running, isRectified: isRectified),
      [x] + (residual.map { [$0] } ?? []))
  }
}

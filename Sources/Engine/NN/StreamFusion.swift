public import Kernels
internal import Parallel
public import Tensors

/// Two maps of one shape as one, element by element.
public enum StreamFusion: Operator, Hashable {
  case sum, mean, maximum, minimum

  public var name: String {
    switch self {
    case .sum: "sum of two maps"
    case .mean: "mean of two maps"
    case .maximum: "greater of two maps"
    case .minimum: "lesser of two maps"
    }
  }
  public var writesSlices: Bool { true }
  public var keepsFramesApart: Bool { true }

  public func format(of inputs: [ElementFormat], activations: ElementFormat) -> ElementFormat {
    inputs.allSatisfy { $0 == .bfloat16 } ? .bfloat16 : .float32
  }

  public func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    guard inputs[0].matches(inputs[1]) else {
      throw .unsuited(operation: "a \(name)", needs: "maps of one shape", found: inputs)
    }
    return inputs[0]
  }

  public func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int { output.positions * output.channels }

  @inline(__always) private func fused(_ a: Float, _ b: Float) -> Float {
    switch self {
    case .sum: a + b
    case .mean: (a + b) / 2
    // Asked this way round, a NaN stays one.
    case .maximum: a.isNaN || !(b > a || b.isNaN) ? a : b
    case .minimum: a.isNaN || !(b < a || b.isNaN) ? a : b
    }
  }

  public func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    guard (inputs + [output]).allSatisfy({ $0.format == .float32 }) else {
      return runReference(inputs, into: output, engine: engine)
    }
    let channels = output.channels
    engine.pool.forEach(output.positions) { position in
      let a = inputs[0].start + position * inputs[0].pitch
      let b = inputs[1].start + position * inputs[1].pitch
      let to = output.start + position * output.pitch
      for c in 0..<channels { to[c] = fused(a[c], b[c]) }
    }
  }

  public func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    engine.pool.forEach(output.positions) { position in
      for c in 0..<output.channels {
        let (a, b) = (inputs[0].value(position: position, channel: c), inputs[1].value(position: position, channel: c))
        output.set(fused(a, b), position: position, channel: c)
      }
    }
  }
}

extension StreamFusion: TrainableOperator {
  public var keepsItemsApart: Bool { true }
  public var readsOutput: Bool { false }

  /// Of two equal numbers the first is the greater, and the lesser, as in PyTorch.
  public func backward(_ pass: BackwardPass) {
    let gradient = pass.gradient
    pass.engine.pool.forEach(gradient.positions) { position in
      let g = gradient.start + position * gradient.pitch
      let a = pass.inputs[0].start + position * pass.inputs[0].pitch
      let b = pass.inputs[1].start + position * pass.inputs[1].pitch
      for (isFirst, target) in zip([true, false], pass.targets) {
        guard let target else { continue }
        let to = target.map.start + position * target.map.pitch
        for c in 0..<gradient.channels {
          let share: Float =
            switch self {
            case .sum: 1
            case .mean: 0.5
            case .maximum: (a[c].isNaN || !(b[c] > a[c] || b[c].isNaN)) == isFirst ? 1 : 0
            case .minimum: (a[c].isNaN || !(b[c] < a[c] || b[c].isNaN)) == isFirst ? 1 : 0
            }
          to[c] = (target.adds ? to[c] : 0) + share * g[c]
        }
      }
    }
  }
}

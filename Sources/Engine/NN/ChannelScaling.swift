public import Kernels
internal import Parallel
public import Tensors

/// A map times a factor for every channel of every item, through an epilogue: the gate of squeeze-and-excitation.
///
/// Inputs: x: N, [T, H, W], C; factors: N, [1, 1, 1], C in float32.
public struct ChannelScaling: Operator, Hashable {
  public var epilogue: Epilogue

  public init(epilogue: Epilogue = .none) { self.epilogue = epilogue }

  public var name: String { "channel scale" + (epilogue == .none ? "" : " + \(epilogue.rawValue)") }
  public var aliasing: Aliasing { .mayOverwrite(0) }
  public var writesSlices: Bool { true }

  public func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    let factors = ValueShape(batch: inputs[0].batch, extent: .one, channels: inputs[0].channels)
    guard inputs[1].matches(factors) else {
      throw .unsuited(
        operation: "a \(name)", needs: "a map and one factor for every channel of every item", found: inputs)
    }
    return inputs[0]
  }

  public func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int { output.positions * output.channels }

  public func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    engine.scale(inputs[0], by: inputs[1], epilogue, into: output)
  }

  public func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    engine.scaleReference(inputs[0], by: inputs[1], epilogue, into: output)
  }
}

extension ChannelScaling: TrainableOperator {
  public var keepsItemsApart: Bool { true }
  public var readsOutput: Bool { false }

  public func backward(_ pass: BackwardPass) {
    let (x, factors, gradient) = (pass.inputs[0], pass.inputs[1], pass.gradient)
    let (channels, perItem) = (x.channels, x.extent.count)
    if let target = pass.targets[1], !target.adds { target.map.clear(pass.engine) }
    // An item's factors have the sum over its positions: pieces are items.
    pass.engine.pool.forEach(x.batch) { item in
      let f = factors.start + item * factors.pitch
      var sums = [Double](repeating: 0, count: channels)
      for position in item * perItem..<(item + 1) * perItem {
        let (from, g) = (x.start + position * x.pitch, gradient.start + position * gradient.pitch)
        let to = pass.targets[0].map { $0.map.start + position * $0.map.pitch }
        let adds = pass.targets[0]?.adds ?? false
        for c in 0..<channels {
          let slope = epilogue == .none ? 1 : Float(epilogue.derivative(Double(from[c] * f[c])))
          let own = g[c] * slope
          sums[c] += Double(own * from[c])
          if let to { to[c] = (adds ? to[c] : 0) + own * f[c] }
        }
      }
      if let target = pass.targets[1] {
        let to = target.map.start + item * target.map.pitch
        for c in 0..<channels { to[c] += Float(sums[c]) }
      }
    }
  }
}

extension Network {
  /// Adds `epilogue(x * factors)`.
  public mutating func scale(_ x: Value, by factors: Value, _ epilogue: Epilogue = .none) -> Value {
    add(ChannelScaling(epilogue: epilogue), [x, factors])
  }
}

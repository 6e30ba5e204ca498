public import Kernels
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

extension Network {
  /// Adds `epilogue(x * factors)`.
  public mutating func scale(_ x: Value, by factors: Value, _ epilogue: Epilogue = .none) -> Value {
    add(ChannelScaling(epilogue: epilogue), [x, factors])
  }
}

public import Kernels
public import Tensors

/// A value of a network: what one operation makes and others read.
public struct Value: Hashable, Sendable {
  let id: Int
}

/// One step of a network, as data: the planner can lay it out for any extent, and later run it backwards.
enum Operation: Sendable {
  case input(channels: Int)
  /// Convolution, bias, optional residual, optional ReLU.
  case convolution(Convolution, Value, adding: Value?, relu: Bool)
  case maxPool(PoolShape, Value)
  /// Channels side by side, in this order.
  case concatenate([Value])
  /// Attention between all positions of two maps (non-local block).
  case attention(Attention, theta: Value, phi: Value, g: Value)
  /// Groups of frames counted as batch items (factor > 1), or batch items as frames again.
  case framesToBatch(Value, groups: Int)
  case batchToFrames(Value, groups: Int)

  /// The values that the operation reads.
  var inputs: [Value] {
    switch self {
    case .input: return []
    case .convolution(_, let x, let residual, _): return [x] + (residual.map { [$0] } ?? [])
    case .maxPool(_, let x), .framesToBatch(let x, _), .batchToFrames(let x, _): return [x]
    case .concatenate(let values): return values
    case .attention(_, let theta, let phi, let g): return [theta, phi, g]
    }
  }
}

/// A feed-forward network: operations in the order they run, built once when the weights are loaded.
///
/// A network knows no extents; `NetworkPlan` lays it out for the extents of its inputs.
public struct Network: Sendable {
  public let engine: Engine
  var operations: [Operation] = []
  /// How each value lies in memory.
  private(set) var formats: [ElementFormat] = []
  var inputs: [Value] = []
  var outputs: [Value] = []
  /// Values with a name, in order: the stages that `--stages` reports.
  var named: [(name: String, value: Value)] = []

  public init(engine: Engine) { self.engine = engine }

  private mutating func add(_ operation: Operation) -> Value {
    operations.append(operation)
    formats.append(format(of: operation))
    return Value(id: operations.count - 1)
  }

  /// Inputs are float32; what is computed has the engine's format, where its channels come in pairs.
  private func format(of operation: Operation) -> ElementFormat {
    if engine.activations == .float32 { return .float32 }
    switch operation {
    case .input: return .float32
    case .convolution(let convolution, _, _, _):
      return convolution.shape.outChannels % 2 == 0 ? .bfloat16 : .float32
    case .maxPool(_, let x), .framesToBatch(let x, _), .batchToFrames(let x, _): return formats[x.id]
    case .concatenate(let values):
      return values.allSatisfy { formats[$0.id] == .bfloat16 } ? .bfloat16 : .float32
    case .attention(_, _, _, let g): return formats[g.id]
    }
  }

  /// Declares the next input.
  public mutating func input(channels: Int) -> Value {
    let value = add(.input(channels: channels))
    inputs.append(value)
    return value
  }

  /// Adds a convolution; `adding` is summed before the ReLU.
  ///
  /// - Parameters:
  ///   - weights: [out, in / groups, T, H, W].
  ///   - bias: [out].
  public mutating func convolution(
    _ x: Value, _ shape: ConvolutionShape, weights: Tensor, bias: [Float], adding residual: Value? = nil, relu: Bool
  ) -> Value {
    let convolution = Convolution(shape, weights: weights, bias: bias, engine: engine, input: formats[x.id])
    return add(.convolution(convolution, x, adding: residual, relu: relu))
  }

  /// Adds a max pooling; padding never wins.
  public mutating func maxPool(_ x: Value, _ shape: PoolShape) -> Value { add(.maxPool(shape, x)) }

  /// Puts channels side by side.
  public mutating func concatenate(_ values: [Value]) -> Value { add(.concatenate(values)) }

  /// Adds the sum over all positions j of weight(i, j) g(j) for every position i of theta.
  public mutating func attention(_ kind: Attention, theta: Value, phi: Value, g: Value) -> Value {
    add(.attention(kind, theta: theta, phi: phi, g: g))
  }

  /// Counts `groups` runs of consecutive frames as batch items.
  public mutating func framesToBatch(_ x: Value, groups: Int) -> Value {
    groups == 1 ? x : add(.framesToBatch(x, groups: groups))
  }

  /// Undoes `framesToBatch`.
  public mutating func batchToFrames(_ x: Value, groups: Int) -> Value {
    groups == 1 ? x : add(.batchToFrames(x, groups: groups))
  }

  /// Names a value for inspection.
  public mutating func setName(_ value: Value, _ name: String) { named.append((name, value)) }

  /// Declares the next output: float32 where a convolution makes it that nothing else reads.
  public mutating func output(_ value: Value) {
    outputs.append(value)
    let isRead = operations.contains { $0.inputs.contains(value) }
    if case .convolution = operations[value.id], !isRead { formats[value.id] = .float32 }
  }

  /// Every convolution in the order of running.
  public var convolutions: [Convolution] {
    operations.compactMap { if case .convolution(let convolution, _, _, _) = $0 { convolution } else { nil } }
  }
}

public import Kernels
public import Tensors

/// A value of a network: what one operator makes and others read.
public struct Value: Hashable, Sendable {
  let id: Int
}

/// A feed-forward network: operators in the order they run, built once when the weights are loaded.
///
/// A network knows no extents; `NetworkPlan` lays it out for the extents of its inputs.
public struct Network: Sendable {
  /// How a value comes about.
  struct Node: Sendable {
    /// nil for an input of the network.
    let op: (any Operator)?
    let inputs: [Value]
    /// Channels of an input of the network.
    let channels: Int
  }

  public private(set) var engine: Engine
  private(set) var nodes: [Node] = []
  /// How each value lies in memory.
  private(set) var formats: [ElementFormat] = []
  private(set) var inputs: [Value] = []
  private(set) var outputs: [Value] = []
  /// Values with a name, in order: the stages that `--stages` reports.
  private(set) var named: [(name: String, value: Value)] = []

  public init(engine: Engine) { self.engine = engine }

  /// The same network, with the same weights in memory, for another engine of the same kernels and formats.
  public func on(_ engine: Engine) -> Network {
    var network = self
    network.engine = engine
    return network
  }

  /// Declares the next input, in float32.
  public mutating func input(channels: Int) -> Value {
    let value = append(Node(op: nil, inputs: [], channels: channels), .float32)
    inputs.append(value)
    return value
  }

  /// Adds an operator that reads some values.
  public mutating func add(_ op: some Operator, _ inputs: [Value]) -> Value {
    let format = op.format(of: inputs.map(format), activations: engine.activations)
    return append(Node(op: op, inputs: inputs, channels: 0), format)
  }

  private mutating func append(_ node: Node, _ format: ElementFormat) -> Value {
    nodes.append(node)
    formats.append(format)
    return Value(id: nodes.count - 1)
  }

  /// How a value lies in memory, for operators that pack their weights accordingly.
  public func format(of value: Value) -> ElementFormat { formats[value.id] }

  /// Names a value for inspection.
  public mutating func setName(_ value: Value, _ name: String) { named.append((name, value)) }

  /// Declares the next output: float32 where its operator can write that and nothing else reads it.
  public mutating func output(_ value: Value) {
    outputs.append(value)
    let isRead = nodes.contains { $0.inputs.contains(value) }
    if let op = nodes[value.id].op, op.writesEitherFormat, !isRead { formats[value.id] = .float32 }
  }

  /// This network with other nodes in the place of its own, and without some.
  func replacing(_ others: [Node], without isLeftOut: [Bool]) -> Network {
    var result = self
    (result.nodes, result.formats) = ([], [])
    var places = [Value?](repeating: nil, count: others.count)
    for (index, node) in others.enumerated() where !isLeftOut[index] {
      let inputs = node.inputs.map { places[$0.id]! }
      places[index] = result.append(Node(op: node.op, inputs: inputs, channels: node.channels), formats[index])
    }
    result.inputs = inputs.map { places[$0.id]! }
    result.outputs = outputs.map { places[$0.id]! }
    result.named = named.compactMap { name, value in places[value.id].map { (name, $0) } }
    return result
  }

  /// Every operator in the order of running.
  public var operators: [any Operator] { nodes.compactMap(\.op) }

  /// Every convolution that they run, in that order.
  public var convolutions: [Convolution] { operators.flatMap(\.convolutions) }
}

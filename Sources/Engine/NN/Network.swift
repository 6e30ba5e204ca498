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
  /// What each value's integers stand for; nil where it is of another format.
  private(set) var scales: [ChannelScales?] = []
  private(set) var inputs: [Value] = []
  private(set) var outputs: [Value] = []
  /// Values with a name, in order: the stages that `--stages` reports; of a network that is trained its modules, too.
  public private(set) var named: [(name: String, value: Value)] = []

  /// Tells the weights of a quantized network's convolutions from others; nil for networks that are not quantized.
  public internal(set) var weightsMark: String?

  /// Whether weights of convolutions wait until ``quantized(by:)`` packs them.
  let isToBeQuantized: Bool

  /// - Parameter isToBeQuantized: Whether the network is only built for ``quantized(by:)``, and not to be laid out as it is.
  public init(engine: Engine, isToBeQuantized: Bool = false) {
    self.engine = engine
    self.isToBeQuantized = isToBeQuantized
  }

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

  mutating func append(_ node: Node, _ format: ElementFormat, _ integers: ChannelScales? = nil) -> Value {
    nodes.append(node)
    formats.append(format)
    scales.append(integers)
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
    var result = withoutNodes
    var places = [Value?](repeating: nil, count: others.count)
    for (index, node) in others.enumerated() where !isLeftOut[index] {
      let inputs = node.inputs.map { places[$0.id]! }
      places[index] = result.append(
        Node(op: node.op, inputs: inputs, channels: node.channels), formats[index], scales[index])
    }
    result.finish(self, places)
    return result
  }

  /// A network for the same engine, to which nodes are appended.
  var withoutNodes: Network { Network(engine: engine) }

  /// Takes another network's inputs, outputs and names.
  ///
  /// - Parameter places: By the other's value, which of this one's it is; nil where it is left out.
  mutating func finish(_ other: Network, _ places: [Value?]) {
    inputs = other.inputs.map { places[$0.id]! }
    outputs = other.outputs.map { places[$0.id]! }
    named = other.named.compactMap { name, value in places[value.id].map { (name, $0) } }
  }

  /// Every operator in the order of running.
  public var operators: [any Operator] { nodes.compactMap(\.op) }

  /// Every convolution that they run, in that order.
  public var convolutions: [Convolution] { operators.flatMap(\.convolutions) }
}

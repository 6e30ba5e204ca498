internal import Kernels
public import Tensors

/// A network laid out for training on inputs of some extents: every value is kept until the backward pass has read it, or,
/// where only some are kept, computed again for it.
///
/// One run at a time. Networks are built for float32, and compute in it. What is kept between operators may be rounded to
/// bfloat16, the values themselves: what reads one later, forwards or backwards, reads the rounded numbers. Gradients, parameters
/// and statistics are float32 in any case.
public final class TrainingPlan {
  public let network: Network
  /// What ``forward(seed:)`` reads: to be filled by the caller.
  public let inputs: [FeatureMap]
  public let outputs: [FeatureMap]
  /// The loss's gradients by the outputs, to be filled before ``backward()``, which loses them; nil where nothing that is
  /// trained stands before an output.
  public let outputGradients: [FeatureMap?]
  let layout: NetworkLayout
  private let gradients: GradientLayout
  private let arena: Storage
  private let gradientArena: Storage
  private let copies: WidenedCopies
  private let copied: Storage
  private let maps: [FeatureMap]
  private let gradientMaps: [FeatureMap?]
  let operators: [(any TrainableOperator)?]
  private let states: [AnyObject?]
  private var seed: UInt64 = 0
  private let checkpoints: ActivationCheckpoints?
  /// By stretch, whether its backward pass computes anything: what is frozen need not be computed again.
  private let isDifferentiated: [Bool]
  /// The stretch whose inner values stand in the memory that stretches share.
  private var present: Int?

  /// The shape of an input.
  public struct Input: Hashable, Sendable {
    public var batch: Int
    public var extent: Extent3

    public init(batch: Int, extent: Extent3) { (self.batch, self.extent) = (batch, extent) }
  }

  /// Lays a network out.
  ///
  /// - Parameters:
  ///   - shapes: One per input of the network.
  ///   - other: A plan of the same network that is not used any more: its memory and packed weights are taken.
  ///   - observed: Values whose gradients are asked for by themselves, whether or not anything before them is trained.
  ///   - keepsCheckpoints: Keeps some values alone and computes the others again, for less memory: of what ``map(of:)`` shows
  ///     only inputs, outputs and what is observed stays.
  ///   - format: What values are kept in: float32, or bfloat16 where they are maps of an even number of channels, and no inputs
  ///     or outputs of the network.
  /// - Throws: `NetworkError` for extents that do not suit the network, operators whose gradients are not known, and where
  ///   there is no memory for it.
  public init(
    _ network: Network, _ shapes: [Input], sharing other: TrainingPlan? = nil, observing observed: Set<Value> = [],
    keepsCheckpoints: Bool = false, keptIn format: ElementFormat = .float32
  ) throws {
    precondition(network.engine.activations == .float32, "networks are trained in float32")
    var layout = try NetworkLayout(
      network, batch: 0, extents: shapes.map(\.extent), grouping: FrameGrouping(leastPositions: .max), absorbing: false,
      batches: shapes.map(\.batch), keepingAll: true, in: format)
    self.network = network
    checkpoints = keepsCheckpoints ? ActivationCheckpoints(layout, pinned: Set(observed.map(\.id))) : nil
    if let checkpoints { layout.move(checkpoints) }
    self.layout = layout
    var readers = [[Int]](repeating: [], count: network.nodes.count)
    var isNeeded = [Bool](repeating: false, count: network.nodes.count)
    var operators: [(any TrainableOperator)?] = []
    for (index, node) in network.nodes.enumerated() {
      for value in node.inputs { readers[value.id].append(index) }
      let op = node.op as? any TrainableOperator
      operators.append(op)
      isNeeded[index] =
        observed.contains(Value(id: index)) || node.inputs.contains { isNeeded[$0.id] }
        || op?.parameters.contains(where: \.isTrained) == true
      guard isNeeded[index], let own = node.op, op == nil else { continue }
      switch own.aliasing {
      case .view, .joinsInputs: break
      case .none, .mayOverwrite: throw NetworkError.untrainable(operation: "a \(own.name)")
      }
    }
    let outputs = Set(network.outputs.map(\.id))
    let gradients = GradientLayout(layout, readers: readers, isNeeded: isNeeded, outputs: outputs)
    let copies = WidenedCopies(layout, operators)
    let most = physicalMemoryBytes()
    let floats = layout.arenaCount + gradients.arenaCount + copies.count
    guard floats < most / 4 else { throw NetworkError.tooLarge(bytes: 4 * floats, memory: most) }
    func memory(_ taken: Storage?, _ count: Int) -> Storage {
      if let taken, taken.count >= count { return taken }
      return Storage(count: count)
    }
    let arena = memory(other?.arena, layout.arenaCount)
    let gradientArena = memory(other?.gradientArena, gradients.arenaCount)
    copied = memory(other?.copied, copies.count)
    self.copies = copies
    let maps = network.nodes.indices.map { layout.map($0, in: arena) }
    let gradientMaps = network.nodes.indices.map { gradients.map($0, layout.shapes[$0], in: gradientArena) }
    (self.gradients, self.arena, self.gradientArena) = (gradients, arena, gradientArena)
    (self.maps, self.gradientMaps, self.operators) = (maps, gradientMaps, operators)
    isDifferentiated = (checkpoints?.stretches ?? []).map { $0.contains { gradientMaps[$0] != nil } }
    states = other?.states ?? operators.map { $0?.makeState() }
    inputs = network.inputs.map { maps[$0.id] }
    self.outputs = network.outputs.map { maps[$0.id] }
    outputGradients = network.outputs.map { gradientMaps[$0.id] }
  }

  /// The bytes of all activations and gradients.
  public var bytes: Int { 4 * (arena.count + gradientArena.count + copied.count) }

  /// Computes the outputs of what stands in the inputs.
  ///
  /// - Parameter seed: For what is drawn at random in this step.
  public func forward(seed: UInt64 = 0) {
    self.seed = seed
    network.engine.exclusively { for index in network.nodes.indices { forward(index) } }
  }

  /// - Parameter isRepeated: Whether it was run in this step before, and is to give the same again.
  func forward(_ index: Int, isRepeated: Bool = false) {
    if let stretch = checkpoints?.stretches.firstIndex(where: { $0.contains(index) }) { present = stretch }
    let node = network.nodes[index]
    guard let op = node.op else { return }
    if case .view = op.aliasing { return }
    let engine = network.engine
    copies.forEachPart(
      index, node.inputs.map { maps[$0.id] }, maps[index], isMade: true, readsOutput: false, in: copied, engine
    ) { inputs, output, items in
      guard let trained = operators[index] else { return op.run(inputs, into: output, engine: engine) }
      trained.forward(
        ForwardPass(
          inputs: inputs, output: output, state: states[index], engine: engine, seed: drawn(index), step: seed,
          isRepeated: isRepeated, firstItem: items?.lowerBound ?? 0))
    }
  }

  /// Computes the inner values of a stretch again, unless they are still there.
  private func restore(_ stretch: Int) {
    guard let checkpoints, present != stretch else { return }
    for index in checkpoints.stretches[stretch] where checkpoints.isShared[layout.places[index].block] {
      forward(index, isRepeated: true)
    }
    present = stretch
  }

  /// Another one for each operator.
  private func drawn(_ index: Int) -> UInt64 { seed &+ UInt64(index) &* 0x9e37_79b9_7f4a_7c15 }

  /// Adds the loss's gradients by all parameters that are trained to theirs, from those by the outputs.
  ///
  /// - Parameters:
  ///   - ready: Told of every parameter once its gradient is final, the last of the network first.
  ///   - observer: Shown the gradient by every value that an output depends on and that has one, once it is final; valid
  ///     during the call.
  public func backward(
    _ ready: ((Parameter) -> Void)? = nil, observer: ((Value, FeatureMap) -> Void)? = nil
  ) {
    network.engine.exclusively {
      var isWritten = [Bool](repeating: false, count: network.nodes.count)
      for value in network.outputs { isWritten[value.id] = true }
      for index in network.nodes.indices.reversed() {
        if let observer, isWritten[index], let gradient = gradientMaps[index] { observer(Value(id: index), gradient) }
        backward(index, &isWritten)
        if let ready, let op = operators[index] { for parameter in op.parameters.reversed() { ready(parameter) } }
      }
    }
  }

  func backward(_ index: Int, _ isWritten: inout [Bool]) {
    if let stretch = checkpoints?.stretches.firstIndex(where: { $0.upperBound == index + 1 }), isDifferentiated[stretch]
    {
      restore(stretch)
    }
    let node = network.nodes[index]
    guard let op = node.op, isWritten[index], let gradient = gradientMaps[index] else { return }
    let targets = node.inputs.map { value -> GradientTarget? in
      guard let map = gradientMaps[value.id] else { return nil }
      defer { isWritten[value.id] = true }
      return gradients.isPart[value.id] ? nil : GradientTarget(map: map, adds: isWritten[value.id])
    }
    for value in node.inputs where gradients.isPart[value.id] { isWritten[value.id] = true }
    switch op.aliasing {
    case .view(let input):
      targets[input]?.take(gradient.viewed(as: maps[node.inputs[input].id]), network.engine)
    case .joinsInputs:
      var channel = 0
      for (value, target) in zip(node.inputs, targets) {
        let channels = maps[value.id].channels
        target?.take(gradient.slice(channel, channels), network.engine)
        channel += channels
      }
    case .none, .mayOverwrite:
      guard let trained = operators[index] else { return }
      copies.forEachPart(
        index, node.inputs.map { maps[$0.id] }, maps[index], isMade: false, readsOutput: trained.readsOutput,
        in: copied,
        network.engine
      ) { inputs, output, items in
        trained.backward(
          BackwardPass(
            inputs: inputs, output: output, gradient: gradient.items(items),
            targets: targets.map { $0.map { GradientTarget(map: $0.map.items(items), adds: $0.adds) } },
            state: states[index], engine: network.engine, seed: drawn(index), step: seed,
            firstItem: items?.lowerBound ?? 0))
      }
    }
  }

  /// A value as the last forward pass left it; where not all are kept, an input, an output or one that is observed.
  public func map(of value: Value) -> FeatureMap { maps[value.id] }

  /// The first operator whose output holds something else than numbers after a forward pass, and the parameters that it
  /// learns, in words; nil where all are numbers.
  public var firstNotFinite: String? {
    network.engine.exclusively { findNotFinite() }
  }

  private func findNotFinite() -> String? {
    for (index, node) in network.nodes.enumerated() {
      if let stretch = checkpoints?.stretches.firstIndex(where: { $0.lowerBound == index }) { restore(stretch) }
      let map = maps[index]
      let isFinite = (0..<map.positions).allSatisfy { position in
        (0..<map.channels).allSatisfy { map.value(position: position, channel: $0).isFinite }
      }
      if isFinite { continue }
      guard let op = node.op else { return "the input" }
      let name = operators[index]?.parameters.first.map { " (\($0.name))" } ?? ""
      return "a \(op.name)\(name)"
    }
    return nil
  }
}

extension FeatureMap {
  /// The same numbers under another map's batch and extent.
  fileprivate func viewed(as other: FeatureMap) -> FeatureMap {
    FeatureMap(
      storage: storage, offset: offset, batch: other.batch, extent: other.extent, channels: channels, pitch: pitch)
  }

  /// Some of the channels.
  fileprivate func slice(_ first: Int, _ count: Int) -> FeatureMap {
    FeatureMap(
      storage: storage, offset: offset + first, batch: batch, extent: extent, channels: count, pitch: pitch)
  }
}

extension Network {
  /// Everything that the network learns, in the order in which it was built; once each, whatever shares it.
  public var parameters: [Parameter] {
    var seen: Set<ObjectIdentifier> = []
    return operators.flatMap { ($0 as? any TrainableOperator)?.parameters ?? [] }
      .filter { seen.insert(ObjectIdentifier($0)).inserted }
  }

  /// The statistics of its normalisations by the batch.
  public var statistics: [RunningStatistics] {
    operators.flatMap { ($0 as? any TrainableOperator)?.statistics ?? [] }
  }
}

internal import Clocks
internal import Kernels
public import Tensors

/// A network laid out for given input extents: every value has its place in one arena, values that are never
/// alive together share memory, and what is to be concatenated is written side by side in the first place.
///
/// Inputs lie outside of it, in the caller's memory or the plan's own, and are only read.
///
/// One run at a time: the arena is shared by all of them, and by the plans that were made to share it.
public final class NetworkPlan: @unchecked Sendable {
  /// The network, with operators that took over what made their inputs.
  public let network: Network
  /// Memory of the plan's own for the inputs, made when it is first asked for: what `run()` reads.
  public private(set) lazy var inputs: [FeatureMap] = ownInputs()
  /// Where the outputs are after `run()`, until the next one; they may have a pitch.
  public let outputs: [FeatureMap]
  /// The named values, with their contents after `run()`; empty unless they were asked for.
  public let named: [(name: String, map: FeatureMap)]
  /// The floats of the arena.
  public var arenaCount: Int { arena.count }
  private let arena: Storage
  private let maps: [FeatureMap]
  let layout: NetworkLayout
  /// What each value is made with: the network's operator, or what was found faster; nil for inputs.
  private(set) var operators: [(any Operator)?]
  /// The operators whose way was chosen by timing them.
  private(set) var measured: Set<Int> = []

  /// Lays a network out, see `NetworkLayout`.
  ///
  /// - Throws: `NetworkError` when these extents do not suit the network.
  public convenience init(
    _ network: Network, batch: Int, extents: [Extent3], keepingNamed: Bool = false,
    grouping: FrameGrouping? = nil
  ) throws {
    try self.init(
      NetworkLayout(network, batch: batch, extents: extents, keepingNamed: keepingNamed, grouping: grouping))
  }

  /// Makes a plan of a network's layout.
  ///
  /// - Parameter other: A plan whose arena is taken where it is large enough; a run of either ends what the other's
  ///   outputs hold.
  /// - Throws: `NetworkError` when the machine has no memory for it.
  public init(_ layout: NetworkLayout, sharing other: NetworkPlan? = nil) throws {
    let network = layout.network
    let memory = physicalMemoryBytes()
    guard layout.arenaCount < memory / 4 else {
      throw NetworkError.tooLarge(bytes: 4 * layout.arenaCount, memory: memory)
    }
    let shared = other.flatMap { $0.arenaCount >= layout.arenaCount ? $0.arena : nil }
    let arena = shared ?? Storage(count: layout.arenaCount)
    let maps = network.nodes.indices.map { layout.map($0, in: arena) }
    self.network = network
    self.arena = arena
    self.maps = maps
    self.layout = layout
    operators = network.nodes.map(\.op)
    outputs = network.outputs.map { maps[$0.id] }
    named = layout.keepsNamed ? network.named.map { ($0.name, maps[$0.value.id]) } : []
    if network.engine.planner.measures { network.engine.exclusively { measure() } }
  }

  /// Times the candidates of every operator on its own maps and keeps the fastest; operators of one name on inputs of
  /// one shape choose together.
  private func measure() {
    struct Layer: Hashable {
      let name: String
      let inputs: [ValueShape]
    }
    var fastest: [Layer: String] = [:]
    var done = Set<Int>()
    forEachStep(inputs.map { BoundInput($0) }) { index, inputs, output in
      guard let own = operators[index], done.insert(index).inserted else { return }
      let candidates = own.candidates
      if candidates.count < 2 { return }
      let layer = Layer(name: own.name, inputs: network.nodes[index].inputs.map { layout.shapes[$0.id] })
      if fastest[layer] == nil {
        let seconds = candidates.map { candidate in
          (0..<4).map { _ in clocked { candidate.run(inputs, into: output, engine: network.engine) } }.min()!
        }
        fastest[layer] = candidates[seconds.indices.min { seconds[$0] < seconds[$1] }!].algorithm
      }
      measured.insert(index)
      if fastest[layer] != own.algorithm {
        operators[index] = candidates.first { $0.algorithm == fastest[layer] }
      }
    }
  }

  private func ownInputs() -> [FeatureMap] {
    network.inputs.map { value in
      let shape = layout.shapes[value.id]
      return layout.inputOf[value.id] == nil
        ? maps[value.id] : FeatureMap(zeros: shape.batch, shape.extent, channels: shape.channels)
    }
  }

  /// Computes the outputs from what stands in ``inputs``.
  public func run() { run(inputs.map { BoundInput($0) }) }

  /// Computes the outputs from maps of the caller's.
  ///
  /// - Parameter bound: One per input of the network, of its batch, extent and channels, in float32.
  public func run(_ bound: [BoundInput]) { network.engine.exclusively { forEachStep(bound, step) } }

  /// Calls a body for every operator, in order, with the maps it works on; for those of a stretch that is run frame by
  /// frame once per group of frames, and for those that read chosen frames once per frames that follow each other.
  func forEachStep(
    _ bound: [BoundInput], _ body: (_ index: Int, _ inputs: [FeatureMap], _ output: FeatureMap) -> Void
  ) {
    let step = bind(bound)
    var index = 0
    for run in layout.runs {
      while index < run.operators.lowerBound {
        step.call(index, nil, body)
        index += 1
      }
      let total = layout.shapes[index].batch * layout.shapes[index].extent.t
      for first in stride(from: 0, to: total, by: run.frames) {
        for index in run.operators { step.call(index, first..<min(total, first + run.frames), body) }
      }
      index = run.operators.upperBound
    }
    while index < network.nodes.count {
      step.call(index, nil, body)
      index += 1
    }
  }

  /// Puts a run's inputs in their places.
  private func bind(_ bound: [BoundInput]) -> PlanSteps {
    precondition(bound.count == network.inputs.count, "one map per input")
    var steps = PlanSteps(network: network, layout: layout, maps: maps)
    for (number, (value, input)) in zip(network.inputs, bound).enumerated() {
      let shape = layout.shapes[value.id]
      precondition(
        input.map.batch == shape.batch && input.extent == shape.extent && input.map.channels == shape.channels
          && input.map.format == .float32, "a bound input has the shape of the network's input")
      steps.bind(value.id, input) { inputs[number] }
    }
    return steps
  }

  func step(_ index: Int, _ inputs: [FeatureMap], _ output: FeatureMap) {
    guard let op = operators[index] else { return }
    if network.engine.usesReferences {
      op.runReference(inputs, into: output, engine: network.engine)
    } else {
      op.run(inputs, into: output, engine: network.engine)
    }
  }

  /// Computes, and shows what every operator made; of those that run frame by frame some frames at a time.
  func observe(_ bound: [BoundInput], _ body: (_ index: Int, _ output: FeatureMap) -> Void) {
    network.engine.exclusively {
      forEachStep(bound) { index, inputs, output in
        step(index, inputs, output)
        body(index, output)
      }
    }
  }

  /// Runs once and adds up the seconds of every operator.
  ///
  /// - Parameter done: Called after each step of an operator.
  func timedSteps(_ bound: [BoundInput], _ done: (_ index: Int) -> Void = { _ in }) -> [Double] {
    var seconds = [Double](repeating: 0, count: network.nodes.count)
    network.engine.exclusively {
      forEachStep(bound) { index, inputs, output in
        seconds[index] += clocked { step(index, inputs, output) }
        done(index)
      }
    }
    return seconds
  }
}

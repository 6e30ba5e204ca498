import Kernels
import NN
import Tensors
import Testing

/// Values whose gradients are to be seen: vectors that are added to inputs of zeros, one for every position.
///
/// An operator's inputs have gradients where something before them is trained; with one item, that of such a vector is that of
/// the input.
struct GradientProbe {
  let plan: TrainingPlan
  private let probes: [Parameter]
  private let network: Network

  /// What goes into an operator.
  struct Input {
    let extent: Extent3
    let channels: Int
    /// [positions, channels]
    let values: [Float]

    init(_ extent: Extent3, channels: Int, _ values: [Float]) {
      (self.extent, self.channels, self.values) = (extent, channels, values)
    }

    /// Drawn from -1 to 1.
    init(_ extent: Extent3, channels: Int, seed: UInt64) {
      var generator = SeededGenerator(seed: seed)
      self.init(
        extent, channels: channels,
        (0..<extent.count * channels).map { _ in Float.random(in: -1...1, using: &generator) })
    }
  }

  init(
    _ inputs: [Input], _ engine: Engine = Engine(threads: 2), batch: Int = 1,
    _ build: (inout Network, [Value]) -> Value
  ) throws {
    var network = Network(engine: engine)
    var probes: [Parameter] = []
    let values = inputs.enumerated().map { index, input in
      let probe = Parameter(
        name: "input \(index)", kind: .weight, value: Tensor([input.extent.count, input.channels], input.values))
      probes.append(probe)
      let part = VectorPart(probe.value, probe, count: input.extent.count)
      let zeros = network.input(channels: input.channels)
      return network.add(PositionEmbedding([part], channels: input.channels, extent: input.extent), [zeros])
    }
    network.output(build(&network, values))
    plan = try TrainingPlan(network, inputs.map { TrainingPlan.Input(batch: batch, extent: $0.extent) })
    self.probes = probes
    self.network = network
  }

  /// Runs forwards.
  ///
  /// - Returns: [positions, channels] of all items.
  func output(seed: UInt64 = 0) -> [Float] {
    plan.forward(seed: seed)
    return Self.numbers(plan.outputs[0])
  }

  static func numbers(_ map: FeatureMap) -> [Float] {
    (0..<map.positions).flatMap { position in
      (0..<map.channels).map { map.value(position: position, channel: $0) }
    }
  }

  /// Runs forwards and back.
  ///
  /// - Parameter gradient: By the output.
  /// - Returns: The gradients by the inputs, [positions, channels] each, those of all items added up.
  func gradients(_ gradient: [Float], seed: UInt64 = 0) throws -> [[Float]] {
    plan.forward(seed: seed)
    let target = try #require(plan.outputGradients[0])
    #expect(gradient.count == target.positions * target.channels)
    for (index, value) in gradient.enumerated() {
      target.set(value, position: index / target.channels, channel: index % target.channels)
    }
    for parameter in network.parameters { parameter.gradient.mutableValues.update(repeating: 0) }
    plan.backward()
    return probes.map(\.gradient.array)
  }
}

/// Numbers from -1 to 1.
func drawnNumbers(_ count: Int, seed: UInt64) -> [Float] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
}

/// The slopes of a function of some numbers by differences in Double, at some places.
func slopes(
  _ values: [Double], at places: [Int], step: Double = 1e-5, _ function: ([Double]) -> Double
) -> [Double] {
  places.map { place in
    var (before, after) = (values, values)
    before[place] -= step
    after[place] += step
    return (function(after) - function(before)) / (2 * step)
  }
}

import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// What is measured of a network, and what a network makes of it.
@Suite struct ConvolutionTunerTests {
  private static let extents = [Extent3(5, 20, 24), Extent3(10, 20, 24)]

  private func plan(_ engine: Engine) throws -> NetworkPlan {
    try NetworkPlan(SampleNetwork(engine, seed: 3, width: 16).network, batch: 2, extents: Self.extents)
  }

  private func inputs() -> [BoundInput] {
    SampleNetwork.inputs(5).map { BoundInput(FeatureMap(channelsFirst: $0)) }
  }

  private func outputs(_ plan: NetworkPlan) -> [[Float]] {
    plan.run(inputs())
    return plan.outputs.map { $0.channelsFirst().array }
  }

  @Test("each shape of which there is a choice is measured once, by every algorithm, and told in the end")
  func measured() throws {
    let plan = try plan(Engine(threads: 2))
    let tuner = ConvolutionTuner(plan, inputs())
    var steps: [Int] = []
    let timings = tuner.measure(runs: 2) { steps.append($0) }
    #expect(steps == Array(1...tuner.placeCount) && timings.count == tuner.kindCount)
    #expect(tuner.expectedSeconds(runs: 2) > 0)
    #expect(Set(timings.map(\.kind)).count == timings.count)
    let all = Set(plan.network.convolutions.map(\.kind))
    let open = all.filter { ConvolutionAlgorithm.candidates(for: $0, activations: .float32).count > 1 }
    #expect(Set(timings.map(\.kind)) == open && open.count > 3 && open.count < all.count)
    for timing in timings {
      #expect(
        Set(timing.seconds.keys) == Set(ConvolutionAlgorithm.candidates(for: timing.kind, activations: .float32)))
      #expect(timing.seconds.values.allSatisfy { $0 > 0 && $0.isFinite })
      let convolution = plan.network.convolutions.first { $0.kind == timing.kind }
      #expect(timing.usual == convolution?.algorithm)
    }
  }

  @Test("the usual algorithm stays unless another is clearly faster")
  func margin() {
    func chosen(_ seconds: [ConvolutionAlgorithm: Double]) -> ConvolutionAlgorithm {
      let kind = ConvolutionKind(ConvolutionShape(8, 8, kernel: .one), input: .float32)
      return ConvolutionTiming(kind: kind, usual: .direct, seconds: seconds).chosen
    }
    #expect(chosen([.direct: 1, .planar: 0.99]) == .direct)
    #expect(chosen([.direct: 1, .planar: 0.97, .depthwise: 0.5]) == .depthwise)
    #expect(chosen([.direct: 1, .planar: 2]) == .direct)
    #expect(chosen([.planar: 2]) == .planar && chosen([:]) == .direct)
  }

  @Test("a network computes by what was tuned, the same bits each time, and reports where each choice comes from")
  func tunedNetwork() throws {
    let rule = try plan(Engine(threads: 2))
    let kinds = Set(rule.network.convolutions.filter { $0.algorithm != .direct }.map(\.kind))
    let some = try #require(kinds.filter { $0.shape.kernel == Extent3(1, 3, 3) }.first)
    let tuned = ConvolutionPlanner(tuned: TunedAlgorithms([some: .direct]))
    let (one, two) = (try plan(Engine(threads: 2, planner: tuned)), try plan(Engine(threads: 1, planner: tuned)))
    #expect(outputs(one) == outputs(two))
    #expect(outputs(one) != outputs(rule))
    for convolution in one.network.convolutions {
      #expect((convolution.choice == .file) == (convolution.kind == some))
      if convolution.kind == some { #expect(convolution.algorithm == .direct) }
    }
    let sources = one.layers().filter { $0.operation.hasPrefix("conv") }.map(\.chosenBy)
    #expect(Set(sources) == ["file", "rule"])
    #expect(rule.layers().allSatisfy { $0.chosenBy == ($0.operation.hasPrefix("conv") ? "rule" : "") })
  }

  @Test("the report says what was forced and what was measured")
  func reports() throws {
    let forced = try plan(Engine(threads: 1, planner: ConvolutionPlanner(forced: .direct)))
    #expect(Set(forced.layers().map(\.chosenBy)) == ["forced", ""])
    let measured = try plan(Engine(threads: 1, planner: ConvolutionPlanner(measures: true)))
    let sources = measured.layers().filter { $0.operation.hasPrefix("conv") }.map(\.chosenBy)
    #expect(Set(sources) == ["measured", "rule"])
  }

  @Test("shapes that are computed together with a depthwise convolution have no choice, wherever they stand")
  func pairs() throws {
    let engine = Engine(threads: 1)
    var network = Network(engine: engine)
    let x = network.input(channels: 16)
    let wide = ConvolutionShape(16, 16, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
    let deep = ConvolutionShape(16, 16, kernel: Extent3(3, 3, 3), padding: Extent3(1, 1, 1), groups: 16)
    func add(_ x: Value, _ shape: ConvolutionShape) -> Value {
      network.convolution(x, shape, weights: random(shape.weightShape, seed: 1), bias: [Float](repeating: 0, count: 16))
    }
    network.output(add(x, deep))
    let first = ConvolutionTuner(
      try NetworkPlan(network, batch: 1, extents: [Extent3(2, 8, 8)]),
      [BoundInput(FeatureMap(channelsFirst: random([1, 16, 2, 8, 8], seed: 2)))])
    #expect(first.kindCount == 1)
    // Only a convolution that goes line by line is one with what follows it.
    var strided = wide
    strided.stride = Extent3(1, 2, 2)
    network.output(add(add(x, strided), deep))
    let second = ConvolutionTuner(
      try NetworkPlan(network, batch: 1, extents: [Extent3(2, 8, 8)]),
      [BoundInput(FeatureMap(channelsFirst: random([1, 16, 2, 8, 8], seed: 2)))])
    #expect(second.kindCount == 0)
  }
}

import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// Small networks of every operator that is trained, with what they learn.
struct TrainedNetwork: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let batch: Int
  let extent: Extent3
  let channels: Int
  let build: @Sendable (inout Network, Value) -> Value

  static func parameter(_ name: String, _ shape: [Int], _ kind: Parameter.Kind = .weight, around center: Float = 0)
    -> Parameter
  {
    var generator = SeededGenerator(seed: UInt64(name.utf8.reduce(7) { $0 &* 31 &+ Int($1) } & 0xffff))
    let values = (0..<shape.reduce(1, *)).map { _ in center + Float.random(in: -0.5...0.5, using: &generator) }
    return Parameter(name: name, kind: kind, value: Tensor(shape, values))
  }

  static func convolution(
    _ network: inout Network, _ x: Value, _ shape: ConvolutionShape, _ name: String, hasBias: Bool = true
  ) -> Value {
    network.convolution(
      x, shape, training: parameter(name, shape.weightShape),
      bias: hasBias ? parameter(name + ".bias", [shape.outChannels], .bias) : nil)
  }

  static func norm(
    _ network: inout Network, _ x: Value, _ channels: Int, splits: Int = 1, isFrozen: Bool = false,
    adding residual: Value? = nil, isRectified: Bool = false
  ) -> Value {
    let running = RunningStatistics(
      name: "bn", mean: parameter("mean", [channels]).value,
      variance: parameter("variance", [channels], around: 2).value, splits: splits)
    running.isFrozen = isFrozen
    return network.batchNorm(
      x, weight: parameter("bn.weight", [channels], .batchNorm, around: 1),
      bias: parameter("bn.bias", [channels], .batchNorm), running, adding: residual, isRectified: isRectified)
  }

  static let all: [TrainedNetwork] = [
    TrainedNetwork(testDescription: "two convolutions", batch: 2, extent: Extent3(3, 6, 5), channels: 3) { n, x in
      let wide = ConvolutionShape(3, 5, kernel: Extent3(3, 3, 3), stride: Extent3(1, 2, 1), padding: Extent3(1, 1, 1))
      let y = convolution(&n, x, wide, "a")
      return convolution(&n, y, ConvolutionShape(5, 4, kernel: .one), "b", hasBias: false)
    },
    TrainedNetwork(testDescription: "batch norm", batch: 3, extent: Extent3(2, 4, 3), channels: 4) { n, x in
      norm(&n, convolution(&n, x, ConvolutionShape(4, 6, kernel: .one), "a"), 6)
    },
    TrainedNetwork(testDescription: "batch norm, residual, ReLU", batch: 2, extent: Extent3(2, 4, 4), channels: 4) {
      n, x in
      let first = convolution(&n, x, ConvolutionShape(4, 4, kernel: .one), "a")
      let y = convolution(&n, first, ConvolutionShape(4, 4, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1)), "b")
      return norm(&n, y, 4, adding: first, isRectified: true)
    },
    TrainedNetwork(testDescription: "batch norm of two parts", batch: 4, extent: Extent3(1, 3, 3), channels: 3) {
      n, x in
      norm(&n, convolution(&n, x, ConvolutionShape(3, 5, kernel: .one), "a"), 5, splits: 2, isRectified: true)
    },
    TrainedNetwork(testDescription: "frozen batch norm", batch: 2, extent: Extent3(1, 3, 3), channels: 3) { n, x in
      norm(&n, convolution(&n, x, ConvolutionShape(3, 5, kernel: .one), "a"), 5, isFrozen: true, isRectified: true)
    },
    TrainedNetwork(testDescription: "max pool", batch: 2, extent: Extent3(2, 7, 6), channels: 3) { n, x in
      let y = convolution(&n, x, ConvolutionShape(3, 5, kernel: .one), "a")
      return n.maxPool(
        y, MaxPooling(kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1)))
    },
    TrainedNetwork(testDescription: "global average", batch: 2, extent: Extent3(2, 5, 3), channels: 3) { n, x in
      n.globalAverage(convolution(&n, x, ConvolutionShape(3, 5, kernel: .one), "a"))
    },
    TrainedNetwork(testDescription: "squeeze and excitation", batch: 2, extent: Extent3(2, 3, 3), channels: 4) { n, x in
      let y = convolution(&n, x, ConvolutionShape(4, 4, kernel: .one), "a")
      let gate = n.function(.sigmoid, convolution(&n, n.globalAverage(y), ConvolutionShape(4, 4, kernel: .one), "b"))
      return n.scale(y, by: gate, .swish)
    },
    TrainedNetwork(testDescription: "softmax attention", batch: 2, extent: Extent3(2, 3, 4), channels: 4) { n, x in
      let parts = ["a", "b", "c"].map { convolution(&n, x, ConvolutionShape(4, 6, kernel: .one), $0) }
      return n.attention(.softmax, theta: parts[0], phi: parts[1], g: parts[2])
    },
    TrainedNetwork(testDescription: "dot product attention", batch: 1, extent: Extent3(4, 3, 5), channels: 4) { n, x in
      let y = n.framesToBatch(convolution(&n, x, ConvolutionShape(4, 5, kernel: .one), "a"), groups: 2)
      let keys = n.maxPool(y, MaxPooling(kernel: Extent3(1, 2, 2), stride: Extent3(1, 2, 2)))
      let parts = [y, keys, keys].enumerated().map {
        convolution(&n, $1, ConvolutionShape(5, 6, kernel: .one), "b\($0)")
      }
      return n.batchToFrames(n.attention(.dotProduct, theta: parts[0], phi: parts[1], g: parts[2]), groups: 2)
    },
    // The first part is read by others too, the second one by the concatenation alone.
    TrainedNetwork(testDescription: "concatenation", batch: 2, extent: Extent3(2, 3, 3), channels: 3) { n, x in
      let a = convolution(&n, x, ConvolutionShape(3, 4, kernel: .one), "a")
      let b = convolution(&n, a, ConvolutionShape(4, 5, kernel: .one), "b")
      let joined = convolution(&n, n.concatenate([a, b]), ConvolutionShape(9, 4, kernel: .one), "c")
      return n.function(.none, joined, adding: a)
    },
  ]

  static let functions: [TrainedNetwork] = Epilogue.allCases.filter { $0 != .none }.map { epilogue in
    TrainedNetwork(testDescription: "\(epilogue)", batch: 2, extent: Extent3(1, 4, 4), channels: 3) { n, x in
      n.function(epilogue, convolution(&n, x, ConvolutionShape(3, 5, kernel: .one), "a"))
    }
  }
}

/// Gradients of whole networks beside the differences of the loss that they foretell.
@Suite struct GradientTests {
  private let network: Network
  private let plan: TrainingPlan
  /// The loss is the sum of these times the outputs.
  private let factors: [Float]

  init() throws { self = try GradientTests(TrainedNetwork.all[0], Engine(threads: 1)) }

  private init(_ sample: TrainedNetwork, _ engine: Engine, seed: UInt64 = 5) throws {
    var network = Network(engine: engine)
    // What stands before the first parameter has a gradient where it is one's own: of a convolution by one.
    let x = network.input(channels: sample.channels)
    network.output(sample.build(&network, x))
    self.network = network
    plan = try TrainingPlan(network, [TrainingPlan.Input(batch: sample.batch, extent: sample.extent)])
    var generator = SeededGenerator(seed: seed)
    let input = plan.inputs[0]
    for position in 0..<input.positions {
      for c in 0..<input.channels {
        input.set(Float.random(in: -2...2, using: &generator), position: position, channel: c)
      }
    }
    let output = plan.outputs[0]
    factors = (0..<output.positions * output.channels).map { _ in Float.random(in: -1...1, using: &generator) }
  }

  private func loss() -> Double {
    // Statistics that run must not: they are no part of the loss.
    for statistics in network.statistics { statistics.momentum = 0 }
    plan.forward(seed: 1)
    let output = plan.outputs[0]
    return factors.enumerated().reduce(0) {
      $0 + Double($1.element)
        * Double(output.value(position: $1.offset / output.channels, channel: $1.offset % output.channels))
    }
  }

  /// By parameter.
  private func gradients() throws -> [[Float]] {
    _ = loss()
    let target = try #require(plan.outputGradients[0])
    for (index, factor) in factors.enumerated() {
      target.set(factor, position: index / target.channels, channel: index % target.channels)
    }
    for parameter in network.parameters { parameter.gradient.mutableValues.update(repeating: 0) }
    plan.backward()
    return network.parameters.map(\.gradient.array)
  }

  /// Along random directions of every parameter. Where the loss bends on the way (a ReLU's input passes zero), another input is
  /// taken.
  @Test(arguments: TrainedNetwork.all + TrainedNetwork.functions)
  func foretellsDifferences(_ sample: TrainedNetwork) throws {
    let count = try GradientTests(sample, Engine(threads: 1)).network.parameters.count
    for index in 0..<count {
      let found = try (5..<25).lazy.compactMap { seed in
        try GradientTests(sample, Engine(threads: 2), seed: seed).slope(index)
      }.first
      let slopes = try #require(found, "\(sample.testDescription): every input is at a bend")
      #expect(
        abs(slopes.found - slopes.foretold) < 1e-2 * max(1, abs(slopes.foretold)),
        "\(sample.testDescription), parameter \(index): \(slopes)")
    }
  }

  /// The loss's slope along a random direction of a parameter; nil where the loss bends there.
  private func slope(_ index: Int) throws -> (foretold: Double, found: Double)? {
    let gradient = try gradients()[index]
    let parameter = network.parameters[index]
    var generator = SeededGenerator(seed: 11)
    let direction = gradient.map { _ in Float.random(in: -1...1, using: &generator) }
    let own = parameter.value.array
    let step: Float = 1e-3
    let losses = [-step, 0, step].map { step in
      for i in own.indices { parameter.value.mutableValues[i] = own[i] + step * direction[i] }
      parameter.hasChanged()
      return loss()
    }
    let (before, after) = ((losses[1] - losses[0]) / Double(step), (losses[2] - losses[1]) / Double(step))
    if abs(after - before) > 1e-2 * max(1, abs(after)) { return nil }
    return (zip(gradient, direction).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }, (before + after) / 2)
  }

  @Test(arguments: TrainedNetwork.all) func threadsHaveNoPartInIt(_ sample: TrainedNetwork) throws {
    let one = try GradientTests(sample, Engine(threads: 1)).gradients()
    #expect(try GradientTests(sample, Engine(threads: 3)).gradients() == one)
  }

  /// A second backward pass adds its gradients to those of the first.
  @Test func gradientsAddUp() throws {
    let test = try GradientTests(TrainedNetwork.all[2], Engine(threads: 1))
    let once = try test.gradients()
    let target = try #require(test.plan.outputGradients[0])
    _ = test.loss()
    for (index, factor) in test.factors.enumerated() {
      target.set(factor, position: index / target.channels, channel: index % target.channels)
    }
    test.plan.backward()
    for (parameter, gradient) in zip(test.network.parameters, once) {
      #expect(difference(parameter.gradient.array, gradient.map { 2 * $0 }, .absolute(1e-4), parameter.name) == nil)
    }
  }

  /// Frozen weights have none, and those behind them have what they have without.
  @Test func frozenWeightsHaveNone() throws {
    let all = try GradientTests(TrainedNetwork.all[0], Engine(threads: 1)).gradients()
    let sample = TrainedNetwork(
      testDescription: "frozen", batch: 2, extent: Extent3(3, 6, 5), channels: 3
    ) { n, x in
      let y = TrainedNetwork.all[0].build(&n, x)
      n.parameters[0].isTrained = false
      n.parameters[1].isTrained = false
      return y
    }
    let found = try GradientTests(sample, Engine(threads: 1)).gradients()
    #expect(found[0].allSatisfy { $0 == 0 } && found[1].allSatisfy { $0 == 0 })
    #expect(found[2] == all[2])
  }

  /// Running statistics take a tenth of a batch's, of its variance the estimate over n - 1.
  @Test func runningStatisticsByHand() throws {
    var network = Network(engine: Engine(threads: 1))
    let x = network.input(channels: 1)
    let running = RunningStatistics(name: "bn", mean: Tensor([1], [1]), variance: Tensor([1], [2]))
    let (weight, bias) = (
      Parameter(name: "w", kind: .batchNorm, value: Tensor([1], [3])),
      Parameter(name: "b", kind: .batchNorm, value: Tensor([1], [0.5]))
    )
    network.output(network.batchNorm(x, weight: weight, bias: bias, running))
    let plan = try TrainingPlan(network, [TrainingPlan.Input(batch: 2, extent: .one)])
    plan.inputs[0].start[0] = 4
    plan.inputs[0].start[1] = 8
    plan.forward()
    // Mean 6, variance 4 of the batch and 8 of the population.
    #expect(difference(running.mean.array, [0.9 + 0.6], .rounding) == nil)
    #expect(difference(running.variance.array, [1.8 + 0.8], .rounding) == nil)
    #expect(difference(plan.outputs[0].channelsFirst().array, [0.5 - 3, 0.5 + 3], .absolute(1e-5)) == nil)
    #expect(running.batches == 1)
  }

  /// The first of equal numbers takes all of the gradient.
  @Test func poolsTakeTheFirst() throws {
    var network = Network(engine: Engine(threads: 1))
    let x = network.input(channels: 1)
    let one = Parameter(name: "w", kind: .weight, value: Tensor([1, 1, 1, 1, 1], [1]))
    let bias = Parameter(name: "b", kind: .bias, value: Tensor([1], [0]))
    let y = network.convolution(x, ConvolutionShape(1, 1, kernel: .one), training: one, bias: bias)
    network.output(network.maxPool(y, MaxPooling(kernel: Extent3(1, 1, 2), stride: Extent3(1, 1, 2))))
    let plan = try TrainingPlan(network, [TrainingPlan.Input(batch: 1, extent: Extent3(1, 1, 4))])
    for (index, value) in [Float(5), 5, 2, 3].enumerated() { plan.inputs[0].start[index] = value }
    plan.forward()
    let target = try #require(plan.outputGradients[0])
    (target.start[0], target.start[1]) = (10, 100)
    plan.backward()
    #expect(one.gradient.array == [350] && bias.gradient.array == [110])
  }

  @Test func whatHasNoGradientIsNamed() {
    var network = Network(engine: Engine(threads: 1))
    let x = network.input(channels: 2)
    let y = TrainedNetwork.convolution(&network, x, ConvolutionShape(2, 2, kernel: .one), "a")
    network.output(network.addUpsampled(y, y))
    #expect(throws: NetworkError.untrainable(operation: "a add nearest upsampled")) {
      try TrainingPlan(network, [TrainingPlan.Input(batch: 1, extent: .one)])
    }
  }

  @Test func aBatchThatPartsDoNotDivide() {
    var network = Network(engine: Engine(threads: 1))
    let x = network.input(channels: 2)
    network.output(TrainedNetwork.norm(&network, x, 2, splits: 2))
    #expect(throws: NetworkError.self) { try TrainingPlan(network, [TrainingPlan.Input(batch: 3, extent: .one)]) }
  }

  @Test func theFirstLayerWithoutNumbersIsNamed() throws {
    let test = try GradientTests(TrainedNetwork.all[0], Engine(threads: 1))
    _ = test.loss()
    #expect(test.plan.firstNotFinite == nil)
    test.network.parameters[2].value.mutableValues[0] = .nan
    test.network.parameters[2].hasChanged()
    _ = test.loss()
    #expect(test.plan.firstNotFinite == "a conv 5->4 1x1x1 (b)")
  }

  /// The numbers that are kept are scaled, and the others, and they alone, have no gradient; another seed keeps others.
  @Test func dropoutKeepsTheMean() throws {
    var network = Network(engine: Engine(threads: 1))
    let x = network.input(channels: 1)
    let weight = Parameter(name: "w", kind: .weight, value: Tensor([1, 1, 1, 1, 1], [1]))
    let y = network.convolution(x, ConvolutionShape(1, 1, kernel: .one), training: weight)
    network.output(network.dropout(y, probability: 0.25))
    let plan = try TrainingPlan(network, [TrainingPlan.Input(batch: 1, extent: Extent3(1, 100, 100))])
    for position in 0..<10_000 { plan.inputs[0].start[position] = 3 }
    plan.forward(seed: 1)
    let first = plan.outputs[0].channelsFirst().array
    #expect(Set(first) == [0, 4])
    #expect(abs(first.reduce(0, +) / 10_000 - 3) < 0.1)
    let target = try #require(plan.outputGradients[0])
    for position in 0..<10_000 { target.start[position] = 1 }
    plan.backward()
    // By the weight: three times what each kept output passes on.
    #expect(difference(weight.gradient.array, [first.reduce(0, +)], .absolute(1)) == nil)
    plan.forward(seed: 1)
    #expect(plan.outputs[0].channelsFirst().array == first)
    plan.forward(seed: 2)
    #expect(plan.outputs[0].channelsFirst().array != first)
    #expect(network.dropout(y, probability: 0) == y)
  }
}

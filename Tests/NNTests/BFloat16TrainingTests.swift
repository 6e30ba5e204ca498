import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// Plans that keep values in bfloat16.
@Suite struct BFloat16TrainingTests {
  /// What a step gives.
  private struct Step: Equatable {
    var outputs: [Float] = []
    var gradients: [[Float]] = []
    var statistics: [[Float]] = []
    var bytes = 0

    /// The distance of all gradients by their length.
    func apart(from other: Step) -> Double {
      func length(_ values: [Float]) -> Double { values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
      let (own, others) = (gradients.flatMap(\.self), other.gradients.flatMap(\.self))
      return length(zip(own, others).map { $0 - $1 }) / length(others)
    }
  }

  /// A step of a network on drawn numbers.
  private static func step(
    _ sample: TrainedNetwork, _ format: ElementFormat, keepsCheckpoints: Bool = false, threads: Int = 2,
    engine: Engine? = nil, prepare: (Network) -> Void = { _ in },
    fill: (FeatureMap, inout SeededGenerator) -> Void = drawn
  ) throws -> Step {
    var network = Network(engine: engine ?? Engine(threads: threads))
    let x = network.input(channels: sample.channels)
    network.output(sample.build(&network, x))
    prepare(network)
    let plan = try TrainingPlan(
      network, [TrainingPlan.Input(batch: sample.batch, extent: sample.extent)], keepsCheckpoints: keepsCheckpoints,
      keptIn: format)
    var generator = SeededGenerator(seed: 3)
    fill(plan.inputs[0], &generator)
    plan.forward(seed: 5)
    let outputs = plan.outputs[0].channelsFirst().array
    fill(try #require(plan.outputGradients[0]), &generator)
    plan.backward()
    return Step(
      outputs: outputs, gradients: network.parameters.map(\.gradient.array),
      statistics: network.statistics.flatMap { [$0.mean.array, $0.variance.array] }, bytes: plan.bytes)
  }

  private static func drawn(_ map: FeatureMap, _ generator: inout SeededGenerator) {
    for position in 0..<map.positions {
      for c in 0..<map.channels { map.set(.random(in: -1...1, using: &generator), position: position, channel: c) }
    }
  }

  /// Whole numbers.
  private static func whole(_ map: FeatureMap, _ generator: inout SeededGenerator) {
    for position in 0..<map.positions {
      for c in 0..<map.channels {
        map.set(Float(Int.random(in: -3...3, using: &generator)), position: position, channel: c)
      }
    }
  }

  private static func function(
    _ name: String, _ extent: Extent3 = Extent3(2, 4, 4), batch: Int = 2, channels: Int = 2,
    _ build: @escaping @Sendable (inout Network, Value) -> Value
  ) -> TrainedNetwork {
    TrainedNetwork(testDescription: name, batch: batch, extent: extent, channels: channels, build: build)
  }

  /// 1 + 2^-8 lies between two numbers, and goes to the even one; readers see that, and the output is not rounded again.
  @Test func valuesAreRoundedByHand() throws {
    var network = Network(engine: Engine(threads: 1))
    let x = network.input(channels: 2)
    let middle = network.function(.none, x, adding: x)
    network.output(network.function(.none, middle, adding: x))
    let plan = try TrainingPlan(
      network, [TrainingPlan.Input(batch: 1, extent: Extent3(1, 1, 2))], observing: [x], keptIn: .bfloat16)
    let values: [Float] = [0.5 + 1 / 512, 0.5 + 3 / 512, -0.5 - 1 / 1024, 0.5 + 1 / 256]
    for (index, value) in values.enumerated() { plan.inputs[0].start[index] = value }
    plan.forward()
    let sums: [Float] = [1, 1 + 4 / 256, -1, 1 + 2 / 256]
    #expect(plan.map(of: middle).format == .bfloat16 && plan.inputs[0].format == .float32)
    #expect((0..<4).map { plan.map(of: middle).value(position: $0 / 2, channel: $0 % 2) } == sums)
    #expect((0..<4).map { plan.outputs[0].start[$0] } == zip(sums, values).map { $0 + $1 })
  }

  /// What is no map, or would end within a float, is not rounded; a view is as what it views.
  @Test func whatStaysFloat32() throws {
    var network = Network(engine: Engine(threads: 1))
    let x = network.input(channels: 4)
    let even = TrainedNetwork.convolution(&network, x, ConvolutionShape(4, 6, kernel: .one), "a")
    let odd = TrainedNetwork.convolution(&network, even, ConvolutionShape(6, 5, kernel: .one), "b")
    let view = network.framesToBatch(even, groups: 2)
    let joined = network.concatenate([even, TrainedNetwork.norm(&network, even, 6)])
    let mixed = network.concatenate([odd, joined])
    let row = network.globalAverage(joined)
    let scaled = network.scale(joined, by: row)
    network.output(mixed)
    network.output(network.batchToFrames(network.function(.relu, view), groups: 2))
    network.output(network.globalAverage(scaled))
    let plan = try TrainingPlan(
      network, [TrainingPlan.Input(batch: 1, extent: Extent3(2, 3, 3))], keptIn: .bfloat16)
    let formats = [x, even, odd, view, joined, mixed, row, scaled].map { plan.map(of: $0).format }
    #expect(
      formats == [.float32, .bfloat16, .float32, .bfloat16, .bfloat16, .float32, .float32, .bfloat16])
    #expect(plan.outputs.allSatisfy { $0.format == .float32 })
  }

  /// A rounded number is off by 2^-8 of itself at most, half of that on the average. What all values of these networks are off
  /// adds up, and batch norms and functions double it at most.
  @Test(arguments: TrainedNetwork.all + TrainedNetwork.functions + [ActivationCheckpointTests.blocks(4)])
  func gradientsAreClose(_ sample: TrainedNetwork) throws {
    let (kept, exact) = (try Self.step(sample, .bfloat16), try Self.step(sample, .float32))
    var network = Network(engine: Engine(threads: 1))
    network.output(sample.build(&network, network.input(channels: sample.channels)))
    let values = Double(network.operators.count)
    let apart = kept.apart(from: exact)
    #expect(apart <= 2 * values / 256, "\(apart * 256) of \(values) roundings")
  }

  /// Whole numbers of few digits are as they are in float32: nothing else may differ. Of so many numbers an item is run by
  /// itself, and the sums over items are theirs.
  @Test(arguments: [
    function("convolutions, ReLU, pool", batch: 3, channels: 4) { n, x in
      let shape = ConvolutionShape(4, 4, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
      let y = n.function(.relu, TrainedNetwork.convolution(&n, x, shape, "a"), adding: x)
      let pooled = n.maxPool(y, MaxPooling(kernel: Extent3(1, 2, 2), stride: Extent3(1, 2, 2)))
      return TrainedNetwork.convolution(
        &n, n.concatenate([pooled, n.function(.relu, pooled)]), ConvolutionShape(8, 3, kernel: .one), "b")
    },
    function("items apart", Extent3(4, 64, 64), batch: 3, channels: 32) { n, x in
      let y = n.function(.relu, x)
      let z = n.function(.relu, TrainedNetwork.convolution(&n, y, ConvolutionShape(32, 64, kernel: .one), "a"))
      return n.globalAverage(TrainedNetwork.convolution(&n, z, ConvolutionShape(64, 3, kernel: .one), "b"))
    },
    function("branches left out", Extent3(4, 64, 64), batch: 4, channels: 8) { n, x in
      let y = n.function(.relu, TrainedNetwork.convolution(&n, x, ConvolutionShape(8, 32, kernel: .one), "a"))
      let z = n.dropPath(n.function(.none, y), addedTo: y, probability: 0.5, number: 1)
      return n.globalAverage(TrainedNetwork.convolution(&n, z, ConvolutionShape(32, 3, kernel: .one), "b"))
    },
  ])
  func exactNumbersStay(_ sample: TrainedNetwork) throws {
    func step(_ format: ElementFormat) throws -> Step {
      // Winograd's transforms have thirds.
      let engine = Engine(threads: 2, planner: ConvolutionPlanner(forced: .direct))
      return try Self.step(sample, format, engine: engine) { network in
        for parameter in network.parameters {
          for index in 0..<parameter.value.count { parameter.value.mutableValues[index] = Float(index * 7 % 5 - 2) / 2 }
        }
      } fill: {
        Self.whole($0, &$1)
      }
    }
    let (kept, exact) = (try step(.bfloat16), try step(.float32))
    #expect(difference(kept.outputs, exact.outputs, .exact) == nil)
    for (a, b) in zip(kept.gradients, exact.gradients) {
      let isSeen = a.contains { $0 != 0 }
      #expect(isSeen && difference(a, b, .exact) == nil)
    }
  }

  /// Of maps so large that copies are made of an item at a time, a batch gives what its items give by themselves.
  @Test func aBatchIsItsItems() throws {
    let extent = Extent3(1, 64, 64)
    func step(_ items: Range<Int>) throws -> (outputs: [Float], gradients: [[Float]]) {
      var network = Network(engine: Engine(threads: 2))
      let x = network.input(channels: 16)
      func parameter(_ name: String, _ shape: [Int], around center: Float = 0) -> Parameter {
        TrainedNetwork.parameter(name, shape, around: center)
      }
      let tokens = network.dense(
        x, TrainedDenseLayer(weight: parameter("dense", [128, 16]), bias: parameter("dense.bias", [128])))
      let table = parameter("places", [extent.count, 128])
      let placed = network.add(
        PositionEmbedding([VectorPart(table.value, table, count: extent.count)], channels: 128, extent: extent),
        [tokens])
      let queries = network.normalize(
        placed, LayerNormalization(weight: parameter("norm", [128], around: 1), bias: parameter("norm.bias", [128])))
      let keys = network.maxPool(queries, MaxPooling(kernel: Extent3(1, 8, 8), stride: Extent3(1, 8, 8)))
      let positions = RelativePositions(
        height: parameter("height", [127, 64]), width: parameter("width", [127, 64]), time: nil)
      let attended = network.add(MultiHeadAttention(heads: 2, positions: positions), [queries, keys, keys])
      let fused = network.add(StreamFusion.mean, [network.function(.gelu, attended), queries])
      network.output(
        network.globalAverage(
          network.convolution(fused, ConvolutionShape(128, 2, kernel: .one), training: parameter("last", [2, 128]))))
      let plan = try TrainingPlan(
        network, [TrainingPlan.Input(batch: items.count, extent: extent)], keptIn: .bfloat16)
      for item in items {
        var generator = SeededGenerator(seed: UInt64(item))
        let from = (item - items.lowerBound) * extent.count * 16
        for index in 0..<extent.count * 16 {
          plan.inputs[0].start[from + index] = .random(in: -1...1, using: &generator)
        }
      }
      plan.forward()
      let target = try #require(plan.outputGradients[0])
      for index in 0..<2 * items.count { target.start[index] = index % 2 == 0 ? 1 : -2 }
      plan.backward()
      return (
        (0..<2 * items.count).map { plan.outputs[0].start[$0] }, network.parameters.map(\.gradient.array)
      )
    }
    let (both, first, second) = (try step(0..<2), try step(0..<1), try step(1..<2))
    #expect(difference(both.outputs, first.outputs + second.outputs, .exact) == nil)
    for (index, sums) in both.gradients.enumerated() {
      let expected = zip(first.gradients[index], second.gradients[index]).map { $0 + $1 }
      let most = expected.map(abs).max() ?? 0
      let apart = zip(sums, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(most > 0 && apart <= 1e-4 * most, "parameter \(index): \(apart) of \(most)")
    }
  }

  /// Neither threads nor what is computed again have a part in the bits.
  @Test(arguments: TrainedNetwork.all + [ActivationCheckpointTests.blocks(7)])
  func givesTheSameBits(_ sample: TrainedNetwork) throws {
    var one = try Self.step(sample, .bfloat16, threads: 1)
    for (threads, keepsCheckpoints) in [(3, false), (2, true)] {
      let other = try Self.step(sample, .bfloat16, keepsCheckpoints: keepsCheckpoints, threads: threads)
      one.bytes = other.bytes
      let isSame = other == one
      #expect(isSame, "\(threads) threads, checkpoints \(keepsCheckpoints)")
    }
  }

  /// Of blocks whose maps all have even channels, all but input and output take half; copies are those of the widest convolution.
  @Test func memoryIsHalved() throws {
    let extent = Extent3(2, 16, 16)
    let sample = ActivationCheckpointTests.blocks(6, extent: extent)
    let (kept, exact) = (try Self.step(sample, .bfloat16), try Self.step(sample, .float32))
    let positions = 2 * extent.count
    // Two wide blocks (16 channels three times) and four narrow ones (6), each with two values of 4 channels.
    let channels = 2 * (3 * 16 + 8) + 4 * (3 * 6 + 8) - 4
    // The dropout between 16 channels and 16 is run on copies of both.
    #expect(exact.bytes - kept.bytes == positions * (2 * channels - 4 * 32))
  }

  /// A NaN, an infinity, and a number that only rounding makes infinite end where they arise.
  @Test(arguments: [(Float.nan, true), (.infinity, true), (3.4e38, false)])
  func whatIsNoNumberIsFound(_ value: Float, _ isFoundInFloat32: Bool) throws {
    func found(_ format: ElementFormat) throws -> String? {
      var network = Network(engine: Engine(threads: 1))
      let x = network.input(channels: 2)
      let y = TrainedNetwork.convolution(&network, x, ConvolutionShape(2, 2, kernel: .one), "a", hasBias: false)
      let z = TrainedNetwork.convolution(&network, y, ConvolutionShape(2, 2, kernel: .one), "b", hasBias: false)
      network.output(network.globalAverage(z))
      let plan = try TrainingPlan(
        network, [TrainingPlan.Input(batch: 1, extent: Extent3(1, 2, 2))], keptIn: format)
      for (parameter, values) in zip(network.parameters, [[value, 0, 0, 1], [0.25, 0, 0, 0.25]]) {
        _ = parameter.value.mutableValues.update(fromContentsOf: values)
        parameter.hasChanged()
      }
      plan.inputs[0].start[0] = 1
      plan.forward()
      return plan.firstNotFinite
    }
    #expect(try found(.bfloat16) == "a conv 2->2 1x1x1 (a)")
    #expect(try found(.float32) == (isFoundInFloat32 ? "a conv 2->2 1x1x1 (a)" : nil))
  }
}

import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// Plans that keep some values and compute the others again.
@Suite struct ActivationCheckpointTests {
  /// What a step gives: outputs, gradients, moved statistics.
  private struct Step: Equatable {
    var outputs: [Float] = []
    var gradients: [[Float]] = []
    var statistics: [[Float]] = []
    var batches: [Int] = []
    var bytes = 0
  }

  /// Two steps from the same weights, with drawn inputs.
  private static func steps(
    _ sample: TrainedNetwork, keepsCheckpoints: Bool, threads: Int = 2
  ) throws -> [Step] {
    var network = Network(engine: Engine(threads: threads))
    let x = network.input(channels: sample.channels)
    network.output(sample.build(&network, x))
    let plan = try TrainingPlan(
      network, [TrainingPlan.Input(batch: sample.batch, extent: sample.extent)], keepsCheckpoints: keepsCheckpoints)
    return try (1...2).map { seed in
      var generator = SeededGenerator(seed: UInt64(seed))
      func fill(_ map: FeatureMap) {
        for position in 0..<map.positions {
          for c in 0..<map.channels { map.set(.random(in: -1...1, using: &generator), position: position, channel: c) }
        }
      }
      fill(plan.inputs[0])
      plan.forward(seed: UInt64(seed))
      let outputs = plan.outputs[0].channelsFirst().array
      fill(try #require(plan.outputGradients[0]))
      for parameter in network.parameters { parameter.gradient.mutableValues.update(repeating: 0) }
      plan.backward()
      return Step(
        outputs: outputs, gradients: network.parameters.map(\.gradient.array),
        statistics: network.statistics.flatMap { [$0.mean.array, $0.variance.array] },
        batches: network.statistics.map(\.batches), bytes: plan.bytes)
    }
  }

  /// Blocks of two convolutions, batch norms and a dropout, added to what they read; every third one is wider.
  static func blocks(_ count: Int, batch: Int = 2, extent: Extent3 = Extent3(2, 9, 8)) -> TrainedNetwork {
    TrainedNetwork(testDescription: "\(count) blocks", batch: batch, extent: extent, channels: 4) { n, x in
      var y = x
      for index in 0..<count {
        let wide = index % 3 == 1 ? 16 : 6
        let a = TrainedNetwork.convolution(&n, y, ConvolutionShape(4, wide, kernel: .one), "a\(index)")
        let b = n.dropout(TrainedNetwork.norm(&n, a, wide, isRectified: true), probability: 0.2)
        let c = TrainedNetwork.convolution(&n, b, ConvolutionShape(wide, 4, kernel: .one), "c\(index)")
        y = TrainedNetwork.norm(&n, c, 4, adding: index == 0 ? nil : y, isRectified: true)
      }
      return y
    }
  }

  @Test(arguments: TrainedNetwork.all + [blocks(1), blocks(7), blocks(12)])
  func givesTheSameBits(_ sample: TrainedNetwork) throws {
    let whole = try Self.steps(sample, keepsCheckpoints: false)
    let saved = try Self.steps(sample, keepsCheckpoints: true)
    for (step, (all, some)) in zip(whole, saved).enumerated() {
      #expect(some.outputs == all.outputs, "step \(step)")
      #expect(some.gradients == all.gradients, "step \(step)")
      // What is computed again moves no statistics again.
      #expect(some.statistics == all.statistics && some.batches == all.batches, "step \(step)")
      #expect(some.bytes <= all.bytes)
    }
  }

  /// Of n blocks of six values each, memory falls to what blocks pass on and the values of one block.
  @Test func memoryGrowsByBlocksAlone() throws {
    func floats(_ count: Int, _ keepsCheckpoints: Bool) throws -> Int {
      try Self.steps(Self.blocks(count, extent: Extent3(2, 16, 16)), keepsCheckpoints: keepsCheckpoints)[0].bytes / 4
    }
    let positions = 2 * 2 * 16 * 16
    let (nine, eighteen) = (try floats(9, true), try floats(18, true))
    // Nine blocks more are three wide ones (72 channels with the output) and six narrow ones (34 with it) where all is kept.
    #expect(try floats(18, false) - floats(9, false) == positions * (3 * (3 * 16 + 8) + 6 * (3 * 6 + 8)))
    // Several blocks in a stretch: fewer values than one for each block, and no more than a few blocks' inner ones.
    #expect(eighteen - nine <= positions * 9 * 8, "\((eighteen - nine) / positions) channels more")
    #expect(eighteen <= positions * 280, "\(eighteen / positions) channels")
  }

  @Test func theFirstLayerWithoutNumbersIsNamed() throws {
    var network = Network(engine: Engine(threads: 1))
    let x = network.input(channels: 4)
    network.output(Self.blocks(8).build(&network, x))
    let plan = try TrainingPlan(
      network, [TrainingPlan.Input(batch: 2, extent: Extent3(2, 9, 8))], keepsCheckpoints: true)
    plan.forward()
    #expect(plan.firstNotFinite == nil)
    let broken = try #require(network.parameters.first { $0.name == "c2" })
    broken.value.mutableValues[0] = .nan
    broken.hasChanged()
    plan.forward()
    #expect(plan.firstNotFinite == "a conv 6->4 1x1x1 (c2)")
  }

  /// A value that is observed is there after the forward pass, and its gradient is shown.
  @Test func whatIsObservedIsKept() throws {
    var network = Network(engine: Engine(threads: 1))
    let x = network.input(channels: 4)
    let middle = Self.blocks(3).build(&network, x)
    network.output(Self.blocks(3).build(&network, middle))
    func step(_ keepsCheckpoints: Bool) throws -> (value: [Float], gradient: [Float]) {
      let plan = try TrainingPlan(
        network, [TrainingPlan.Input(batch: 1, extent: Extent3(1, 3, 4))], observing: [middle],
        keepsCheckpoints: keepsCheckpoints)
      for i in 0..<48 { plan.inputs[0].start[i] = Float(i % 7) - 3 }
      plan.forward()
      let value = plan.map(of: middle).channelsFirst().array
      let target = try #require(plan.outputGradients[0])
      for i in 0..<48 { target.start[i] = Float(i % 5) }
      var gradient: [Float] = []
      plan.backward(observer: { if $0 == middle { gradient = $1.channelsFirst().array } })
      return (value, gradient)
    }
    let (all, some) = (try step(false), try step(true))
    #expect(some.value == all.value && some.gradient == all.gradient && all.gradient.contains { $0 != 0 })
  }

  /// What nothing that is trained stands before has no backward pass, and is not computed again for one.
  @Test(arguments: [true, false]) func whatIsFrozenRunsOnce(_ isFrozen: Bool) throws {
    var network = Network(engine: Engine(threads: 1))
    let x = network.input(channels: 4)
    let counter = CountedIdentity.Counter()
    let early = network.add(CountedIdentity(counter: counter), [Self.blocks(2).build(&network, x)])
    // Far from what is trained: a stretch with both runs again, whole.
    let later = Self.blocks(12).build(&network, early)
    let before = network.parameters
    network.output(Self.blocks(9).build(&network, later))
    for parameter in before { parameter.isTrained = !isFrozen }
    let plan = try TrainingPlan(
      network, [TrainingPlan.Input(batch: 2, extent: Extent3(1, 9, 8))], keepsCheckpoints: true)
    plan.forward()
    #expect(counter.runs == 1)
    plan.backward()
    #expect(counter.runs == (isFrozen ? 1 : 2))
  }
}

/// Passes on what it reads, and counts how often.
private struct CountedIdentity: TrainableOperator {
  /// Of one thread.
  final class Counter: @unchecked Sendable { var runs = 0 }
  let counter: Counter
  var name: String { "counted identity" }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape { inputs[0] }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    counter.runs += 1
    for position in 0..<output.positions {
      for c in 0..<output.channels {
        output.set(inputs[0].value(position: position, channel: c), position: position, channel: c)
      }
    }
  }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    run(inputs, into: output, engine: engine)
  }

  func backward(_ pass: BackwardPass) {
    guard let target = pass.targets[0] else { return }
    for position in 0..<target.map.positions {
      for c in 0..<target.map.channels {
        let own = target.adds ? target.map.value(position: position, channel: c) : 0
        target.map.set(own + pass.gradient.value(position: position, channel: c), position: position, channel: c)
      }
    }
  }
}

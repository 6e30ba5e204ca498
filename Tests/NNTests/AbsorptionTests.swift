import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// Operators that take over what makes their inputs: what a plan then runs, and that nothing else changes.
@Suite struct AbsorptionTests {
  /// conv -> depthwise -> (its mean's two layers) scale -> conv + shortcut, as X3D's blocks are; all values named.
  private func block(_ engine: Engine, isReadTwice: Bool = false, isOutput: Bool = false) -> Network {
    var network = Network(engine: engine)
    var seed: UInt64 = 0
    func convolution(_ x: Value, _ shape: ConvolutionShape, _ epilogue: Epilogue, adding: Value? = nil) -> Value {
      seed += 2
      let value = network.convolution(
        x, shape, weights: random(shape.weightShape, seed: seed),
        bias: random([shape.outChannels], seed: seed + 1).array, adding: adding, epilogue: epilogue)
      network.setName(value, "\(seed)")
      return value
    }
    let x = network.input(channels: 6)
    let wide = convolution(x, ConvolutionShape(6, 20, kernel: .one), .relu)
    let depthwise = convolution(
      wide, ConvolutionShape(20, 20, kernel: Extent3(3, 3, 3), padding: .one, groups: 20), .none)
    let hidden = convolution(network.globalAverage(depthwise), ConvolutionShape(20, 5, kernel: .one), .relu)
    let factors = convolution(hidden, ConvolutionShape(5, 20, kernel: .one), .sigmoid)
    let scaled = network.scale(depthwise, by: factors, .swish)
    network.setName(scaled, "scaled")
    let y = convolution(scaled, ConvolutionShape(20, 6, kernel: .one), .relu, adding: x)
    network.output(y)
    if isReadTwice { network.output(network.concatenate([wide, scaled])) }
    if isOutput {
      network.output(wide)
      network.output(scaled)
    }
    return network
  }

  private let input = random([2, 6, 4, 7, 5], seed: 77)
  private let extent = Extent3(4, 7, 5)

  private func run(_ network: Network, keepingNamed: Bool = false) throws -> NetworkPlan {
    let plan = try NetworkPlan(network, batch: 2, extents: [extent], keepingNamed: keepingNamed)
    fill(plan, [input])
    plan.run()
    return plan
  }

  private static let pair =
    "conv 6->20 1x1x1 + relu, conv 20->20 3x3x3 pad 1x1x1 groups 20"
  private static let scaled = "channel scale + swish, conv 20->6 1x1x1 + residual + relu"

  @Test func isReported() throws {
    let plan = try run(block(fast))
    #expect(
      plan.layers().map(\.operation) == [
        Self.pair, "global average pool", "conv 20->5 1x1x1 + relu", "conv 5->20 1x1x1 + sigmoid", Self.scaled,
      ])
    #expect(plan.layers()[0].algorithm == "direct, depthwise")
    // Named values stay where they are asked for, and all are counted either way.
    let kept = try run(block(fast), keepingNamed: true)
    #expect(kept.layers().count == 7 && kept.named.count == 6 && kept.macs == plan.macs)
    #expect(plan.arenaCount < kept.arenaCount)
    #expect(plan.timedLayers().count == 5)
  }

  /// To the last bit what the diagram computes operator by operator, and nearly what its references do.
  @Test func changesNothing() throws {
    for threads in [1, 3] {
      let engine = Engine(threads: threads)
      let found = try run(block(engine)).outputs[0].channelsFirst().array
      let apart = try run(block(engine), keepingNamed: true).outputs[0].channelsFirst().array
      #expect(difference(found, apart, .exact, "\(threads) threads") == nil)
      let expected = try run(block(plain)).outputs[0].channelsFirst().array
      let scale = expected.reduce(1) { max($0, abs($1)) }
      #expect(difference(found, expected, .absolute(scale * 1e-4), "reference") == nil)
    }
  }

  /// What others read, or the caller, is made; references are for the diagram as it was drawn.
  @Test func leavesWhatIsWanted() throws {
    for network in [block(fast, isReadTwice: true), block(fast, isOutput: true), block(plain)] {
      let names = try run(network).layers().map(\.operation)
      #expect(!names.contains(Self.pair) && !names.contains(Self.scaled))
      #expect(names.contains("channel scale + swish"))
    }
    let outputs = try run(block(fast, isOutput: true)).outputs
    #expect(outputs.count == 3 && outputs[1].channels == 20 && outputs[2].channels == 20)
  }

  /// An operator of one's own that takes over another: two factors become one.
  @Test func ofOnesOwn() throws {
    var network = Network(engine: fast)
    let x = network.input(channels: 6)
    network.output(network.add(Times(factor: 3), [network.add(Times(factor: 2), [network.add(Times(factor: 5), [x])])]))
    let plan = try run(network)
    #expect(plan.layers().map(\.operation) == ["times 30.0"])
    #expect(plan.outputs[0].channelsFirst().array == input.array.map { $0 * 30 })
  }

  /// Two layers of a pair by their references, with a map between them.
  @Test func pairsHaveReferences() throws {
    let plan = try run(block(fast))
    let operators = plan.network.operators
    let map = FeatureMap(channelsFirst: input)
    for op in operators where op.name == Self.pair {
      let (a, b) = (
        FeatureMap(zeros: 2, extent, channels: 20), FeatureMap(zeros: 2, extent, channels: 20)
      )
      op.run([map], into: a, engine: fast)
      op.runReference([map], into: b, engine: fast)
      #expect(difference(a.channelsFirst().array, b.channelsFirst().array, .exact, op.name) == nil)
    }
    #expect(operators.first?.name == Self.pair)
  }
}

/// y = factor * x; of two in a row the second one is enough.
private struct Times: Operator {
  let factor: Float

  var name: String { "times \(factor)" }
  var aliasing: Aliasing { .mayOverwrite(0) }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape { inputs[0] }

  func absorbing(_ maker: any Operator, input: Int) -> (any Operator)? {
    (maker as? Times).map { Times(factor: factor * $0.factor) }
  }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    runReference(inputs, into: output, engine: engine)
  }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    for position in 0..<output.positions {
      for c in 0..<output.channels {
        output.set(inputs[0].value(position: position, channel: c) * factor, position: position, channel: c)
      }
    }
  }
}

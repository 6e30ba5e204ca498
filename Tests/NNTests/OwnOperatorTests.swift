import Kernels
import NN
import Parallel
import Tensors
import TestSupport
import Testing

/// An operator that NN has never heard of: scales the channels of a map, y = x * scale[c], in place where it may.
private struct ChannelScale: Operator {
  let scale: [Float]

  var name: String { "channel scale" }
  var aliasing: Aliasing { .mayOverwrite(0) }
  var writesSlices: Bool { true }
  var keepsFramesApart: Bool { true }
  var weightBytes: Int { 4 * scale.count }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    guard inputs[0].channels == scale.count else {
      throw .unsuited(operation: "a \(name)", needs: "\(scale.count) channels", found: inputs)
    }
    return inputs[0]
  }

  func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int { output.positions * output.channels }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    if output.format == .bfloat16 { return runReference(inputs, into: output, engine: engine) }
    engine.pool.forEach(output.positions) { position, _ in
      let from = inputs[0].start + position * inputs[0].pitch
      let to = output.start + position * output.pitch
      for c in scale.indices { to[c] = from[c] * scale[c] }
    }
  }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    for position in 0..<output.positions {
      for c in scale.indices {
        let value = inputs[0].value(position: position, channel: c) * scale[c]
        output.set(value, position: position, channel: c)
      }
    }
  }
}

/// A view that says that it keeps frames apart, as it does.
private struct Same: Operator {
  var name: String { "same" }
  var aliasing: Aliasing { .view(of: 0) }
  var keepsFramesApart: Bool { true }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape { inputs[0] }
  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {}
  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {}
}

/// An operator with weights of its own is laid out, run, reported and checked by asking it alone.
@Suite struct OwnOperatorTests {
  private static let scale: [Float] = [0.5, -1, 2, 0, 3, 0.25]

  /// conv -> scale -> conv -> scale | joined, the first scale read by both.
  private func network(_ engine: Engine, scale: [Float] = scale, scales: Bool = true) -> Network {
    var network = Network(engine: engine)
    func convolution(_ x: Value, _ from: Int, _ to: Int, seed: UInt64) -> Value {
      let shape = ConvolutionShape(from, to, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
      return network.convolution(
        x, shape, weights: random(shape.weightShape, seed: seed), bias: random([to], seed: seed + 9).array,
        epilogue: .relu)
    }
    var x = convolution(network.input(channels: 3), 3, 6, seed: 1)
    if scales { x = network.add(ChannelScale(scale: scale), [x]) }
    network.setName(x, "scaled")
    var y = convolution(x, 6, 6, seed: 2)
    if scales { y = network.add(ChannelScale(scale: scale), [y]) }
    network.output(network.concatenate([y, x]))
    return network
  }

  private let input = random([2, 3, 2, 6, 7], seed: 4)

  private func output(_ network: Network, grouping: FrameGrouping = FrameGrouping()) throws -> [Float] {
    let plan = try NetworkPlan(network, batch: 2, extents: [Extent3(2, 6, 7)], grouping: grouping)
    fill(plan, [input])
    plan.run()
    return plan.outputs[0].channelsFirst().array
  }

  @Test func runsAsItsReference() throws {
    let expected = try output(network(plain))
    let scale = expected.reduce(1) { max($0, abs($1)) }
    #expect(difference(try output(network(fast)), expected, .absolute(scale * 1e-5), "whole") == nil)
    let frames = FrameGrouping(leastPositions: 1, groupBytes: 1)
    let found = try output(network(fast), grouping: frames)
    #expect(difference(found, try output(network(fast)), .exact, "frame by frame") == nil)
  }

  /// Factors of 1 change nothing: a metamorphic property that the layout's sharing must keep.
  @Test func ofOnesIsAsIfItWereNotThere() throws {
    let ones = [Float](repeating: 1, count: 6)
    let without = try output(network(fast, scales: false))
    #expect(difference(try output(network(fast, scale: ones)), without, .exact, "ones") == nil)
  }

  @Test func isWrittenOverItsInput() throws {
    func arena(_ scales: Bool) throws -> Int {
      var network = Network(engine: fast)
      let shape = ConvolutionShape(3, 6, kernel: .one)
      var x = network.convolution(
        network.input(channels: 3), shape, weights: random(shape.weightShape, seed: 1),
        bias: [Float](repeating: 0, count: 6), epilogue: .relu)
      if scales { x = network.add(ChannelScale(scale: Self.scale), [x]) }
      network.output(network.maxPool(x, MaxPooling(kernel: Extent3(1, 2, 2), stride: Extent3(1, 2, 2))))
      return try NetworkPlan(network, batch: 2, extents: [Extent3(2, 6, 7)]).arenaCount
    }
    #expect(try arena(true) == arena(false))
  }

  @Test func isReported() throws {
    let plan = try NetworkPlan(network(fast), batch: 2, extents: [Extent3(2, 6, 7)])
    let layers = plan.layers()
    #expect(layers.map(\.operation).filter { $0 == "channel scale" }.count == 2)
    let scale = layers.first { $0.operation == "channel scale" }
    #expect(scale?.macs == 2 * 2 * 6 * 7 * 6 && scale?.bytes == 4 * (2 * 2 * 2 * 6 * 7 * 6 + 6))
    #expect(plan.macs == layers.reduce(0) { $0 + $1.macs })
    #expect(plan.timedLayers().count == layers.count)
    // One's own says nothing of what the processor reaches; a direct convolution does.
    let peak = Engine(threads: 1, planner: ConvolutionPlanner(forced: .direct))
    let direct = try NetworkPlan(network(peak), batch: 1, extents: [Extent3(2, 6, 7)]).layers()
    #expect(scale?.doesEveryMultiplyAdd == false)
    #expect(direct.filter(\.doesEveryMultiplyAdd).count == 2)
    #expect(network(peak).convolutions.map(\.algorithm) == [.direct, .direct])
  }

  /// A view among operators that run frame by frame, read inside of their stretch and outside of it, and one of an input
  /// of which some frames are meant.
  @Test(arguments: [false, true]) func viewsAreNoPartOfAStretch(isOfInput: Bool) throws {
    func output(_ grouping: FrameGrouping, views: Bool) throws -> [Float] {
      var network = Network(engine: fast)
      let shape = ConvolutionShape(3, 3, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
      func convolution(_ x: Value, seed: UInt64) -> Value {
        network.convolution(
          x, shape, weights: random(shape.weightShape, seed: seed), bias: [0.5, -0.5, 0.25], epilogue: .none)
      }
      var x = network.input(channels: 3)
      if !isOfInput { x = convolution(x, seed: 1) }
      let view = views ? network.add(Same(), [x]) : x
      let y = convolution(convolution(view, seed: 2), seed: 3)
      for value in [y, convolution(view, seed: 4)] { network.output(value) }
      if !isOfInput { network.output(view) }
      let plan = try NetworkPlan(network, batch: 1, extents: [Extent3(3, 6, 7)], grouping: grouping)
      let map = FeatureMap(channelsFirst: random([1, 3, 6, 6, 7], seed: 5))
      plan.run([BoundInput(map, frames: [1, 3, 5])])
      return plan.outputs.flatMap { $0.channelsFirst().array }
    }
    let expected = try output(FrameGrouping(), views: false)
    let frames = FrameGrouping(leastPositions: 1, groupBytes: 1)
    for (grouping, name) in [(FrameGrouping(), "whole"), (frames, "frame by frame")] {
      #expect(difference(try output(grouping, views: true), expected, .exact, name) == nil)
    }
  }

  @Test func itsErrorsAreTheLayouts() {
    let error = #expect(throws: NetworkError.self) { try output(network(fast, scale: [1, 2])) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("a channel scale needs 2 channels, and is given 2 x 2x6x7 x 6 ("), "\(text)")
  }

  @Test(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"))
  func keepsTheFormat() throws {
    let found = try output(network(Engine(threads: 2, activations: .bfloat16)))
    let expected = try output(network(plain))
    let scale = expected.reduce(1) { max($0, abs($1)) }
    #expect(difference(found, expected, .absolute(scale * 2e-2), "bf16") == nil)
  }
}

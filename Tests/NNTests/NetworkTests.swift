import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// A little two-pathway network with every operation, from a seed.
private func twoPathways(_ engine: Engine, seed: UInt64, named: Bool = true) -> Network {
  var network = Network(engine: engine)
  var salt = seed &* 1000
  func convolution(
    _ x: Value, _ from: Int, _ to: Int, _ kernel: Extent3, stride: Extent3 = .one, adding: Value? = nil
  ) -> Value {
    salt += 1
    let shape = ConvolutionShape(
      from, to, kernel: kernel, stride: stride, padding: Extent3(kernel.t / 2, kernel.h / 2, kernel.w / 2))
    // Small weights: large products would make the softmax a maximum, where the last bit decides.
    let weights = Tensor(shape.weightShape, random(shape.weightShape, seed: salt).array.map { $0 * 0.3 })
    let y = network.convolution(
      x, shape, weights: weights, bias: random([to], seed: salt + 500).array, adding: adding,
      epilogue: adding == nil ? .relu : .none)
    network.setName(y, "convolution \(salt)")
    return y
  }
  let slow = network.input(channels: 3)
  let fast = network.input(channels: 3)
  var a = convolution(slow, 3, 8, Extent3(1, 3, 3))
  var b = convolution(fast, 3, 4, Extent3(3, 3, 3))
  a = network.maxPool(a, MaxPooling(kernel: Extent3(1, 2, 2), stride: Extent3(1, 2, 2)))
  b = network.maxPool(b, MaxPooling(kernel: Extent3(1, 2, 2), stride: Extent3(1, 2, 2)))
  network.setName(b, "fast")
  let lateral = convolution(b, 4, 6, Extent3(3, 1, 1), stride: Extent3(4, 1, 1))
  let joined = network.concatenate([a, lateral])
  network.setName(joined, "joined")
  let inner = convolution(joined, 14, 5, .one)
  let sum = convolution(inner, 5, 14, Extent3(1, 3, 3), adding: joined)
  let folded = network.framesToBatch(sum, groups: 2)
  let keys = network.maxPool(folded, MaxPooling(kernel: Extent3(1, 2, 2), stride: Extent3(1, 2, 2)))
  let attended = network.attention(.softmax, theta: folded, phi: keys, g: keys)
  network.output(network.batchToFrames(attended, groups: 2))
  // The same value joined twice and an input joined directly cannot be written in place, and are copied.
  network.output(network.concatenate([b, b, convolution(b, 4, 2, .one)]))
  return network
}

@Suite struct NetworkTests {
  private func inputs(_ seed: UInt64) -> [Tensor] {
    [random([2, 3, 2, 8, 10], seed: seed), random([2, 3, 8, 8, 10], seed: seed + 1)]
  }

  @Test(arguments: 1..<6) func referencesAgree(_ seed: Int) throws {
    let seed = UInt64(seed)
    let found = try run(twoPathways(fast, seed: seed), inputs(seed)).outputs.map { $0.channelsFirst().array }
    let expected = try run(twoPathways(plain, seed: seed), inputs(seed)).outputs.map { $0.channelsFirst().array }
    for (a, b) in zip(found, expected) { #expect(difference(a, b, .network, "seed \(seed)") == nil) }
  }

  @Test func sharedMemoryChangesNothing() throws {
    let network = twoPathways(fast, seed: 7)
    let shared = try run(network, inputs(7))
    let kept = try run(network, inputs(7), keepingNamed: true)
    #expect(shared.arenaCount < kept.arenaCount)
    for (a, b) in zip(shared.outputs, kept.outputs) {
      #expect(difference(a.channelsFirst().array, b.channelsFirst().array, .exact) == nil)
    }
    #expect(kept.named.count == 8)
    #expect(kept.named.first { $0.name == "joined" }?.map.channels == 14)
  }

  /// In a chain only two values are alive at a time; joined values are never held twice.
  @Test func arenaHoldsWhatIsAlive() throws {
    var network = Network(engine: fast)
    func step(_ x: Value) -> Value {
      let shape = ConvolutionShape(4, 4, kernel: .one)
      let value = network.convolution(
        x, shape, weights: random(shape.weightShape, seed: 1), bias: [0, 0, 0, 0])
      network.setName(value, "step")
      return value
    }
    let x = network.input(channels: 4)
    network.output((0..<10).reduce(x) { value, _ in step(value) })
    // 2 x 4 x 4 positions of 4 channels.
    let extents = [Extent3(2, 4, 4)]
    #expect(try NetworkPlan(network, batch: 1, extents: extents).arenaCount == 2 * 128)
    // All ten steps; the input lies elsewhere.
    #expect(try NetworkPlan(network, batch: 1, extents: extents, keepingNamed: true).arenaCount == 10 * 128)
    var joining = Network(engine: fast)
    swap(&network, &joining)
    let y = network.input(channels: 4)
    let parts = (0..<3).map { _ in step(y) }
    network.output(network.concatenate(parts))
    #expect(try NetworkPlan(network, batch: 1, extents: extents).arenaCount == 3 * 128)
  }

  @Test func secondRunIsTheSame() throws {
    let plan = try run(twoPathways(fast, seed: 8), inputs(8))
    let first = plan.outputs.map { $0.channelsFirst().array }
    for (map, tensor) in zip(plan.inputs, inputs(8)) {
      let source = FeatureMap(channelsFirst: tensor)
      map.start.update(from: source.start, count: source.storage.count)
    }
    plan.run()
    #expect(plan.outputs.map { $0.channelsFirst().array } == first)
  }

  @Test func joinsChannelsInOrder() throws {
    var network = Network(engine: fast)
    let x = network.input(channels: 1)
    let y = network.input(channels: 2)
    network.output(network.concatenate([x, y]))
    let plan = try run(
      network, [Tensor([1, 1, 1, 1, 2], [1, 2]), Tensor([1, 2, 1, 1, 2], [3, 4, 5, 6])])
    #expect(plan.outputs[0].channelsFirst().array == [1, 2, 3, 4, 5, 6])
  }

  @Test func batchItemsAreIndependent() throws {
    let network = twoPathways(fast, seed: 9)
    let both = inputs(9)
    let together = try run(network, both).outputs[0].channelsFirst().array
    func item(_ n: Int) throws -> [Float] {
      let parts = both.map { x in
        let size = x.count / 2
        return Tensor([1] + x.shape.dropFirst(), Array(x.array[n * size..<(n + 1) * size]))
      }
      return try run(network, parts).outputs[0].channelsFirst().array
    }
    #expect(difference(together, try item(0) + item(1), .reassociated) == nil)
  }

  @Test func unequalExtentsCannotBeJoined() {
    var network = Network(engine: fast)
    let x = network.input(channels: 1)
    let y = network.input(channels: 1)
    network.output(network.concatenate([x, y]))
    #expect(throws: NetworkError.unequal(maps: ["2x4x4", "3x4x4"])) {
      try NetworkPlan(network, batch: 1, extents: [Extent3(2, 4, 4), Extent3(3, 4, 4)])
    }
    let text = "\(NetworkError.unequal(maps: ["2x4x4", "3x4x4"]))"
    #expect(text.contains("maps of 2x4x4 and 3x4x4 (T x H x W) are to be joined") && text.contains(" -> "))
  }

  /// Values that do not suit an operator are an error of the layout, not a trap of the run.
  @Test func unsuitedValuesAreNamed() {
    func message(_ extents: [Extent3], _ build: (inout Network) -> Value) -> String {
      var network = Network(engine: fast)
      network.output(build(&network))
      do {
        _ = try NetworkPlan(network, batch: 1, extents: extents)
        return "no error"
      } catch { return "\(error)" }
    }
    let scale = message([Extent3(2, 4, 4), Extent3(1, 1, 1)]) { network in
      let x = network.input(channels: 4)
      return network.scale(x, by: network.input(channels: 3))
    }
    #expect(
      scale
        == "laying out the network: a channel scale needs a map and one factor for every channel of every item, and "
        + "is given 1 x 2x4x4 x 4 and 1 x 1x1x1 x 3 (N x T x H x W x C) -> give it such values where the network is "
        + "built")
    let shape = ConvolutionShape(4, 6, kernel: .one)
    func convolution(_ network: inout Network, _ x: Value, adding residual: Value? = nil) -> Value {
      network.convolution(
        x, shape, weights: random(shape.weightShape, seed: 1), bias: [Float](repeating: 0, count: 6), adding: residual)
    }
    let channels = message([Extent3(1, 2, 2)]) { network in
      let x = network.input(channels: 5)
      return convolution(&network, x)
    }
    #expect(channels.contains("a convolution 4->6 1x1x1 needs 4 channels, and is given 1 x 1x2x2 x 5"))
    let residual = message([Extent3(1, 2, 2), Extent3(1, 2, 3)]) { network in
      let (x, y) = (network.input(channels: 4), network.input(channels: 6))
      return convolution(&network, x, adding: y)
    }
    #expect(residual.contains("needs a residual of 1 x 1x2x2 x 6, and is given 1 x 1x2x3 x 6"))
  }

  @Test func framesThatDoNotGroupAreNamed() {
    var network = Network(engine: fast)
    network.output(network.framesToBatch(network.input(channels: 1), groups: 4))
    #expect(throws: NetworkError.ungrouped(frames: 6, groups: 4)) {
      try NetworkPlan(network, batch: 1, extents: [Extent3(6, 2, 2)])
    }
  }

  @Test func countsMultiplyAddsOfAllConvolutions() throws {
    var network = Network(engine: fast)
    let x = network.input(channels: 2)
    let shape = ConvolutionShape(2, 3, kernel: .one)
    network.output(
      network.convolution(x, shape, weights: random(shape.weightShape, seed: 1), bias: [0, 0, 0]))
    #expect(try NetworkPlan(network, batch: 2, extents: [Extent3(1, 2, 3)]).macs == 2 * 6 * 6)
  }

  /// 24 queries meet 24 keys in each of two batch items, over 5 channels of theta and phi and over 5 of g.
  @Test func countsMultiplyAddsOfAttention() throws {
    var network = Network(engine: fast)
    let x = network.input(channels: 5)
    let shape = ConvolutionShape(5, 5, kernel: .one)
    let theta = network.convolution(
      x, shape, weights: random(shape.weightShape, seed: 1), bias: [0, 0, 0, 0, 0])
    network.output(network.attention(.softmax, theta: theta, phi: x, g: x))
    let plan = try NetworkPlan(network, batch: 2, extents: [Extent3(2, 3, 4)])
    #expect(plan.macs == 2 * 24 * 5 * 5 + 2 * 24 * 24 * (5 + 5))
    #expect(plan.macs == plan.layers().reduce(0) { $0 + $1.macs })
  }

  /// A float32 part of odd width beside a bfloat16 part: the whole is float32, and every part keeps its place.
  @Test(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"))
  func mixedFormatsAreJoined() throws {
    let engine = Engine(threads: 2, activations: .bfloat16)
    var network = Network(engine: engine)
    let x = network.input(channels: 2)
    func identity(_ channels: Int) -> (Tensor, [Float]) {
      (
        Tensor([channels, 2, 1, 1, 1], (0..<2 * channels).map { Float($0 + 1) }), [Float](repeating: 0, count: channels)
      )
    }
    let parts = [4, 3, 2].map { channels in
      let (weights, bias) = identity(channels)
      return network.convolution(
        x, ConvolutionShape(2, channels, kernel: .one), weights: weights, bias: bias)
    }
    network.output(network.concatenate(parts))
    let plan = try NetworkPlan(network, batch: 1, extents: [Extent3(1, 1, 2)])
    for (index, value) in ([1, 2, 3, 4] as [Float]).enumerated() { plan.inputs[0].start[index] = value }
    plan.run()
    let output = plan.outputs[0].float32()
    // Channel o of a part is (2 o + 1) x + (2 o + 2) y: small integers, exact in both formats.
    func expected(_ x: Float, _ y: Float) -> [Float] {
      var values: [Float] = []
      for channels in [4, 3, 2] {
        for o in 0..<channels {
          let first = Float(2 * o + 1)
          values.append(first * x + (first + 1) * y)
        }
      }
      return values
    }
    #expect((0..<9).map { output.value(position: 0, channel: $0) } == expected(1, 2))
    #expect((0..<9).map { output.value(position: 1, channel: $0) } == expected(3, 4))
  }
}

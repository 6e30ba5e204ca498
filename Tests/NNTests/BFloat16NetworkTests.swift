import BFloat16
import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// Networks whose activations are bfloat16; where the processor has no dot products for it, these tests are skipped.
@Suite(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"))
struct BFloat16NetworkTests {
  private static let bf16 = Engine(threads: 2, activations: .bfloat16)
  private static let plainBFloat16 = Engine(
    threads: 2, planner: ConvolutionPlanner(forced: .reference), activations: .bfloat16)

  private func rounded(_ values: [Float]) -> [Float] { values.map { float32(bfloat16($0)) } }

  /// Adds a convolution that hands channels on: the first `outputs` ones, as the engine keeps them.
  private func take(_ network: inout Network, _ x: Value, _ channels: Int, outputs: Int) -> Value {
    let shape = ConvolutionShape(channels, outputs, kernel: .one)
    let weights = Tensor(zeros: shape.weightShape)
    for o in 0..<outputs { weights.mutableValues[o * channels + o] = 1 }
    return network.convolution(
      x, shape, weights: weights, bias: [Float](repeating: 0, count: outputs))
  }

  // MARK: Formats

  @Test("inputs and what ends a network are float32, what is between is bfloat16 in pairs")
  func formats() throws {
    var network = Network(engine: Self.bf16)
    let x = network.input(channels: 3)
    let even = take(&network, x, 3, outputs: 2)
    let odd = take(&network, x, 3, outputs: 3)
    let joined = network.concatenate([even, even])
    let mixed = network.concatenate([even, odd])
    let pooled = network.maxPool(even, MaxPooling(kernel: Extent3(1, 1, 2), stride: .one))
    let last = take(&network, joined, 4, outputs: 4)
    for (value, name) in [(even, "even"), (odd, "odd"), (joined, "joined"), (mixed, "mixed"), (pooled, "pooled")] {
      network.setName(value, name)
    }
    network.output(last)
    let plan = try run(network, [random([1, 3, 1, 2, 3], seed: 1)], keepingNamed: true)
    #expect(plan.inputs[0].format == .float32 && plan.outputs[0].format == .float32)
    let formats = Dictionary(uniqueKeysWithValues: plan.named.map { ($0.name, $0.map.format) })
    #expect(
      formats == ["even": .bfloat16, "odd": .float32, "joined": .bfloat16, "mixed": .float32, "pooled": .bfloat16])
  }

  // MARK: Operators

  @Test("max pooling of bfloat16", arguments: 0..<20)
  func maxPool(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let kernel = Extent3(pick(1...2), pick(1...3), pick(1...3))
    let shape = MaxPooling(
      kernel: kernel, stride: Extent3(pick(1...2), pick(1...3), pick(1...3)),
      padding: Extent3(0, kernel.h / 2, kernel.w / 2))
    let channels = 2 * pick(1...20)
    let x = random([pick(1...2), channels, pick(2...5), pick(3...8), pick(3...9)], seed: UInt64(seed))
    if seed % 4 == 0 { x.mutableValues[x.count / 2] = .nan }
    func pooled(_ engine: Engine) throws -> [Float] {
      var network = Network(engine: engine)
      let input = network.input(channels: channels)
      let value = engine.activations == .bfloat16 ? take(&network, input, channels, outputs: channels) : input
      network.output(network.maxPool(value, shape))
      return try run(network, [x]).outputs[0].float32().channelsFirst().array
    }
    // A NaN times nothing is one: then whole positions are, and the maxima of all channels.
    if seed % 4 == 0 {
      #expect(try pooled(Self.bf16).contains { $0.isNaN })
    } else {
      #expect(try pooled(Self.bf16) == rounded(pooled(plain)), "\(shape) on \(x.shape) seed \(seed)")
    }
    let gap = difference(try pooled(Self.bf16), try pooled(Self.plainBFloat16), .exact, "\(shape) on \(x.shape)")
    #expect(gap == nil, "\(gap ?? "")")
  }

  /// Parts in both formats, in every order, some joined twice, and some that others read too.
  @Test("concatenation", arguments: [[2, 4], [3, 2], [2, 3], [2, 3, 4, 1, 2], [1, 1], [3, 5, 2], [6]])
  func concatenation(widths: [Int]) throws {
    let x = random([2, 6, 2, 3, 4], seed: 3)
    let positions = 24
    for twice in [false, true] {
      var network = Network(engine: Self.bf16)
      let input = network.input(channels: 6)
      var parts = widths.map { take(&network, input, 6, outputs: $0) }
      if twice { parts += parts }
      let joined = network.concatenate(parts)
      network.setName(joined, "joined")
      network.output(joined)
      let found = try run(network, [x]).outputs[0].float32().channelsFirst().array
      var expected: [Float] = []
      for n in 0..<2 {
        for width in twice ? widths + widths : widths {
          // Odd parts are float32 and keep all their bits.
          let values = (0..<width * positions).map { x.values[n * 6 * positions + $0] }
          expected += width % 2 == 0 ? rounded(values) : values
        }
      }
      let gap = difference(found, expected, .exact, "\(widths) \(twice ? "twice" : "")")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  /// Values in either format, in every combination.
  @Test("attention", arguments: [Attention.dotProduct, .softmax], 0..<8)
  func attention(kind: Attention, formats: Int) throws {
    for channels in [12, 7] {
      let isBFloat16 = (0..<3).map { channels % 2 == 0 && formats >> $0 & 1 == 1 }
      let x = [
        random([2, channels, 3, 5, 7], seed: 1), random([2, channels, 3, 2, 3], seed: 2),
        random([2, channels, 3, 2, 3], seed: 3),
      ]
      var network = Network(engine: Self.bf16)
      let values = isBFloat16.map { isBFloat16 in
        let input = network.input(channels: channels)
        return isBFloat16 ? take(&network, input, channels, outputs: channels) : input
      }
      network.output(network.attention(kind, theta: values[0], phi: values[1], g: values[2]))
      let result = try run(network, x).outputs[0]
      #expect(result.format == (isBFloat16[2] ? .bfloat16 : .float32))
      // The same on what bfloat16 leaves of the numbers.
      var reference = Network(engine: plain)
      let inputs = x.map { _ in reference.input(channels: channels) }
      reference.output(reference.attention(kind, theta: inputs[0], phi: inputs[1], g: inputs[2]))
      let kept = zip(x, isBFloat16).map { $1 ? Tensor($0.shape, rounded($0.array)) : $0 }
      let expected = try run(reference, kept).outputs[0].channelsFirst().array
      // Sums in float32; the result is rounded once. Where all are bfloat16, so are the weights, or the sums over the keys.
      let all = isBFloat16.allSatisfy { $0 }
      let bound = (all ? 0x1.8p-8 : isBFloat16[2] ? 0x1p-8 : 1e-5) * expected.reduce(0) { max($0, abs($1)) }
      let gap = difference(
        result.float32().channelsFirst().array, expected, .absolute(bound),
        "\(kind), \(channels) channels, \(isBFloat16)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  @Test(
    "groups whose channels come in no pairs",
    arguments: [(6, 6, 2), (2, 6, 2), (3, 6, 3), (6, 10, 2), (4, 6, 2), (9, 9, 3)])
  func groups(inputs: Int, outputs: Int, groups: Int) throws {
    for fromInput in [false, true] {
      let x = random([1, inputs, 2, 5, 6], seed: 5)
      func scores(_ engine: Engine) throws -> [Float] {
        var network = Network(engine: engine)
        let input = network.input(channels: inputs)
        let value = fromInput ? input : take(&network, input, inputs, outputs: inputs)
        let shape = ConvolutionShape(
          inputs, outputs, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1), groups: groups)
        let added = network.convolution(
          input, ConvolutionShape(inputs, outputs, kernel: .one), weights: random([outputs, inputs, 1, 1, 1], seed: 6),
          bias: [Float](repeating: 0, count: outputs))
        let y = network.convolution(
          value, shape, weights: random(shape.weightShape, seed: 7), bias: random([outputs], seed: 8).array,
          adding: added)
        // Pooled: what nothing reads would be float32.
        network.output(network.maxPool(y, MaxPooling(kernel: .one, stride: .one)))
        return try run(network, [x]).outputs[0].float32().channelsFirst().array
      }
      let (found, expected) = (try scores(Self.bf16), try scores(plain))
      let largest = expected.reduce(0) { max($0, abs($1)) }
      let gap = difference(
        found, expected, .absolute(0x1p-6 * largest), "\(inputs)->\(outputs) groups \(groups), \(fromInput)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  // MARK: Whole networks

  /// Every value is rounded to 8 bits a dozen times: errors of some thousandths of the largest value.
  @Test("a network in bfloat16 beside float32", arguments: 1...4)
  func beside(seed: Int) throws {
    let inputs = SampleNetwork.inputs(UInt64(seed))
    let extents = inputs.map { Extent3($0.shape[2], $0.shape[3], $0.shape[4]) }
    func scores(_ engine: Engine) throws -> [[Float]] {
      outputs(
        try NetworkPlan(SampleNetwork(engine, seed: UInt64(seed)).network, batch: 2, extents: extents), inputs)
    }
    for (found, expected) in zip(try scores(Self.bf16), try scores(fast)) {
      let largest = expected.reduce(0) { max($0, abs($1)) }
      let mean = zip(found, expected).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) } / Double(found.count)
      let gap = difference(found, expected, .absolute(0.02 * largest), "seed \(seed)")
      #expect(gap == nil, "\(gap ?? "")")
      #expect(mean < 0.002 * Double(largest), "seed \(seed)")
    }
  }

  /// With every value marked nothing may share memory; then sharing must change nothing.
  @Test("sharing memory changes nothing", arguments: 0..<60)
  func sharing(seed: Int) throws {
    let drawing = NetworkDrawing(Self.bf16, seed: UInt64(seed), operations: 4 + seed % 25)
    let kept = try run(drawing, keepingNamed: true)
    let shared = try run(drawing, keepingNamed: false)
    for (index, (a, b)) in zip(shared.outputs, kept.outputs).enumerated() {
      let (found, expected) = (a.float32().channelsFirst().array, b.float32().channelsFirst().array)
      let gap = difference(found, expected, .exact, "output \(index) of seed \(seed)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  /// Both round every value; a sum in another order may be rounded to the neighbour.
  @Test("plans agree with references", arguments: 0..<60)
  func references(seed: Int) throws {
    let operations = 3 + seed % 10
    let found = try run(NetworkDrawing(Self.bf16, seed: UInt64(seed), operations: operations), keepingNamed: true)
    let expected = try run(
      NetworkDrawing(Self.plainBFloat16, seed: UInt64(seed), operations: operations), keepingNamed: true)
    for ((name, a), (_, b)) in zip(found.named, expected.named) {
      #expect(a.format == b.format)
      let (values, wanted) = (a.float32().channelsFirst().array, b.float32().channelsFirst().array)
      let scale = wanted.reduce(1) { max($0, abs($1)) }
      let gap = difference(values, wanted, .absolute(scale * 0.03), "value \(name) of seed \(seed)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }
}

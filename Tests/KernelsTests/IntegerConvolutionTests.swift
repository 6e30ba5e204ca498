import Kernels
import Tensors
import TestSupport
import Testing

/// Convolutions of integers of 8 bits.
@Suite struct IntegerConvolutionTests {
  /// What is stored and added.
  struct Kind: Sendable, CustomTestStringConvertible {
    let output: ElementFormat
    let residual: ElementFormat?
    let epilogue: Epilogue

    var testDescription: String { "\(output), residual \(residual.map { "\($0)" } ?? "none"), \(epilogue.rawValue)" }

    static let all: [Kind] = [ElementFormat.float32, .bfloat16, .uint8].flatMap { output in
      [nil, ElementFormat.float32, .bfloat16, .uint8].flatMap { residual in
        [Epilogue.none, .relu].map { Kind(output: output, residual: residual, epilogue: $0) }
      }
    }
  }

  /// A seeded problem whose channels come in eights.
  private struct Problem {
    let shape: ConvolutionShape
    let batch: Int
    let extent: Extent3
    let input: SlicedMap
    let weights: Tensor
    let bias: [Float]
    let residual: SlicedMap?
    let kind: Kind
    let outputScales: ChannelScales?

    /// - Parameters:
    ///   - isSigned: Whether the input's integers stand for negative numbers, too, and the convolution is pointwise.
    ///   - isNarrow: Whether positions may be in the lanes; channels come in fours then.
    init(_ kind: Kind, seed: UInt64, isSigned: Bool = false, isNarrow: Bool = false) {
      var random = SeededGenerator(seed: seed &* 31 &+ 7)
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
      func numbers(_ count: Int, _ range: ClosedRange<Float>) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &random) }
      }
      func extent(_ t: Int, _ h: Int, _ w: Int) -> Extent3 { Extent3(pick(1...t), pick(1...h), pick(1...w)) }
      func scales(_ channels: Int, zero: Int) -> ChannelScales {
        ChannelScales(numbers(channels, 0.004...0.02), zero: zero)
      }
      var shape: ConvolutionShape
      var size: Extent3
      repeat {
        shape = ConvolutionShape(
          8 * pick(1...(pick(0...3) == 0 ? 18 : 6)), 8 * pick(1...12),
          kernel: pick(0...2) == 0 ? .one : extent(3, 3, 3), stride: extent(2, 2, 2),
          padding: Extent3(pick(0...1), pick(0...1), pick(0...1)), dilation: extent(1, 2, 2))
        if isNarrow {
          shape.inChannels = 4 * pick(1...16)
          shape.outChannels = 4 * pick(1...4)
          shape.dilation.w = 1
        }
        if isSigned { shape = ConvolutionShape(shape.inChannels, shape.outChannels, kernel: .one) }
        size = extent(3, 9, 40)
      } while shape.output(for: size).count == 0
      self.shape = shape
      self.extent = size
      self.kind = kind
      batch = pick(1...2)
      let room = (before: 4 * pick(0...2), after: 4 * pick(0...2))
      let inputScales = scales(shape.inChannels, zero: isSigned ? 128 : 0)
      input = SlicedMap(
        numbers(batch * shape.inChannels * size.count, (isSigned ? -2.5 : 0)...(isSigned ? 2.5 : 5)), batch: batch,
        size, channels: shape.inChannels,
        format: .uint8, scales: inputScales, room: room)
      weights = Tensor(shape.weightShape, numbers(shape.weightShape.reduce(1, *), -0.05...0.05))
      bias = numbers(shape.outChannels, -1...1)
      outputScales = kind.output == .uint8 ? scales(shape.outChannels, zero: kind.epilogue == .relu ? 0 : 128) : nil
      let output = shape.output(for: size)
      let (count, channels) = (batch, shape.outChannels)
      let added = numbers(count * channels * output.count, -2...2)
      let addedScales = kind.residual == .uint8 ? scales(channels, zero: 128) : nil
      residual = kind.residual.map {
        SlicedMap(added, batch: count, output, channels: channels, format: $0, scales: addedScales, room: room)
      }
    }

    /// The map that an engine makes.
    func run(_ engine: Engine, into: SlicedMap? = nil) -> SlicedMap {
      let convolution = Convolution(
        quantizing: shape, weights: weights, bias: bias, engine: engine, input: input.map.scales!)
      let output =
        into
        ?? SlicedMap(
          nil, batch: batch, shape.output(for: extent), channels: shape.outChannels, format: kind.output,
          scales: outputScales, room: (4, 8))
      convolution.run(input.map, into: output.map, adding: residual?.map, epilogue: kind.epilogue)
      return output
    }
  }

  private static let reference = Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference))

  /// Sums are exact; what differs is the float arithmetic after them, and so, rarely, by a step of the output.
  @Test(
    "every instruction set agrees with the definition, on slices of wider maps, of negative numbers, too",
    arguments: Kind.all)
  func agreesWithReference(kind: Kind) {
    for seed in 0..<7 as Range<UInt64> {
      let problem = Problem(kind, seed: seed, isSigned: seed >= 5)
      let expected = problem.run(Self.reference)
      for (name, table) in KernelTable.integerVariants {
        let isBFloat16 = kind.output == .bfloat16 || kind.residual == .bfloat16
        if isBFloat16 && (!table.supportsBFloat16 || name.hasSuffix("BF16") || name.hasSuffix("VNNI")) { continue }
        let engine = Engine(threads: 2, kernels: table)
        let found = problem.run(engine)
        #expect(found.surroundingsAreUntouched && problem.input.isUntouched)
        #expect(problem.residual?.isUntouched ?? true)
        let step = kind.output == .uint8 ? problem.outputScales!.values.max()! : kind.output == .bfloat16 ? 0.04 : 2e-5
        let gap = zip(found.values, expected.values).map { abs($0 - $1) }.max() ?? 0
        #expect(gap <= 1.001 * step, "\(name), seed \(seed), \(problem.shape): \(gap)")
        let differing = zip(found.values, expected.values).filter { $0 != $1 }.count
        #expect(kind.output != .uint8 || differing * 200 <= found.values.count, "\(name), seed \(seed): \(differing)")
      }
    }
  }

  @Test("with positions in the lanes, too: what is computed directly", arguments: Kind.all)
  func planar(kind: Kind) {
    for seed in 20..<28 as Range<UInt64> {
      let problem = Problem(kind, seed: seed, isSigned: seed >= 26, isNarrow: true)
      for (name, table) in KernelTable.integerVariants {
        let isBFloat16 = kind.output == .bfloat16 || kind.residual == .bfloat16
        if isBFloat16 && (!table.supportsBFloat16 || name.hasSuffix("BF16") || name.hasSuffix("VNNI")) { continue }
        let found = [ConvolutionAlgorithm.planar, .direct].map { forced in
          problem.run(Engine(threads: 2, kernels: table, planner: ConvolutionPlanner(forced: forced)))
        }
        #expect(found[0].surroundingsAreUntouched && problem.input.isUntouched, "\(name), seed \(seed)")
        let step = kind.output == .uint8 ? problem.outputScales!.values.max()! : kind.output == .bfloat16 ? 0.04 : 2e-5
        let gap = zip(found[0].values, found[1].values).map { abs($0 - $1) }.max() ?? 0
        #expect(gap <= 1.001 * step, "\(name), seed \(seed), \(problem.shape): \(gap)")
        let differing = zip(found[0].values, found[1].values).filter { $0 != $1 }.count
        #expect(
          kind.output != .uint8 || differing * 200 <= found[0].values.count, "\(name), seed \(seed): \(differing)")
      }
    }
  }

  @Test("a product by hand: 2 x 3 + ... on a 1x1x1 convolution")
  func byHand() {
    // Integers 10 x c of scale 0.5 are 5 c; weights of one value are exact: 127 steps.
    let shape = ConvolutionShape(8, 8, kernel: .one)
    let scales = ChannelScales([Float](repeating: 0.5, count: 8))
    let input = FeatureMap(zeros: 1, .one, channels: 8, format: .uint8, scales: scales)
    for c in 0..<8 { input.integers(of: 0)[c] = UInt8(10 * c) }
    let weights = Tensor(shape.weightShape, (0..<64).map { Float($0 / 8) * 0.25 })
    for (_, table) in KernelTable.integerVariants {
      let engine = Engine(threads: 1, kernels: table)
      let convolution = Convolution(
        quantizing: shape, weights: weights, bias: [Float](repeating: 1, count: 8), engine: engine, input: scales)
      let output = FeatureMap(zeros: 1, .one, channels: 8)
      convolution.run(input, into: output)
      // 5 x (0 + 1 + ... + 7) = 140
      for o in 0..<8 { #expect(abs(output.start[o] - (1 + 140 * 0.25 * Float(o))) < 1e-3) }
    }
  }

  @Test("the largest factors and weights give the exact sum: nothing saturates")
  func extremes() {
    let shape = ConvolutionShape(64, 16, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
    let scales = ChannelScales([Float](repeating: 1, count: 64))
    let input = FeatureMap(zeros: 1, Extent3(1, 3, 3), channels: 64, format: .uint8, scales: scales)
    for position in 0..<9 { for c in 0..<64 { input.integers(of: position)[c] = 255 } }
    for sign in [Float(1), -1] {
      let weights = Tensor(shape.weightShape, [Float](repeating: 127 * sign, count: 16 * 64 * 9))
      for (name, table) in KernelTable.integerVariants {
        let convolution = Convolution(
          quantizing: shape, weights: weights, bias: [Float](repeating: 0, count: 16),
          engine: Engine(threads: 1, kernels: table), input: scales)
        let output = FeatureMap(zeros: 1, Extent3(1, 3, 3), channels: 16)
        convolution.run(input, into: output)
        #expect(output.start[4 * 16] == sign * 255 * 127 * 64 * 9, "\(name)")
      }
    }
  }

  @Test("channels of weights that are all zero give the bias, and numbers beyond the output's range its ends")
  func degenerate() {
    let shape = ConvolutionShape(8, 8, kernel: .one)
    let scales = ChannelScales([Float](repeating: 0.01, count: 8))
    let input = FeatureMap(zeros: 1, .one, channels: 8, format: .uint8, scales: scales)
    let bias: [Float] = [-1, 0, 0.5, 1, 2, 100, .nan, 2.54]
    for (_, table) in KernelTable.integerVariants {
      let convolution = Convolution(
        quantizing: shape, weights: Tensor(zeros: shape.weightShape), bias: bias,
        engine: Engine(threads: 1, kernels: table), input: scales)
      let output = FeatureMap(zeros: 1, .one, channels: 8, format: .uint8, scales: scales)
      convolution.run(input, into: output, epilogue: .relu)
      #expect((0..<8).map { Int(output.integers(of: 0)[$0]) } == [0, 0, 50, 100, 200, 255, 0, 254])
    }
  }

  @Test("the result is the same to the last bit for every number of threads, and over its residual")
  func threadsAndPlace() {
    for seed in 0..<9 as Range<UInt64> {
      let problem = Problem(
        Kind(output: .float32, residual: .float32, epilogue: .relu), seed: seed, isNarrow: seed >= 6)
      let once = problem.run(Engine(threads: 1)).values
      #expect(problem.run(Engine(threads: 3)).values == once)
      #expect(problem.run(Engine(threads: 2), into: problem.residual).values == once)
    }
  }

  @Test("numbers become the integers next to them, from float32 and from bfloat16")
  func quantizes() {
    var random = SeededGenerator(seed: 3)
    let steps = (0..<40).map { _ in Float.random(in: 0.01...0.1, using: &random) }
    let values = (0..<40 * 7).map { _ in Float.random(in: -15...30, using: &random) }
    let both = KernelTable.integerVariants.flatMap { variant in [0, 128].map { (variant.name, variant.table, $0) } }
    for (name, table, zero) in both {
      let scales = ChannelScales(steps, zero: zero)
      for format in [ElementFormat.float32, .bfloat16] {
        if format == .bfloat16 && (!table.supportsBFloat16 || name.contains("without")) { continue }
        let input = SlicedMap(values, batch: 1, Extent3(1, 1, 7), channels: 40, format: format, room: (4, 4))
        let output = SlicedMap(
          nil, batch: 1, Extent3(1, 1, 7), channels: 40, format: .uint8, scales: scales, room: (2, 6))
        Engine(threads: 2, kernels: table).quantize(input.map, into: output.map)
        #expect(output.surroundingsAreUntouched)
        for position in 0..<7 {
          for c in 0..<40 {
            let wanted = Int(scales.integer(input.map.value(position: position, channel: c), channel: c))
            #expect(abs(Int(output.map.integers(of: position)[c]) - wanted) <= 1)
          }
        }
      }
    }
  }

  @Test("what rounding takes from the outputs on the average is given back")
  func correctsBias() {
    let shape = ConvolutionShape(16, 8, kernel: .one)
    var random = SeededGenerator(seed: 9)
    let weights = Tensor(
      shape.weightShape, (0..<16 * 8).map { _ in Float.random(in: -1...1, using: &random) })
    let scales = ChannelScales([Float](repeating: 1.0 / 255, count: 16))
    let input = FeatureMap(zeros: 1, Extent3(1, 1, 400), channels: 16, format: .uint8, scales: scales)
    for position in 0..<400 {
      for c in 0..<16 { input.integers(of: position)[c] = UInt8.random(in: 0...255, using: &random) }
    }
    let means = (0..<16).map { c in (0..<400).reduce(Float(0)) { $0 + input.value(position: $1, channel: c) } / 400 }
    func meanError(_ given: [Float]?) -> Float {
      let convolution = Convolution(
        quantizing: shape, weights: weights, bias: [Float](repeating: 0, count: 8), engine: Engine(threads: 1),
        input: scales, means: given)
      let output = FeatureMap(zeros: 1, Extent3(1, 1, 400), channels: 8)
      convolution.run(input, into: output)
      return (0..<8).reduce(Float(0)) { total, o in
        let mean = (0..<400).reduce(Float(0)) { $0 + output.value(position: $1, channel: o) } / 400
        let wanted = (0..<16).reduce(Float(0)) { $0 + weights.values[o * 16 + $1] * means[$1] }
        return total + abs(mean - wanted)
      }
    }
    #expect(meanError(means) < 1e-4)
    #expect(meanError(nil) > 1e-3)
  }
}

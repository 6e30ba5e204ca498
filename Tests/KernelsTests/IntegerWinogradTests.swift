import Kernels
import Tensors
import TestSupport
import Testing

/// Convolutions of integers of 8 bits by Winograd's tiles, whose points are bfloat16.
@Suite(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"))
struct IntegerWinogradTests {
  private static func engine(_ threads: Int = 2) -> Engine {
    Engine(
      threads: threads, planner: ConvolutionPlanner(forced: .winogradSpace), activations: .bfloat16, quantizes: true)
  }

  /// A seeded problem: one that tiles do not divide, on a slice of a wider map.
  private struct Problem {
    let shape: ConvolutionShape
    let extent: Extent3
    let input: SlicedMap
    let weights: Tensor
    var bias: [Float]

    init(
      _ inputs: Int, _ outputs: Int, dilation: Int = 1, extent: Extent3 = Extent3(2, 9, 14), seed: UInt64 = 1,
      weights: [Float]? = nil
    ) {
      var random = SeededGenerator(seed: seed)
      func numbers(_ count: Int, _ range: ClosedRange<Float>) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &random) }
      }
      shape = ConvolutionShape(
        inputs, outputs, kernel: Extent3(1, 3, 3), padding: Extent3(0, dilation, dilation),
        dilation: Extent3(1, dilation, dilation))
      self.extent = extent
      input = SlicedMap(
        numbers(2 * inputs * extent.count, 0...4), batch: 2, extent, channels: inputs, format: .uint8,
        scales: ChannelScales(numbers(inputs, 0.008...0.02), zero: 0), room: (4, 8))
      // A sum's standard deviation is about 1.
      let size = 0.75 / Float(shape.depth).squareRoot()
      self.weights = Tensor(shape.weightShape, weights ?? numbers(shape.weightShape.reduce(1, *), -size...size))
      bias = numbers(outputs, -0.5...0.5)
    }

    func output(_ format: ElementFormat, _ scales: ChannelScales? = nil, _ values: [Float]? = nil) -> SlicedMap {
      SlicedMap(
        values, batch: 2, extent, channels: shape.outChannels, format: format, scales: scales, room: (4, 8))
    }

    func run(_ engine: Engine, into output: SlicedMap, adding residual: SlicedMap? = nil, _ epilogue: Epilogue = .none)
    {
      let convolution = Convolution(
        quantizing: shape, weights: weights, bias: bias, engine: engine, input: input.map.scales!)
      convolution.run(input.map, into: output.map, adding: residual?.map, epilogue: epilogue)
    }

    /// The sums of the numbers that the integers stand for, by the definition.
    func expected(adding residual: SlicedMap? = nil, _ epilogue: Epilogue = .none) -> [Float] {
      let numbers = FeatureMap(zeros: 2, extent, channels: shape.inChannels)
      for position in 0..<numbers.positions {
        for c in 0..<shape.inChannels {
          numbers.set(input.map.value(position: position, channel: c), position: position, channel: c)
        }
      }
      let engine = Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference))
      let result = output(.float32)
      Convolution(shape, weights: weights, bias: bias, engine: engine)
        .run(
          numbers, into: result.map, adding: residual.map { output(.float32, nil, $0.values).map }, epilogue: epilogue)
      return result.values
    }
  }

  private func largest(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max() ?? 0 }

  private func mean(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(a.count)
  }

  @Test(
    "agrees with the definition, whatever is stored and added, plain and dilated", arguments: [1, 2],
    IntegerConvolutionTests.Kind.all)
  func agreesWithDefinition(dilation: Int, kind: IntegerConvolutionTests.Kind) {
    for (inputs, outputs) in [(8, 8), (24, 20), (16, 96)] {
      let problem = Problem(inputs, outputs, dilation: dilation, seed: UInt64(inputs + dilation))
      var random = SeededGenerator(seed: 5)
      func scales(zero: Int) -> ChannelScales {
        ChannelScales((0..<outputs).map { _ in Float.random(in: 0.015...0.03, using: &random) }, zero: zero)
      }
      let added = (0..<2 * outputs * problem.extent.count).map { _ in Float.random(in: -1...1, using: &random) }
      let residual = kind.residual.map {
        problem.output($0, $0 == .uint8 ? scales(zero: 128) : nil, added)
      }
      let output = problem.output(
        kind.output, kind.output == .uint8 ? scales(zero: kind.epilogue == .relu ? 0 : 128) : nil)
      problem.run(Self.engine(), into: output, adding: residual, kind.epilogue)
      #expect(output.surroundingsAreUntouched && problem.input.isUntouched && residual?.isUntouched ?? true)
      let expected = problem.expected(adding: residual, kind.epilogue)
      // Half a step of an integer is up to 0.015, and what is beyond the range is cut off: 0 to 3.8 or half of it either way.
      let wanted = kind.output == .uint8 ? problem.output(.uint8, output.map.scales, expected).values : expected
      let gap = (largest: largest(output.values, wanted), mean: mean(output.values, wanted))
      #expect(gap.largest < 0.08 && gap.mean < 0.015, "\(problem.shape): \(gap)")
    }
  }

  @Test("by hand: a filter of one tap moves its input, a filter of ones adds nine")
  func byHand() {
    for (tap, weight) in [(0, Float(1)), (4, 2), (8, -1)] {
      var weights = [Float](repeating: 0, count: 8 * 8 * 9)
      for c in 0..<8 { weights[(c * 8 + c) * 9 + tap] = weight }
      let problem = Problem(8, 8, extent: Extent3(1, 6, 7), weights: weights)
      let output = problem.output(.float32)
      problem.run(Self.engine(), into: output)
      for h in 0..<6 {
        for w in 0..<7 {
          let (y, x) = (h + tap / 3 - 1, w + tap % 3 - 1)
          for c in 0..<8 {
            let seen = (0..<6).contains(y) && (0..<7).contains(x)
            let wanted =
              problem.bias[c] + (seen ? weight * problem.input.map.value(position: y * 7 + x, channel: c) : 0)
            #expect(abs(output.map.value(position: h * 7 + w, channel: c) - wanted) < 0.08)
          }
        }
      }
    }
    let ones = Problem(8, 8, extent: Extent3(1, 3, 3), weights: [Float](repeating: 1, count: 8 * 8 * 9))
    let output = ones.output(.float32)
    ones.run(Self.engine(), into: output)
    let sum = (0..<9).reduce(Float(0)) { total, position in
      (0..<8).reduce(total) { $0 + ones.input.map.value(position: position, channel: $1) }
    }
    #expect(abs(output.map.value(position: 4, channel: 3) - ones.bias[3] - sum) < 0.01 * sum)
  }

  @Test("the same bits for every number of threads, few tiles and many, and over its residual")
  func threadsAndPlace() {
    let problems = [(72, 96, Extent3(2, 9, 14)), (192, 256, Extent3(1, 5, 6)), (40, 200, Extent3(2, 9, 14))]
    for (inputs, outputs, extent) in problems {
      let problem = Problem(inputs, outputs, extent: extent)
      let added = (0..<2 * outputs * extent.count).map { Float($0 % 11) / 8 }
      let scales = ChannelScales([Float](repeating: 0.02, count: outputs))
      func result(_ threads: Int, inPlace: Bool = false) -> [Float] {
        let residual = problem.output(.uint8, scales, added)
        let output = inPlace ? residual : problem.output(.uint8, scales)
        problem.run(Self.engine(threads), into: output, adding: residual, .relu)
        return output.values
      }
      let once = result(1)
      #expect(Set(once).count > 20)
      for threads in [2, 3, 16, 64] { #expect(result(threads) == once, "\(threads) threads") }
      #expect(result(2, inPlace: true) == once)
    }
  }

  @Test("weights of zero give the bias, and numbers beyond the output's range its ends")
  func degenerate() {
    var problem = Problem(8, 8, extent: .one, weights: [Float](repeating: 0, count: 8 * 8 * 9))
    let scales = ChannelScales([Float](repeating: 0.01, count: 8))
    problem.bias = [-1, 0, 0.5, 1, 2, 100, .nan, 2.54]
    let output = problem.output(.uint8, scales)
    problem.run(Self.engine(), into: output, .relu)
    #expect((0..<8).map { Int(output.map.integers(of: 0)[$0]) } == [0, 0, 50, 100, 200, 255, 0, 254])
  }

  @Test("the planner takes it for wide layers where there is bfloat16, and where it is forced and legal")
  func planning() throws {
    let kernels = try KernelTable(.avx512)
    func algorithm(
      _ shape: ConvolutionShape, _ forced: ConvolutionAlgorithm? = nil, _ activations: ElementFormat = .bfloat16
    ) -> ConvolutionAlgorithm {
      let scales = ChannelScales([Float](repeating: 1, count: shape.inChannels))
      let engine = Engine(
        threads: 1, kernels: kernels, planner: ConvolutionPlanner(forced: forced), activations: activations,
        quantizes: true)
      let bias = [Float](repeating: 0, count: shape.outChannels)
      return Convolution(
        quantizing: shape, weights: Tensor(zeros: shape.weightShape), bias: bias, engine: engine, input: scales
      ).algorithm
    }
    func plain(_ inputs: Int, _ outputs: Int) -> ConvolutionShape {
      ConvolutionShape(inputs, outputs, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
    }
    let strided = ConvolutionShape(
      128, 128, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1))
    #expect(algorithm(plain(128, 128)) == .winogradSpace)
    #expect(algorithm(plain(64, 128)) == .direct && algorithm(plain(128, 64)) == .direct)
    #expect(algorithm(strided) == .direct && algorithm(strided, .winogradSpace) == .direct)
    #expect(algorithm(plain(128, 128), .direct) == .direct && algorithm(plain(128, 128), .reference) == .reference)
    #expect(algorithm(plain(8, 8), .winogradSpace) == .winogradSpace)
    #expect(algorithm(plain(128, 128), nil, .float32) == .direct)
    for forced in [ConvolutionAlgorithm.winogradTime, .windows, .depthwise] {
      #expect(algorithm(plain(64, 64), forced) == .direct)
    }
  }
}

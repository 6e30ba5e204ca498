import Kernels
import Tensors
import TestSupport
import Testing

/// A convolution and the depthwise one after it as one, on every instruction set: band by band, and one after the other.
struct ConvolutionPairTests {
  /// Two convolutions that fit each other, drawn from a seed.
  struct Problem: CustomStringConvertible {
    let first: ConvolutionCase
    let second: ConvolutionCase
    let between: Epilogue
    let epilogue: Epilogue
    let hasResidual: Bool

    init(seed: UInt64) {
      var generator = SeededGenerator(seed: seed &* 31 &+ 7)
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
      let (inputs, wide) = (pick(1...9), pick(1...40))
      let isPointwise = pick(0...2) > 0
      let kernel = isPointwise ? Extent3.one : Extent3(pick(1...2), 3, 3)
      let stride = Extent3(1, pick(1...2), pick(1...2))
      let shape = ConvolutionShape(
        inputs, wide, kernel: kernel, stride: stride, padding: isPointwise ? .zero : Extent3(0, 1, 1))
      first = ConvolutionCase(
        shape: shape, batch: pick(1...2), extent: Extent3(pick(2...9), pick(3...20), pick(3...20)), seed: seed)
      let taps = Extent3(pick(0...2) * 2 + 1, pick(0...1) * 2 + 1, pick(1...3))
      let depthwise = ConvolutionShape(
        wide, wide, kernel: taps, stride: Extent3(pick(1...2), pick(1...2), pick(1...2)),
        padding: Extent3(taps.t / 2, taps.h / 2, taps.w / 2), dilation: Extent3(1, pick(1...2), 1), groups: wide)
      second = ConvolutionCase(
        shape: depthwise, batch: first.batch, extent: shape.output(for: first.extent), seed: seed &+ 1000)
      between = Epilogue.allCases[pick(0...Epilogue.allCases.count - 1)]
      epilogue = Epilogue.allCases[pick(0...Epilogue.allCases.count - 1)]
      hasResidual = pick(0...2) == 0
    }

    var description: String { "\(first), \(second) \(between) \(epilogue)" }
    var extent: Extent3 { second.shape.output(for: second.extent) }
    var isPossible: Bool { extent.count > 0 && second.extent.count > 0 }

    /// One after the other, with a map between them.
    func inTurn(_ engine: Engine, _ algorithm: ConvolutionAlgorithm? = nil) -> [Float] {
      let (a, b) = convolutions(engine, algorithm)
      let between = FeatureMap(zeros: first.batch, second.extent, channels: first.shape.outChannels)
      a.run(first.input, into: between, epilogue: self.between)
      let output = FeatureMap(zeros: first.batch, extent, channels: second.shape.outChannels)
      b.run(between, into: output, adding: residual, epilogue: epilogue)
      return output.channelsFirst().array
    }

    /// As one, into a slice of a wider map.
    func asOne(_ engine: Engine, cachedBytes: Int) throws -> [Float] {
      let (a, b) = convolutions(engine, nil)
      let pair = try #require(ConvolutionPair(a, between, b, cachedBytes: cachedBytes))
      let output = SlicedMap(
        nil, batch: first.batch, extent, channels: second.shape.outChannels, room: (before: 3, after: 2))
      pair.run(first.input, into: output.map, adding: residual, epilogue: epilogue)
      #expect(output.surroundingsAreUntouched, "\(self)")
      return output.values
    }

    private var residual: FeatureMap? {
      if !hasResidual { return nil }
      let sides = [first.batch, second.shape.outChannels, extent.t, extent.h, extent.w]
      return FeatureMap(channelsFirst: Tensor(sides, first.random(sides.reduce(1, *), 5)))
    }

    private func convolutions(_ engine: Engine, _ algorithm: ConvolutionAlgorithm?) -> (Convolution, Convolution) {
      (
        Convolution(
          first.shape, weights: first.weights, bias: first.bias, engine: engine, algorithm: algorithm ?? .direct),
        Convolution(
          second.shape, weights: second.weights, bias: second.bias, engine: engine, algorithm: algorithm ?? .depthwise)
      )
    }
  }

  private func engines(threads: Int = 2) throws -> [Engine] {
    try InstructionSet.available.map { Engine(threads: threads, kernels: try KernelTable($0)) }
  }

  /// 1 -2 3 becomes 2 0 6 and 0 3 0 after a ReLU; their neighbours are summed, each channel by itself.
  @Test func byHand() throws {
    for engine in try engines() {
      let first = Convolution(
        ConvolutionShape(1, 2, kernel: .one), weights: Tensor([2, 1, 1, 1, 1], [2, -1.5]), bias: [0, 0], engine: engine,
        algorithm: .direct)
      let shape = ConvolutionShape(2, 2, kernel: Extent3(1, 1, 3), padding: Extent3(0, 0, 1), groups: 2)
      let second = Convolution(
        shape, weights: Tensor(shape.weightShape, [1, 10, 100, 1, 1, 1]), bias: [0.5, -1], engine: engine)
      let pair = try #require(ConvolutionPair(first, .relu, second, cachedBytes: 0))
      let output = FeatureMap(zeros: 1, Extent3(1, 1, 3), channels: 2)
      pair.run(FeatureMap(channelsFirst: Tensor([1, 1, 1, 1, 3], [1, -2, 3])), into: output)
      #expect(output.channelsFirst().array == [20.5, 602.5, 60.5, 2, 2, 2], "\(engine.kernels.instructionSet)")
    }
  }

  /// Beside the definition, summed in Double.
  @Test func agreesWithReferences() throws {
    let plain = Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference))
    for seed in 0..<20 as Range<UInt64> {
      let problem = Problem(seed: seed)
      if !problem.isPossible { continue }
      let expected = problem.inTurn(plain, .reference)
      let scale = expected.reduce(1) { max($0, abs($1)) }
      for engine in try engines() {
        for bytes in [0, 8 << 20] {
          let gap = difference(
            try problem.asOne(engine, cachedBytes: bytes), expected, .absolute(scale * 2e-5), "\(problem)")
          #expect(gap == nil, "\(gap ?? "")")
        }
      }
    }
  }

  /// To the last bit what the two compute one after the other, for any number of threads and however rows are cut.
  @Test func isTheTwoInTurn() throws {
    for seed in 100..<125 as Range<UInt64> {
      let problem = Problem(seed: seed)
      if !problem.isPossible { continue }
      for threads in [1, 2, 5] {
        for engine in try engines(threads: threads) {
          let gap = difference(
            try problem.asOne(engine, cachedBytes: 0), problem.inTurn(engine), .exact, "\(threads) threads \(problem)")
          #expect(gap == nil, "\(gap ?? "")")
        }
      }
    }
  }

  /// Bands of several rows, cut in time as well; more rows than one band has.
  @Test func manyBands() throws {
    let engine = Engine(threads: 3)
    let shape = ConvolutionShape(3, 20, kernel: .one)
    let first = ConvolutionCase(shape: shape, batch: 2, extent: Extent3(13, 61, 5))
    let depthwise = ConvolutionShape(20, 20, kernel: Extent3(3, 3, 3), padding: .one, groups: 20)
    let a = Convolution(shape, weights: first.weights, bias: first.bias, engine: engine)
    let b = ConvolutionCase(shape: depthwise, batch: 2, extent: first.extent)
    let second = Convolution(depthwise, weights: b.weights, bias: b.bias, engine: engine)
    let (whole, between, output) = (
      FeatureMap(zeros: 2, first.extent, channels: 20), FeatureMap(zeros: 2, first.extent, channels: 20),
      FeatureMap(zeros: 2, first.extent, channels: 20)
    )
    a.run(first.input, into: between, epilogue: .relu)
    second.run(between, into: whole)
    try #require(ConvolutionPair(a, .relu, second, cachedBytes: 0)).run(first.input, into: output)
    #expect(difference(output.channelsFirst().array, whole.channelsFirst().array, .exact, "") == nil)
  }

  @Test func isNoPair() throws {
    let engine = Engine(threads: 1)
    func convolution(_ shape: ConvolutionShape, _ algorithm: ConvolutionAlgorithm? = nil) -> Convolution {
      Convolution(
        shape, weights: Tensor(zeros: shape.weightShape), bias: [Float](repeating: 0, count: shape.outChannels),
        engine: engine, algorithm: algorithm)
    }
    let wide = convolution(ConvolutionShape(4, 8, kernel: .one), .direct)
    let depthwise = ConvolutionShape(8, 8, kernel: Extent3(3, 3, 3), padding: .one, groups: 8)
    for epilogue in Epilogue.allCases { #expect(ConvolutionPair(wide, epilogue, convolution(depthwise)) != nil) }
    // Other channels, groups, other methods.
    let narrow = convolution(ConvolutionShape(8, 4, kernel: .one), .direct)
    #expect(ConvolutionPair(narrow, .none, convolution(depthwise)) == nil)
    let grouped = convolution(ConvolutionShape(4, 8, kernel: .one, groups: 2), .direct)
    #expect(ConvolutionPair(grouped, .none, convolution(depthwise)) == nil)
    #expect(ConvolutionPair(wide, .none, convolution(ConvolutionShape(8, 8, kernel: .one))) == nil)
    #expect(ConvolutionPair(wide, .none, convolution(depthwise, .reference)) == nil)
    let reference = convolution(ConvolutionShape(4, 8, kernel: .one), .reference)
    #expect(ConvolutionPair(reference, .none, convolution(depthwise)) == nil)
  }

  /// One position; fewer frames than the kernel is long.
  @Test(arguments: [Extent3(1, 1, 1), Extent3(1, 9, 2), Extent3(2, 1, 17)])
  func nextToNothing(_ extent: Extent3) throws {
    let shape = ConvolutionShape(1, 3, kernel: .one)
    let depthwise = ConvolutionShape(3, 3, kernel: Extent3(5, 3, 3), padding: Extent3(2, 1, 1), groups: 3)
    for engine in try engines() {
      let first = Convolution(
        shape, weights: Tensor(shape.weightShape, [1, 2, 3]), bias: [0, 0, 0], engine: engine, algorithm: .direct)
      let ones = [Float](repeating: 1, count: depthwise.weightShape.reduce(1, *))
      let second = Convolution(
        depthwise, weights: Tensor(depthwise.weightShape, ones), bias: [0, 0, 0], engine: engine)
      let input = FeatureMap(zeros: 1, extent, channels: 1)
      for i in 0..<extent.count { input.start[i] = 1 }
      let output = FeatureMap(zeros: 1, extent, channels: 3)
      try #require(ConvolutionPair(first, .none, second, cachedBytes: 0)).run(input, into: output)
      // The corner sees every frame, and two rows and columns where there are two.
      let seen = Float(extent.t * min(2, extent.h) * min(2, extent.w))
      #expect((0..<3).map { output.start[$0] } == [seen, 2 * seen, 3 * seen])
    }
  }

  @Test(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"))
  func ofBFloat16() throws {
    let engine = Engine(threads: 2, activations: .bfloat16)
    let shape = ConvolutionShape(6, 22, kernel: .one)
    let depthwise = ConvolutionShape(22, 22, kernel: Extent3(3, 3, 3), padding: .one, groups: 22)
    let problem = ConvolutionCase(shape: shape, batch: 2, extent: Extent3(5, 11, 7))
    let input = SlicedMap(
      problem.input.channelsFirst().array, batch: 2, problem.extent, channels: 6, format: .bfloat16, room: (0, 0))
    let first = Convolution(
      shape, weights: problem.weights, bias: problem.bias, engine: engine, input: .bfloat16)
    let other = ConvolutionCase(shape: depthwise, batch: 2, extent: problem.extent)
    let second = Convolution(
      depthwise, weights: other.weights, bias: other.bias, engine: engine, input: .bfloat16)
    func map() -> FeatureMap { FeatureMap(zeros: 2, problem.extent, channels: 22, format: .bfloat16) }
    let (between, expected, found) = (map(), map(), map())
    first.run(input.map, into: between, epilogue: .relu)
    second.run(between, into: expected)
    try #require(ConvolutionPair(first, .relu, second, cachedBytes: 0)).run(input.map, into: found)
    let gap = difference(
      found.float32().channelsFirst().array, expected.float32().channelsFirst().array, .exact, "bf16")
    #expect(gap == nil, "\(gap ?? "")")
  }
}

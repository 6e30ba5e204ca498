import Kernels
import Tensors
import TestSupport
import Testing

/// Convolutions that scale their input as they read it, on every instruction set.
struct InputScalingTests {
  private func engines(threads: Int = 2) throws -> [Engine] {
    try InstructionSet.available.map { Engine(threads: threads, kernels: try KernelTable($0)) }
  }

  /// Factors for every channel of every item, N C.
  private func factors(_ values: [Float], batch: Int) -> FeatureMap {
    FeatureMap(channelsFirst: Tensor([batch, values.count / batch, 1, 1, 1], values))
  }

  /// Two items of one position: (1, 2) times (3, -1) is 3 -2, after a ReLU 3 0; (1, 2) times (0, 2) is 0 4.
  @Test func byHand() throws {
    let shape = ConvolutionShape(2, 1, kernel: .one)
    for engine in try engines() {
      let convolution = Convolution(
        shape, weights: Tensor(shape.weightShape, [10, 100]), bias: [0.5], engine: engine, algorithm: .direct)
      let output = FeatureMap(zeros: 2, .one, channels: 1)
      convolution.run(
        FeatureMap(channelsFirst: Tensor([2, 2, 1, 1, 1], [1, 2, 1, 2])),
        scaledBy: InputScaling(factors: factors([3, -1, 0, 2], batch: 2), epilogue: .relu), into: output)
      #expect(output.channelsFirst().array == [30.5, 400.5], "\(engine.kernels.instructionSet)")
    }
  }

  /// To the last bit what a pass of its own and the convolution compute, whatever the convolution, the batch and the
  /// threads: items meet inside of a piece.
  @Test(arguments: Epilogue.allCases) func isAPassAndAConvolution(_ epilogue: Epilogue) throws {
    let shapes = [
      ConvolutionShape(13, 21, kernel: .one), ConvolutionShape(20, 3, kernel: .one),
      ConvolutionShape(6, 9, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1)),
      ConvolutionShape(6, 10, kernel: .one, stride: Extent3(1, 2, 2)),
      ConvolutionShape(6, 6, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0), groups: 6),
    ]
    for (number, shape) in shapes.enumerated() {
      for threads in [1, 3] {
        for engine in try engines(threads: threads) {
          let problem = ConvolutionCase(
            shape: shape, batch: 3, extent: Extent3(2, 5, 4), seed: UInt64(number))
          let convolution = Convolution(shape, weights: problem.weights, bias: problem.bias, engine: engine)
          #expect(convolution.scalesInput == shape.isPointwise)
          let scale = factors(problem.random(3 * shape.inChannels, 8), batch: 3)
          let input = problem.input
          let scaled = FeatureMap(zeros: 3, problem.extent, channels: shape.inChannels)
          engine.scale(input, by: scale, epilogue, into: scaled)
          let extent = shape.output(for: problem.extent)
          let expected = FeatureMap(zeros: 3, extent, channels: shape.outChannels)
          convolution.run(scaled, into: expected, adding: nil, epilogue: .relu)
          let found = FeatureMap(zeros: 3, extent, channels: shape.outChannels)
          convolution.run(
            input, scaledBy: InputScaling(factors: scale, epilogue: epilogue), into: found, epilogue: .relu)
          let gap = difference(
            found.channelsFirst().array, expected.channelsFirst().array, .exact, "\(shape) \(threads) threads")
          #expect(gap == nil, "\(gap ?? "")")
        }
      }
    }
  }

  /// Factors of 1 change nothing; a NaN among them reaches every output of its item, and no other.
  @Test func onesAndNotANumber() throws {
    let shape = ConvolutionShape(5, 4, kernel: .one)
    for engine in try engines() {
      let problem = ConvolutionCase(shape: shape, batch: 2, extent: Extent3(1, 1, 7))
      let convolution = Convolution(
        shape, weights: problem.weights, bias: problem.bias, engine: engine, algorithm: .direct)
      func run(_ values: [Float]) -> [Float] {
        let output = FeatureMap(zeros: 2, problem.extent, channels: 4)
        convolution.run(
          problem.input, scaledBy: InputScaling(factors: factors(values, batch: 2), epilogue: .none), into: output)
        return output.channelsFirst().array
      }
      let plain = FeatureMap(zeros: 2, problem.extent, channels: 4)
      convolution.run(problem.input, into: plain)
      let ones = [Float](repeating: 1, count: 10)
      #expect(difference(run(ones), plain.channelsFirst().array, .exact, "ones") == nil)
      var one = ones
      one[7] = .nan
      let found = run(one)
      #expect(found.prefix(28).elementsEqual(plain.channelsFirst().array.prefix(28)))
      let others = found.dropFirst(28).map(\.isNaN)
      #expect(others == [Bool](repeating: true, count: 28))
    }
  }

  @Test(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"))
  func ofBFloat16() throws {
    let engine = Engine(threads: 2, activations: .bfloat16)
    let shape = ConvolutionShape(22, 18, kernel: .one)
    let problem = ConvolutionCase(shape: shape, batch: 2, extent: Extent3(2, 5, 5))
    let input = SlicedMap(
      problem.input.channelsFirst().array, batch: 2, problem.extent, channels: 22, format: .bfloat16, room: (1, 0))
    let convolution = Convolution(
      shape, weights: problem.weights, bias: problem.bias, engine: engine, input: .bfloat16)
    let scale = factors(problem.random(44, 8), batch: 2)
    let scaled = FeatureMap(zeros: 2, problem.extent, channels: 22, format: .bfloat16)
    engine.scale(input.map, by: scale, .swish, into: scaled)
    func map() -> FeatureMap { FeatureMap(zeros: 2, problem.extent, channels: 18, format: .bfloat16) }
    let (expected, found) = (map(), map())
    convolution.run(scaled, into: expected)
    convolution.run(input.map, scaledBy: InputScaling(factors: scale, epilogue: .swish), into: found)
    let gap = difference(
      found.float32().channelsFirst().array, expected.float32().channelsFirst().array, .exact, "bf16")
    #expect(gap == nil, "\(gap ?? "")")
  }

  /// A network that keeps activations in bfloat16 makes its factors so too: the same numbers scale the same.
  @Test func factorsOfEitherFormat() {
    let engine = Engine(threads: 2)
    let shape = ConvolutionShape(6, 5, kernel: .one)
    let problem = ConvolutionCase(shape: shape, batch: 2, extent: Extent3(2, 3, 3))
    let values = rounded(problem.random(12, 8), .bfloat16)
    let rows = [ElementFormat.float32, .bfloat16].map { format in
      SlicedMap(values, batch: 2, .one, channels: 6, format: format, room: (2, 2)).map
    }
    let convolution = Convolution(shape, weights: problem.weights, bias: problem.bias, engine: engine)
    func scaled(by factors: FeatureMap) -> [Float] {
      let output = FeatureMap(zeros: 2, problem.extent, channels: 6)
      engine.scale(problem.input, by: factors, .swish, into: output)
      return output.channelsFirst().array
    }
    func convolved(by factors: FeatureMap) -> [Float] {
      let output = FeatureMap(zeros: 2, problem.extent, channels: 5)
      convolution.run(problem.input, scaledBy: InputScaling(factors: factors, epilogue: .swish), into: output)
      return output.channelsFirst().array
    }
    #expect(difference(scaled(by: rows[1]), scaled(by: rows[0]), .exact, "a pass of its own") == nil)
    #expect(difference(convolved(by: rows[1]), convolved(by: rows[0]), .exact, "while it is read") == nil)
    #expect(scaled(by: rows[0]).contains { $0 != 0 })
  }
}

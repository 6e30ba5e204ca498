import Kernels
import Tensors
import TestSupport
import Testing

/// Positions in the lanes: layers of few channels, and products of pairs.
struct PlanarTests {
  /// One for each instruction set, and one more where it has bfloat16.
  private static let engines: [Engine] = InstructionSet.compared.flatMap { made($0) }

  private static func made(_ set: InstructionSet) -> [Engine] {
    guard let kernels = try? KernelTable(set) else { return [] }
    let formats: [ElementFormat] = kernels.supportsBFloat16 ? [.float32, .bfloat16] : [.float32]
    return formats.map {
      Engine(threads: 2, kernels: kernels, planner: ConvolutionPlanner(forced: .planar), activations: $0)
    }
  }

  private static let pairs: [Engine] = engines.filter { $0.activations == .bfloat16 }

  /// Around one, two and three registers of positions, of one tile and of several.
  static let widths = [1, 2, 15, 16, 17, 31, 32, 33, 47, 48, 49, 57, 63, 64, 65, 95, 96, 97, 114]

  @Test("layers of 8 and 16 channels around whole registers", arguments: Self.widths)
  func aroundRegisters(width: Int) {
    let shapes = [
      ConvolutionShape(8, 8, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1)),
      ConvolutionShape(12, 8, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0)),
      ConvolutionShape(4, 16, kernel: Extent3(1, 1, 3), stride: Extent3(1, 1, 2), padding: Extent3(0, 0, 1)),
      ConvolutionShape(18, 14, kernel: Extent3(1, 1, 2)),
    ]
    for (index, shape) in shapes.enumerated() {
      let extent = Extent3(2, 2, shape.kernel.w == 2 ? width + 1 : width)
      let problem = ConvolutionCase(shape: shape, extent: extent, seed: UInt64(width * 4 + index))
      for engine in Self.engines {
        let format = engine.activations
        for kind in [
          StoreKind(input: format, output: format, epilogue: .relu, activations: format),
          StoreKind(input: format, output: .float32, residual: format, activations: format),
        ] {
          let run = AlgorithmRun(problem, .planar, kind)
          let gap = run.difference(engine, run.expected())
          #expect(gap == nil, "\(gap ?? "")")
        }
      }
    }
  }

  /// Every remainder of a column under the stride, and kernels whose last column has no neighbour.
  @Test("first layers of every stride and width, rounded to pairs", arguments: 1...4, 1...7)
  func roundedPairs(stride: Int, width: Int) {
    for (channels, outputs) in [(1, 8), (2, 4), (3, 8), (4, 10)] {
      let shape = ConvolutionShape(
        channels, outputs, kernel: Extent3(2, 2, width), stride: Extent3(1, 1, stride),
        padding: Extent3(0, 1, width / 2))
      let problem = ConvolutionCase(shape: shape, extent: Extent3(3, 3, 37), seed: UInt64(stride * 8 + width))
      for engine in Self.pairs {
        let kind = StoreKind(output: .bfloat16, residual: .bfloat16, epilogue: .relu, activations: .bfloat16)
        let run = AlgorithmRun(problem, .planar, kind)
        let gap = run.difference(engine, run.expected())
        #expect(gap == nil, "\(gap ?? "")")
      }
    }
  }

  private func run(_ shape: ConvolutionShape, _ weights: [Float], _ input: FeatureMap, _ engine: Engine) -> [Float] {
    let convolution = Convolution(
      shape, weights: Tensor(shape.weightShape, weights), bias: [Float](repeating: 0, count: shape.outChannels),
      engine: engine, input: input.format)
    #expect(convolution.algorithm == .planar)
    let output = FeatureMap(zeros: 1, shape.output(for: input.extent), channels: shape.outChannels)
    convolution.run(input, into: output)
    return output.channelsFirst().array
  }

  /// 1 + 1/256 is no bfloat16 number: inputs become 1 before they are multiplied, and weights too.
  @Test func inputsAreRoundedByHand() {
    let shape = ConvolutionShape(1, 1, kernel: Extent3(1, 1, 3))
    let input = FeatureMap(channelsFirst: Tensor([1, 1, 1, 1, 4], [1 + 0x1p-8, 2, 3, 1 + 0x1.8p-7]))
    for engine in Self.engines {
      let found = run(shape, [1 + 0x1p-8, 10, 100], input, engine)
      // 1 + 20 + 300, 2 + 30 + 100 (1 + 1/64): ties go to the even number.
      let exact: [Float] = [
        (1 + 0x1p-8) * (1 + 0x1p-8) + 320, 2 * (1 + 0x1p-8) + 30 + 100 * (1 + 0x1.8p-7),
      ]
      #expect(found == (engine.activations == .bfloat16 ? [321, 132 + 100 * 0x1p-6] : exact))
    }
  }

  /// Up to 8 channels keep what rounding takes from the weights, as in direct convolutions; more do not.
  @Test(arguments: [(10, 3), (8, 3 + 3 * 0x1p-8)] as [(Int, Float)])
  func weightsAreRoundedByHand(channels: Int, expected: Float) {
    let shape = ConvolutionShape(channels, 1, kernel: .one)
    for engine in Self.pairs {
      let input = FeatureMap(zeros: 1, .one, channels: channels, format: .bfloat16)
      input.set(3, position: 0, channel: 1)
      let weights = [0, 1 + 0x1p-8] + [Float](repeating: 0, count: channels - 2)
      #expect(run(shape, weights, input, engine) == [expected])
    }
  }

  /// A pair's other number is one that the position sees, or a zero.
  @Test("infinity reaches those who see it and nobody else", arguments: [1, 2, 3], [1, 2, 3, 5])
  func infinity(stride: Int, width: Int) {
    let shape = ConvolutionShape(3, 8, kernel: Extent3(1, 1, width), stride: Extent3(1, 1, stride))
    let extent = Extent3(1, 1, 40)
    let weights = (0..<shape.weightShape.reduce(1, *)).map { Float($0 % 5 + 1) }
    for engine in Self.engines {
      for column in [0, 7, 20, 39] {
        for channel in 0..<3 {
          let input = FeatureMap(zeros: 1, extent, channels: 3)
          input.set(.infinity, position: column, channel: channel)
          let found = run(shape, weights, input, engine)
          for x in 0..<shape.output(for: extent).w {
            let sees = x * stride <= column && column < x * stride + width
            #expect(found[x] == (sees ? .infinity : 0), "\(engine.kernels.instructionSet) \(channel) \(column) \(x)")
          }
        }
      }
    }
  }

  @Test("the thread count does not change a bit of a narrow layer")
  func threads() throws {
    let shapes = [
      ConvolutionShape(8, 8, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1)),
      ConvolutionShape(32, 8, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0)),
      ConvolutionShape(16, 16, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1)),
    ]
    for (index, shape) in shapes.enumerated() {
      let problem = ConvolutionCase(shape: shape, batch: 2, extent: Extent3(3, 37, 51), seed: UInt64(index))
      for one in Self.engines {
        let format = one.activations
        let kind = StoreKind(
          input: format, output: format, residual: format, epilogue: .relu, activations: format)
        let run = AlgorithmRun(problem, .planar, kind)
        func values(_ threads: Int) -> [Float] {
          let engine = Engine(threads: threads, kernels: one.kernels, planner: one.planner, activations: format)
          return run.run(run.convolution(engine)).values
        }
        let expected = values(1)
        for threads in [2, 3, 8] { #expect(values(threads) == expected, "\(run), \(threads) threads") }
      }
    }
  }
}

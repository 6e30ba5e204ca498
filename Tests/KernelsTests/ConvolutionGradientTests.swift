import Kernels
import Tensors
import TestSupport
import Testing

/// The gradients of convolutions by their weights and their inputs.
@Suite struct ConvolutionGradientTests {
  /// Shapes of every kind, channels that fill no register, strides that leave positions unseen, padding beyond a kernel.
  static let shapes: [ConvolutionShape] = [
    ConvolutionShape(3, 5, kernel: Extent3(5, 7, 7), stride: Extent3(1, 2, 2), padding: Extent3(2, 3, 3)),
    ConvolutionShape(70, 20, kernel: .one),
    ConvolutionShape(33, 9, kernel: .one, stride: Extent3(1, 2, 2)),
    ConvolutionShape(8, 16, kernel: Extent3(5, 1, 1), stride: Extent3(4, 1, 1), padding: Extent3(2, 0, 0)),
    ConvolutionShape(17, 7, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1)),
    ConvolutionShape(
      6, 10, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 3), padding: Extent3(0, 2, 2), dilation: Extent3(1, 2, 2)),
    ConvolutionShape(12, 8, kernel: Extent3(3, 3, 3), padding: Extent3(1, 1, 1), groups: 4),
    ConvolutionShape(19, 19, kernel: Extent3(3, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(1, 1, 1), groups: 19),
    ConvolutionShape(4, 4, kernel: .one, padding: Extent3(1, 2, 1)),
    ConvolutionShape(
      5, 6, kernel: Extent3(2, 2, 2), padding: Extent3(0, 1, 0), paddingAfter: Extent3(1, 0, 1)),
  ]

  private static func drawn(_ count: Int, _ seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
  }

  /// A problem with its maps: input, output gradient, weights.
  private struct Problem {
    let shape: ConvolutionShape
    let input: FeatureMap
    let gradient: FeatureMap
    let weights: Tensor

    init(_ index: Int, batch: Int = 2, extent: Extent3 = Extent3(5, 9, 8)) {
      shape = shapes[index]
      let output = shape.output(for: extent)
      func map(_ extent: Extent3, _ channels: Int, _ seed: UInt64) -> FeatureMap {
        FeatureMap(
          channelsFirst: Tensor(
            [batch, channels, extent.t, extent.h, extent.w], drawn(batch * channels * extent.count, seed)))
      }
      input = map(extent, shape.inChannels, UInt64(index))
      gradient = map(output, shape.outChannels, UInt64(index) + 100)
      weights = Tensor(shape.weightShape, drawn(shape.weightShape.reduce(1, *), UInt64(index) + 200))
    }

    func weightGradient(_ engine: Engine) -> [Float] {
      let result = Tensor(zeros: shape.weightShape)
      WeightGradient(shape).run(input, gradient, into: result, engine)
      return result.array
    }

    func inputGradient(_ engine: Engine, adding first: Float = 0) -> [Float] {
      let target = FeatureMap(zeros: input.batch, input.extent, channels: shape.inChannels)
      for i in 0..<target.storage.count { target.start[i] = first }
      InputGradient(shape, weights: weights, engine).run(gradient, into: target, adds: first != 0, engine)
      return target.channelsFirst().array
    }
  }

  @Test(arguments: shapes.indices) func agreesWithTheDefinition(_ index: Int) throws {
    let problem = Problem(index)
    let reference = Engine(threads: 1, planner: ConvolutionPlanner(forced: .reference))
    let (byWeights, byInput) = (problem.weightGradient(reference), problem.inputGradient(reference))
    let added = byInput.map { $0 + 0.5 }
    for set in InstructionSet.compared {
      let engine = Engine(threads: 2, kernels: try KernelTable(set))
      let about = "\(problem.shape) on \(set)"
      #expect(difference(problem.weightGradient(engine), byWeights, .absolute(2e-4), about) == nil)
      #expect(difference(problem.inputGradient(engine), byInput, .absolute(1e-4), about) == nil)
      #expect(difference(problem.inputGradient(engine, adding: 0.5), added, .absolute(1e-4), about) == nil)
    }
  }

  /// conv(x) . g, x . (gradient by x) and w . (gradient by w) are one number.
  @Test(arguments: shapes.indices) func isTheAdjoint(_ index: Int) {
    let problem = Problem(index)
    let engine = Engine(threads: 2)
    let output = FeatureMap(zeros: 2, problem.gradient.extent, channels: problem.shape.outChannels)
    Convolution(
      problem.shape, weights: problem.weights, bias: [Float](repeating: 0, count: problem.shape.outChannels),
      engine: engine
    ).run(problem.input, into: output)
    func product(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    let forward = product(output.channelsFirst().array, problem.gradient.channelsFirst().array)
    let byInput = product(problem.inputGradient(engine), problem.input.channelsFirst().array)
    let byWeights = product(problem.weightGradient(engine), problem.weights.array)
    #expect(abs(forward - byInput) < 1e-3 * max(1, abs(forward)), "\(problem.shape): \(forward), \(byInput)")
    #expect(abs(forward - byWeights) < 1e-3 * max(1, abs(forward)), "\(problem.shape): \(forward), \(byWeights)")
  }

  @Test(arguments: shapes.indices) func threadsHaveNoPartInIt(_ index: Int) {
    let problem = Problem(index, extent: Extent3(6, 20, 30))
    let (one, three) = (Engine(threads: 1), Engine(threads: 3))
    #expect(problem.weightGradient(one) == problem.weightGradient(three))
    #expect(problem.inputGradient(one) == problem.inputGradient(three))
  }

  /// Two positions, a kernel of two with a zero before: y0 = w1 x0, y1 = w0 x0 + w1 x1.
  @Test func byHand() {
    let shape = ConvolutionShape(
      1, 1, kernel: Extent3(1, 1, 2), padding: Extent3(0, 0, 1), paddingAfter: Extent3(0, 0, 0))
    let input = FeatureMap(channelsFirst: Tensor([1, 1, 1, 1, 2], [3, 5]))
    let gradient = FeatureMap(channelsFirst: Tensor([1, 1, 1, 1, 2], [10, 100]))
    let weights = Tensor(zeros: [1, 1, 1, 1, 2])
    let engine = Engine(threads: 1)
    WeightGradient(shape).run(input, gradient, into: weights, engine)
    #expect(weights.array == [300, 530])
    let target = FeatureMap(zeros: 1, Extent3(1, 1, 2), channels: 1)
    InputGradient(shape, weights: Tensor([1, 1, 1, 1, 2], [7, 2]), engine).run(
      gradient, into: target, adds: false, engine)
    #expect(target.channelsFirst().array == [720, 200])
  }

  /// Positions that no output sees have a gradient of zero, whatever was there.
  @Test func whatIsNotSeenHasNoGradient() {
    let shape = ConvolutionShape(1, 1, kernel: .one, stride: Extent3(1, 1, 3))
    let engine = Engine(threads: 1)
    let target = FeatureMap(zeros: 1, Extent3(1, 1, 5), channels: 1)
    for i in 0..<5 { target.start[i] = 9 }
    let gradient = FeatureMap(channelsFirst: Tensor([1, 1, 1, 1, 2], [1, 2]))
    InputGradient(shape, weights: Tensor([1, 1, 1, 1, 1], [4]), engine).run(
      gradient, into: target, adds: false, engine)
    #expect(target.channelsFirst().array == [4, 0, 0, 8, 0])
  }
}

import Kernels
import Tensors
import TestSupport
import Testing

/// Gradients of weights by Winograd's products.
@Suite struct WinogradWeightGradientTests {
  struct Layer: Sendable, CustomTestStringConvertible {
    let shape: ConvolutionShape
    let extent: Extent3
    var batch = 2
    var testDescription: String { "\(shape) on \(batch) x \(extent)" }
    var algorithm: ConvolutionAlgorithm { shape.kernel.t == 1 ? .winogradSpace : .winogradTime }
  }

  static let layers = [
    // Channels that fill neither tiles nor registers, tiles beyond both borders, two groups of them.
    Layer(
      shape: ConvolutionShape(28, 32, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1)), extent: Extent3(5, 9, 7),
      batch: 12),
    // Two blocks of rows, two of columns.
    Layer(
      shape: ConvolutionShape(260, 130, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1)),
      extent: Extent3(2, 16, 17), batch: 1),
    // Planes that interleave.
    Layer(
      shape: ConvolutionShape(
        24, 64, kernel: Extent3(1, 3, 3), padding: Extent3(0, 2, 2), dilation: Extent3(1, 2, 2)),
      extent: Extent3(3, 14, 15)),
    Layer(
      shape: ConvolutionShape(40, 33, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0)), extent: Extent3(7, 9, 8)),
    Layer(
      shape: ConvolutionShape(270, 132, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0)),
      extent: Extent3(8, 8, 15)),
  ]

  private struct Problem {
    let layer: Layer
    let input: FeatureMap
    let gradient: FeatureMap

    init(_ layer: Layer) {
      self.layer = layer
      func map(_ channels: Int, _ seed: UInt64) -> FeatureMap {
        var generator = SeededGenerator(seed: seed)
        let extent = layer.extent
        let count = layer.batch * channels * extent.count
        return FeatureMap(
          channelsFirst: Tensor(
            [layer.batch, channels, extent.t, extent.h, extent.w],
            (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }))
      }
      input = map(layer.shape.inChannels, 1)
      gradient = map(layer.shape.outChannels, 2)
    }

    func run(_ engine: Engine, adding first: Float = 0) -> [Float] {
      let result = Tensor(
        layer.shape.weightShape, [Float](repeating: first, count: layer.shape.weightShape.reduce(1, *)))
      WeightGradient(layer.shape).run(input, gradient, into: result, adds: first != 0, engine)
      return result.array
    }
  }

  private static func engine(_ layer: Layer, _ set: InstructionSet, threads: Int = 2) throws -> Engine {
    Engine(threads: threads, kernels: try KernelTable(set), planner: ConvolutionPlanner(forced: layer.algorithm))
  }

  @Test(arguments: layers) func agreesWithTheDefinition(_ layer: Layer) throws {
    let problem = Problem(layer)
    let expected = problem.run(Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference)))
    for set in InstructionSet.compared {
      let found = problem.run(try Self.engine(layer, set))
      // Sums of some thousand products, which Winograd's points make a few times as large.
      #expect(difference(found, expected, .absolute(1e-3), "\(layer) on \(set)") == nil)
      let added = problem.run(try Self.engine(layer, set), adding: 0.5)
      #expect(difference(added, expected.map { $0 + 0.5 }, .absolute(1e-3), "\(layer) on \(set), added") == nil)
    }
  }

  /// The rule takes it for these layers: the bits are those of the forced one, and not those of direct products.
  @Test(arguments: layers) func isTakenWhereItPays(_ layer: Layer) throws {
    let problem = Problem(layer)
    let chosen = problem.run(Engine(threads: 2))
    let direct = problem.run(Engine(threads: 2, planner: ConvolutionPlanner(forced: .direct)))
    #expect(chosen == problem.run(try Self.engine(layer, Engine(threads: 1).instructionSet)))
    #expect(chosen != direct)
    #expect(difference(chosen, direct, .absolute(1e-3), "\(layer)") == nil)
  }

  @Test(arguments: layers) func threadsHaveNoPartInIt(_ layer: Layer) throws {
    let problem = Problem(layer)
    let expected = problem.run(Engine(threads: 1))
    for threads in [2, 3, 7] { #expect(problem.run(Engine(threads: threads)) == expected, "\(threads) threads") }
  }

  /// One input position and one output position that are not zero meet under one tap.
  @Test(arguments: InstructionSet.available) func byHand(_ set: InstructionSet) throws {
    let layer = Layer(
      shape: ConvolutionShape(1, 1, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1)), extent: Extent3(1, 6, 7),
      batch: 1)
    let (input, gradient) = (
      FeatureMap(zeros: 1, layer.extent, channels: 1), FeatureMap(zeros: 1, layer.extent, channels: 1)
    )
    // The output at (3, 4) sees the input at (2, 5) under the tap (0, 2).
    input.set(3, position: 2 * 7 + 5, channel: 0)
    gradient.set(10, position: 3 * 7 + 4, channel: 0)
    let result = Tensor(zeros: [1, 1, 1, 3, 3])
    WeightGradient(layer.shape).run(input, gradient, into: result, try Self.engine(layer, set))
    #expect(difference(result.array, [0, 0, 30, 0, 0, 0, 0, 0, 0], .absolute(1e-4), "\(set)") == nil)

    let inTime = Layer(
      shape: ConvolutionShape(1, 1, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0)), extent: Extent3(5, 1, 1),
      batch: 1)
    let (frames, seen) = (
      FeatureMap(channelsFirst: Tensor([1, 1, 5, 1, 1], [1, 2, 3, 4, 5])),
      FeatureMap(channelsFirst: Tensor([1, 1, 5, 1, 1], [1, 0, 0, 0, 10]))
    )
    let taps = Tensor(zeros: [1, 1, 3, 1, 1])
    WeightGradient(inTime.shape).run(frames, seen, into: taps, try Self.engine(inTime, set))
    // The first frame sees nothing, 1 and 2; the last one 4, 5 and nothing.
    #expect(difference(taps.array, [40, 51, 2], .absolute(1e-3), "\(set)") == nil)
  }

  /// What lay in the memory before has no part in it: not-a-number there would show.
  @Test func memoryIsNotRead() throws {
    let layer = Self.layers[0]
    let problem = Problem(layer)
    let engine = try Self.engine(layer, Engine(threads: 1).instructionSet)
    let expected = problem.run(engine)
    engine.withSharedScratch(1 << 22) { $0.update(repeating: .nan, count: 1 << 22) }
    #expect(problem.run(engine) == expected)
  }
}

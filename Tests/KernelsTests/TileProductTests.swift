import Kernels
import Tensors
import TestSupport
import Testing

/// Products of bfloat16 by tile registers; where the processor has none, these tests are skipped.
@Suite(.enabled(if: InstructionSet.available.contains(.amx), "needs AMX"))
struct TileProductTests {
  private func engine(threads: Int = 2) throws -> Engine {
    Engine(
      threads: threads, kernels: try KernelTable(.amx), planner: ConvolutionPlanner(forced: .direct),
      activations: .bfloat16)
  }

  private static let pointwise = Extent3.one
  private static let plane = Extent3(1, 3, 3)

  /// Positions around 16 and 32, channels that fill tiles and that do not, one step and several, outputs around 32, 64 and
  /// the 512 whose sums are kept at a time.
  static let cases: [ConvolutionCase] = [
    (2, 1, pointwise, 1), (4, 8, pointwise, 15), (8, 16, pointwise, 16), (16, 17, pointwise, 17),
    (24, 31, pointwise, 31), (30, 32, pointwise, 32), (32, 33, pointwise, 33), (34, 64, pointwise, 47),
    (40, 65, pointwise, 48), (64, 100, pointwise, 49), (80, 513, pointwise, 5), (416, 48, pointwise, 37),
    (900, 20, pointwise, 34), (64, 530, pointwise, 70), (8, 8, plane, 19), (16, 40, plane, 33), (32, 16, plane, 18),
    (64, 24, plane, 35), (80, 9, plane, 21), (96, 64, plane, 16), (10, 6, plane, 40),
  ].enumerated().map { index, example in
    let (channels, outputs, kernel, width) = example
    let around = Extent3(0, kernel.h / 2, kernel.w / 2)
    return ConvolutionCase(
      shape: ConvolutionShape(channels, outputs, kernel: kernel, padding: around),
      extent: Extent3(1, kernel.h == 1 ? 1 : 3, width), seed: UInt64(index))
  }

  @Test("shapes around the ends of tiles", arguments: cases)
  func agreesWithReference(problem: ConvolutionCase) throws {
    let engine = try engine()
    for kind in [
      StoreKind(input: .bfloat16), StoreKind(input: .bfloat16, residual: .float32, epilogue: .swish),
    ] {
      let run = AlgorithmRun(problem, .direct, kind)
      let gap = run.difference(engine, run.expected())
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  /// Ones and powers of two: every sum is exact, whatever its order.
  @Test func countsByHand() throws {
    // 40 channels of 1 with weights 2 and -1, at 33 positions, padded by one column.
    let shape = ConvolutionShape(40, 2, kernel: Extent3(1, 1, 3), padding: Extent3(0, 0, 1))
    let weights = (0..<2 * 40 * 3).map { Float($0 < 120 ? 2 : -1) }
    let convolution = Convolution(
      shape, weights: Tensor(shape.weightShape, weights), bias: [0, 7], engine: try engine(), input: .bfloat16)
    let input = FeatureMap(zeros: 1, Extent3(1, 1, 33), channels: 40, format: .bfloat16)
    for position in 0..<33 { for c in 0..<40 { input.set(1, position: position, channel: c) } }
    let output = FeatureMap(zeros: 1, Extent3(1, 1, 33), channels: 2)
    convolution.run(input, into: output)
    for position in 0..<33 {
      let taps: Float = position % 32 == 0 ? 2 : 3
      #expect(output.value(position: position, channel: 0) == 80 * taps)
      #expect(output.value(position: position, channel: 1) == 7 - 40 * taps)
    }
  }

  /// A position's sum takes its products in one order, wherever blocks and threads divide the positions.
  @Test func threadsDoNotShow() throws {
    let shape = ConvolutionShape(64, 40, kernel: Self.plane, padding: Extent3(0, 1, 1))
    let problem = ConvolutionCase(shape: shape, extent: Extent3(3, 29, 37), seed: 5)
    let run = AlgorithmRun(problem, .direct, StoreKind(input: .bfloat16))
    let found = try [1, 2, 5].map { run.run(run.convolution(try engine(threads: $0))).values }
    #expect(found[0] == found[1] && found[0] == found[2])
  }
}

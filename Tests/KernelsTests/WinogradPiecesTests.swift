import Kernels
import Parallel
import Tensors
import TestSupport
import Testing

/// How Winograd's layers are cut for many threads: by tiles, and by outputs where tiles alone are too few.
struct WinogradPiecesTests {
  /// What layers are cut for: every format that has Winograd's kernels here.
  private static let precisions: [Precision] = KernelTable.best.supportsBFloat16 ? [.fp32, .bf16, .int8] : [.fp32]

  private static func space(_ inputs: Int, _ outputs: Int) -> ConvolutionShape {
    ConvolutionShape(inputs, outputs, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
  }

  /// The pieces of every loop of a convolution that is cut for a number of threads.
  private func pieces(
    _ shape: ConvolutionShape, _ extent: Extent3, _ precision: Precision, threads: Int,
    _ algorithm: ConvolutionAlgorithm = .winogradSpace
  ) throws -> [Int] {
    let kernels = try KernelTable(KernelTable.best.instructionSet == .amx ? .avx512 : .best)
    let record = LoopRecord()
    let engine = Engine(
      threads: 1, kernels: kernels, planner: ConvolutionPlanner(forced: algorithm),
      activations: precision == .fp32 ? .float32 : .bfloat16, quantizes: precision == .int8
    ).simulating(threads, noting: record)
    let weights = Tensor(zeros: shape.weightShape)
    let bias = [Float](repeating: 0, count: shape.outChannels)
    let scales = ChannelScales([Float](repeating: 1, count: shape.inChannels))
    let format: ElementFormat = precision == .fp32 ? .float32 : precision == .bf16 ? .bfloat16 : .uint8
    let convolution =
      precision == .int8
      ? Convolution(quantizing: shape, weights: weights, bias: bias, engine: engine, input: scales)
      : Convolution(shape, weights: weights, bias: bias, engine: engine, input: format)
    #expect(convolution.algorithm == algorithm)
    let input = FeatureMap(
      zeros: 1, extent, channels: shape.inChannels, format: format, scales: precision == .int8 ? scales : nil)
    let output = FeatureMap(
      zeros: 1, shape.output(for: extent), channels: shape.outChannels,
      format: precision == .fp32 ? .float32 : .bfloat16)
    _ = record.take()
    convolution.run(input, into: output)
    return record.take().map(\.count)
  }

  /// 128 tiles of 36 points, or 480 of 16.
  private static let extent = Extent3(4, 16, 29)

  @Test("one thread and two take tiles, all channels of each", arguments: precisions)
  func fewThreads(_ precision: Precision) throws {
    for threads in [1, 2] {
      let found = try pieces(Self.space(32, 256), Self.extent, precision, threads: threads)
      #expect(found.count == 1 && found[0] % threads == 0, "\(threads) threads: \(found)")
    }
  }

  @Test(
    "many threads take outputs apart: their points in one loop, and a piece for most of them", arguments: precisions)
  func manyThreads(_ precision: Precision) throws {
    let found = try pieces(Self.space(32, 512), Self.extent, precision, threads: 64)
    #expect(found.count == 2 && found[1] == 64, "\(found)")
    // A single run of outputs is not taken apart.
    let one = try pieces(Self.space(32, 64), Self.extent, precision, threads: 64)
    #expect(one == [precision == .bf16 ? 40 : 22])
  }

  @Test("along time as well")
  func time() throws {
    let shape = ConvolutionShape(32, 512, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0))
    for precision in Self.precisions where precision != .int8 {
      let found = try pieces(shape, Extent3(4, 8, 16), precision, threads: 64, .winogradTime)
      #expect(found.count == 2 && found[1] == 64, "\(found)")
    }
  }

  @Test("nothing has no pieces, one tile a piece for every run of 64 outputs", arguments: precisions)
  func degenerate(_ precision: Precision) throws {
    #expect(try pieces(Self.space(32, 256), Extent3(0, 16, 29), precision, threads: 64) == [])
    #expect(try pieces(Self.space(32, 256), .one, precision, threads: 64) == [1, 4])
  }
}

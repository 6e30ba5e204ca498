import BFloat16
import Kernels
import Tensors
import TestSupport
import Testing

/// Kernels for bfloat16; where the processor has no dot products for it, these tests are skipped.
@Suite(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"))
struct BFloat16KernelTests {
  private func engine(_ algorithm: ConvolutionAlgorithm, _ kernels: KernelTable = .best) -> Engine {
    Engine(threads: 2, kernels: kernels, planner: ConvolutionPlanner(forced: algorithm), activations: .bfloat16)
  }

  /// One for each instruction set that has kernels for bfloat16.
  static var tables: [KernelTable] {
    InstructionSet.available.compactMap { try? KernelTable($0) }.filter(\.supportsBFloat16)
  }

  /// Every combination of formats that an algorithm takes.
  static func kinds(_ algorithm: ConvolutionAlgorithm) -> [StoreKind] {
    let formats = [ElementFormat.float32, .bfloat16]
    let inputs = algorithm == .windows ? [ElementFormat.float32] : formats
    var kinds: [StoreKind] = []
    for input in inputs {
      for output in formats {
        for residual in [nil, .float32, .bfloat16] as [ElementFormat?] {
          let epilogue = Epilogue.allCases[kinds.count % Epilogue.allCases.count]
          kinds.append(
            StoreKind(input: input, output: output, residual: residual, epilogue: epilogue, activations: .bfloat16))
        }
      }
    }
    return kinds
  }

  @Test("seeded shapes on slices of wider maps, in every combination of formats", arguments: bfloat16Algorithms)
  func agreesWithReference(algorithm: ConvolutionAlgorithm) {
    let engines = Self.tables.map { engine(algorithm, $0) }
    for (index, kind) in Self.kinds(algorithm).enumerated() {
      for seed in 0..<8 as Range<UInt64> {
        let seed = UInt64(index) * 100 + seed
        let run = AlgorithmRun(.drawn(for: algorithm, seed: seed, kind), algorithm, kind)
        let expected = run.expected()
        for engine in engines {
          let gap = run.difference(engine, expected)
          #expect(gap == nil, "\(gap ?? "")")
        }
      }
    }
  }

  /// The plain reference reads and writes both formats too.
  @Test("the reference in bfloat16 is the reference on rounded numbers, rounded")
  func reference() {
    let kind = StoreKind(input: .bfloat16, output: .bfloat16, residual: .bfloat16, epilogue: .relu)
    for seed in 0..<10 as Range<UInt64> {
      let run = AlgorithmRun(.drawn(for: .reference, seed: seed, kind), .reference, kind)
      let found = run.run(run.convolution(engine(.reference)))
      let expected = rounded(run.expected().values, .bfloat16)
      #expect(found.keptToSlices && difference(found.values, expected, .exact, "\(run)") == nil)
    }
  }

  /// 1.0 times a number, plus nothing: what is stored is the number, rounded.
  @Test("what is stored is rounded to the nearest, ties to even", arguments: [ConvolutionAlgorithm.direct, .planar])
  func rounding(algorithm: ConvolutionAlgorithm) {
    var values: [Float] = [
      0, 1, 1 + 0x1p-8, 1 + 0x3p-8, 1 + 0x1.8p-8, -1 - 0x1p-8, -1 - 0x3p-8, 1 + 0x1p-8 + 0x1p-23, 1 + 0x1p-8 - 0x1p-23,
      .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .infinity, -.infinity, .leastNormalMagnitude,
      0x1.fep127, 0x1.ffp127, 0x1.feffp127, .nan, .pi,
    ]
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<2000 { values.append(Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))) }
    // The processor's instructions take what is smaller than normal for zero.
    values = values.map { abs($0) < .leastNormalMagnitude ? 0 : $0 }
    let found = stored(values, algorithm)
    for (value, bits) in zip(values, found) {
      #expect(bits == bfloat16(value), "\(value) became \(float32(bits))")
    }
  }

  @Test(
    "numbers too small for a normal one are stored as they are or as zero",
    arguments: [ConvolutionAlgorithm.direct, .planar])
  func denormals(algorithm: ConvolutionAlgorithm) {
    let values = (0..<100).map { Float(bitPattern: UInt32($0 * 83_000 + 1)) } + [-.leastNonzeroMagnitude]
    for (value, bits) in zip(values, stored(values, algorithm)) {
      #expect(bits == bfloat16(value) || bits & 0x7fff == 0, "\(value) became \(float32(bits))")
    }
  }

  /// Numbers through a convolution that changes nothing, into bfloat16.
  private func stored(_ values: [Float], _ algorithm: ConvolutionAlgorithm) -> [UInt16] {
    let convolution = Convolution(
      ConvolutionShape(1, 2, kernel: .one), weights: Tensor([2, 1, 1, 1, 1], [1, 1]), bias: [0, 0],
      engine: engine(algorithm))
    let output = FeatureMap(zeros: 1, Extent3(1, 1, values.count), channels: 2, format: .bfloat16)
    convolution.run(FeatureMap(channelsFirst: Tensor([1, 1, 1, 1, values.count], values)), into: output)
    for position in values.indices {
      #expect(output.bfloat16Channels(of: position)[0] == output.bfloat16Channels(of: position)[1])
    }
    return values.indices.map { output.bfloat16Channels(of: $0)[0] }
  }

  /// 1.5 and 2.5 are bfloat16 numbers and their products too: nothing is rounded on the way.
  @Test(arguments: tables.map(\.instructionSet))
  func directByHand(set: InstructionSet) throws {
    let kernels = try KernelTable(set)
    let convolution = Convolution(
      ConvolutionShape(2, 2, kernel: .one), weights: Tensor([2, 2, 1, 1, 1], [1.5, 2.5, -1, 4]), bias: [0.25, 0],
      engine: engine(.direct, kernels), input: .bfloat16)
    let input = FeatureMap(zeros: 1, Extent3(1, 1, 2), channels: 2, format: .bfloat16)
    for (index, value) in [2, 4, -3, 0.5].enumerated() {
      input.set(Float(value), position: index / 2, channel: index % 2)
    }
    let output = FeatureMap(zeros: 1, Extent3(1, 1, 2), channels: 2, format: .bfloat16)
    convolution.run(input, into: output, epilogue: .relu)
    // 3 + 10 + 0.25, -2 + 16; -4.5 + 1.25 + 0.25, 3 + 2.
    #expect((0..<4).map { output.value(position: $0 / 2, channel: $0 % 2) } == [13.25, 14, 0, 5])
  }

  /// A middle of 2 under taps of two channels that are all different, and another column of planes that interleave: sums of taps
  /// and halves of them are bfloat16 numbers, so that nothing is rounded on the way. 5 x 5 positions are nine tiles of 2 x 2,
  /// five of which are not full.
  @Test(arguments: [1, 2], tables.map(\.instructionSet))
  func winogradSpaceByHand(dilation: Int, set: InstructionSet) throws {
    let shape = ConvolutionShape(
      2, 2, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, dilation), dilation: Extent3(1, 1, dilation))
    let taps: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    let weights = Tensor(shape.weightShape, taps + taps.map { -4 * $0 } + taps.map { $0 / 2 } + taps)
    let convolution = Convolution(
      shape, weights: weights, bias: [10, -10], engine: engine(.winogradSpace, try KernelTable(set)), input: .bfloat16)
    let input = FeatureMap(zeros: 1, Extent3(1, 5, 5), channels: 2, format: .bfloat16)
    input.set(2, position: 12, channel: 0)
    input.set(1, position: 12, channel: 1)
    let output = FeatureMap(zeros: 1, Extent3(1, 5, 5), channels: 2, format: .bfloat16)
    convolution.run(input, into: output)
    for h in 0..<5 {
      for w in 0..<5 {
        // What is above and to the left of the middle sees it under the last tap.
        let (row, column) = (3 - h, 1 - (w - 2) / dilation)
        let isSeen = (0..<3).contains(row) && (w - 2) % dilation == 0 && (0..<3).contains(column)
        let tap = isSeen ? taps[3 * row + column] : 0
        let found = (0..<2).map { output.value(position: 5 * h + w, channel: $0) }
        #expect(found == [10 + 2 * tap - 4 * tap, -10 + tap + tap], "\(h) \(w)")
      }
    }
  }

  @Test func plannerChoosesByShape() {
    func choose(_ channels: Int, _ kernel: Extent3, groups: Int = 1) -> ConvolutionAlgorithm {
      let padding = Extent3(kernel.t / 2, kernel.h / 2, kernel.w / 2)
      let shape = ConvolutionShape(channels, channels, kernel: kernel, padding: padding, groups: groups)
      return ConvolutionPlanner().choose(for: shape, input: .bfloat16, activations: .bfloat16)
    }
    #expect(choose(64, Extent3(1, 3, 3)) == .winogradSpace)
    #expect(choose(62, Extent3(1, 3, 3)) == .direct)
    #expect(choose(64, Extent3(1, 3, 3), groups: 4) == .direct)
    #expect(choose(128, Extent3(3, 1, 1)) == .winogradTime)
    #expect(choose(126, Extent3(3, 1, 1)) == .direct)
  }

  /// What is no bfloat16 number is rounded before it is multiplied: 1 + 1/256 is 1. Up to 8 channels keep both parts.
  @Test(arguments: [(10, 3), (8, 3 + 3 * 0x1p-8)] as [(Int, Float)], tables.map(\.instructionSet))
  func weightsAreRoundedByHand(_ example: (channels: Int, expected: Float), set: InstructionSet) throws {
    let (channels, expected) = example
    let kernels = try KernelTable(set)
    let convolution = Convolution(
      ConvolutionShape(channels, 1, kernel: .one),
      weights: Tensor([1, channels, 1, 1, 1], [1 + 0x1p-8] + [Float](repeating: 0, count: channels - 1)), bias: [0],
      engine: engine(.direct, kernels), input: .bfloat16)
    let input = FeatureMap(zeros: 1, .one, channels: channels, format: .bfloat16)
    input.set(3, position: 0, channel: 0)
    let output = FeatureMap(zeros: 1, .one, channels: 1)
    convolution.run(input, into: output)
    #expect(output.start[0] == expected)
  }

  @Test("a NaN reaches every output that sees it", arguments: bfloat16Algorithms, tables.map(\.instructionSet))
  func notANumber(algorithm: ConvolutionAlgorithm, set: InstructionSet) throws {
    let kernels = try KernelTable(set)
    let isTime = algorithm == .winogradTime
    var shape = ConvolutionShape(
      4, 6, kernel: isTime ? Extent3(3, 1, 1) : Extent3(1, 3, 3), padding: isTime ? Extent3(1, 0, 0) : Extent3(0, 1, 1))
    let isDepthwise = algorithm == .depthwise
    if isDepthwise { (shape.outChannels, shape.groups) = (4, 4) }
    let kind = StoreKind(
      input: algorithm == .windows ? .float32 : .bfloat16, output: .bfloat16, epilogue: .relu, activations: .bfloat16)
    let extent = Extent3(5, 6, 7)
    var run = AlgorithmRun(ConvolutionCase(shape: shape, extent: extent), algorithm, kind)
    run.input[3 * extent.count + (2 * 6 + 3) * 7 + 4] = .nan
    let found = run.run(run.convolution(engine(algorithm, kernels))).values
    // Of a depthwise convolution the last channel's own output alone.
    for (o, t, h, w) in isDepthwise ? [(3, 2, 3, 4)] : [(0, 2, 3, 4), (5, 2, 3, 4)] {
      for step in -1...1 {
        let at = isTime ? ((o * 5 + t + step) * 6 + h) * 7 + w : ((o * 5 + t) * 6 + h + step) * 7 + w - step
        #expect(found[at].isNaN, "\(algorithm) \(o) \(step)")
      }
    }
    #expect(!found[0].isNaN && !found.last!.isNaN)
  }

  /// Pairs of channels cannot be told apart in a group of one: the plain reference computes it.
  @Test func oddGroupsFallBack() {
    let shape = ConvolutionShape(6, 6, kernel: .one, groups: 2)
    #expect(!ConvolutionAlgorithm.direct.supports(shape, input: .bfloat16))
    #expect(ConvolutionPlanner().choose(for: shape, input: .bfloat16) == .reference)
    #expect(ConvolutionPlanner(forced: .direct).choose(for: shape, input: .bfloat16) == .reference)
    #expect(
      ConvolutionPlanner().choose(for: ConvolutionShape(8, 8, kernel: .one, groups: 2), input: .bfloat16) == .direct)
  }

  @Test("the largest of bfloat16 pixels, to the last bit; a NaN wins")
  func largest() {
    let kernel = Engine(threads: 1, activations: .bfloat16).largest(.bfloat16)
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<60 {
      let channels = 2 * Int.random(in: 1...50, using: &generator)
      let count = Int.random(in: 1...12, using: &generator)
      let values = (0..<count * channels).map { _ in
        Int.random(in: 0..<40, using: &generator) == 0 ? Float.nan : Float(generator.uniform(-4, 4))
      }
      let rows = FeatureMap(zeros: 1, Extent3(1, 1, count), channels: channels, format: .bfloat16)
      for (i, value) in values.enumerated() { rows.set(value, position: i / channels, channel: i % channels) }
      let positions = (0..<count).map { UnsafePointer(rows.start + $0 * rows.pitch) }
      let output = SlicedMap(nil, batch: 1, .one, channels: channels, format: .bfloat16, room: (2, 3))
      kernel(positions, count, channels, output.map.start)
      let expected = (0..<channels).map { c in
        rounded((0..<count).map { values[$0 * channels + c] }, .bfloat16).reduce(-.infinity) {
          $0.isNaN || $1.isNaN ? .nan : max($0, $1)
        }
      }
      #expect(difference(output.values, expected, .exact, "\(count) of \(channels)") == nil)
      #expect(output.surroundingsAreUntouched)
    }
  }
}

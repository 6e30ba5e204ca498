import Kernels
import Tensors
import TestSupport
import Testing

/// The same bits whoever computes, and whatever was computed before.
struct StabilityTests {
  /// Large enough for several pieces a thread, with every fused step and odd tails.
  private static let problems: [ConvolutionAlgorithm: ConvolutionCase] = [
    .direct: ConvolutionCase(
      shape: ConvolutionShape(
        12, 40, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 1), padding: Extent3(0, 1, 1), groups: 2), batch: 2,
      extent: Extent3(3, 17, 23), seed: 1),
    .winogradSpace: ConvolutionCase(
      shape: ConvolutionShape(
        22, 70, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 2), dilation: Extent3(1, 1, 2)), batch: 2,
      extent: Extent3(3, 17, 23), seed: 2),
    .winogradTime: ConvolutionCase(
      shape: ConvolutionShape(34, 70, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0)), batch: 2,
      extent: Extent3(9, 7, 11), seed: 3),
    .planar: ConvolutionCase(
      shape: ConvolutionShape(3, 10, kernel: Extent3(5, 7, 7), stride: Extent3(1, 2, 2), padding: Extent3(2, 3, 3)),
      batch: 2, extent: Extent3(7, 41, 61), seed: 4),
    .windows: ConvolutionCase(
      shape: ConvolutionShape(3, 18, kernel: Extent3(3, 5, 7), stride: Extent3(1, 2, 2), padding: Extent3(1, 2, 3)),
      batch: 2, extent: Extent3(7, 41, 61), seed: 8),
    .depthwise: ConvolutionCase(
      shape: ConvolutionShape(
        42, 42, kernel: Extent3(3, 3, 3), stride: Extent3(1, 1, 2), padding: Extent3(1, 1, 1), groups: 42), batch: 2,
      extent: Extent3(5, 17, 23), seed: 5),
  ]

  /// float32, and bfloat16 where the processor has it and the algorithm takes it.
  private static func kinds(_ algorithm: ConvolutionAlgorithm) -> [StoreKind] {
    let plain = StoreKind(residual: .float32, epilogue: .relu)
    let input: ElementFormat = [.planar, .windows].contains(algorithm) ? .float32 : .bfloat16
    let bf16 = StoreKind(
      input: input, output: .bfloat16, residual: .bfloat16, epilogue: .relu, activations: .bfloat16)
    return algorithm == .windows ? [bf16] : KernelTable.best.supportsBFloat16 ? [plain, bf16] : [plain]
  }

  private func engine(
    _ algorithm: ConvolutionAlgorithm, _ kind: StoreKind, threads: Int, _ set: InstructionSet = .best
  ) throws -> Engine {
    Engine(
      threads: threads, kernels: try KernelTable(set), planner: ConvolutionPlanner(forced: algorithm),
      activations: kind.output)
  }

  /// The sets that compute a kind.
  private static func sets(_ kind: StoreKind) -> [InstructionSet] {
    kind.output == .bfloat16 ? BFloat16KernelTests.tables.map(\.instructionSet) : InstructionSet.available
  }

  @Test(
    "the thread count does not change a bit",
    arguments: KernelTable.best.supportsBFloat16 ? bfloat16Algorithms : fastAlgorithms)
  func threads(algorithm: ConvolutionAlgorithm) throws {
    for kind in Self.kinds(algorithm) {
      let run = AlgorithmRun(Self.problems[algorithm]!, algorithm, kind)
      for set in Self.sets(kind) {
        let one = run.run(run.convolution(try engine(algorithm, kind, threads: 1, set))).values
        #expect(Set(one).count > 1000, "values that are all alike compare nothing")
        for threads in [2, 3, 5, 8] {
          let found = run.run(run.convolution(try engine(algorithm, kind, threads: threads, set))).values
          let gap = difference(found, one, .exact, "\(set) \(kind) \(algorithm), \(threads) threads")
          #expect(gap == nil, "\(gap ?? "")")
        }
      }
    }
  }

  /// Few tiles beside many weights or many threads: threads take channels apart where there are several of them, and one takes tiles.
  @Test(
    "threads that take channels apart change no bit", arguments: [ConvolutionAlgorithm.winogradSpace, .winogradTime])
  func channelsApart(algorithm: ConvolutionAlgorithm) throws {
    func space(_ inputs: Int, _ outputs: Int, groups: Int = 1) -> ConvolutionCase {
      let shape = ConvolutionShape(
        inputs, outputs, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 2), dilation: Extent3(1, 1, 2), groups: groups
      )
      return ConvolutionCase(shape: shape, batch: 1, extent: Extent3(2, 7, 9), seed: 6)
    }
    let time = ConvolutionShape(418, 430, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0))
    let problems =
      algorithm == .winogradSpace
      // Groups of 8 are multiplied by twos, with an odd pair in the last run; those of 48 each.
      ? [space(258, 258), space(144, 144, groups: 18), space(96, 192, groups: 4)]
      : [ConvolutionCase(shape: time, batch: 2, extent: Extent3(5, 3, 3), seed: 7)]
    for kind in Self.kinds(algorithm) {
      for problem in problems {
        let run = AlgorithmRun(problem, algorithm, kind)
        let expected = run.expected()
        for set in Self.sets(kind) {
          let one = run.run(run.convolution(try engine(algorithm, kind, threads: 1, set))).values
          for threads in [2, 3, 16, 64] {
            let many = try engine(algorithm, kind, threads: threads, set)
            let gaps = [
              difference(run.run(run.convolution(many)).values, one, .exact, "\(set) \(run), \(threads) threads"),
              threads == 3 ? run.difference(many, expected) : nil,
            ].compactMap(\.self)
            #expect(gaps.isEmpty, "\(gaps)")
          }
        }
      }
    }
  }

  /// A thread's memory is used again by whatever comes next: other shapes, other algorithms, NaN.
  @Test("what was computed before leaves no trace")
  func traces() throws {
    // Wide enough that the planner chooses Winograd in bfloat16 too.
    var problems = Self.problems
    problems[.winogradSpace]!.shape = ConvolutionShape(
      128, 130, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
    problems[.winogradTime]!.shape = ConvolutionShape(
      130, 128, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0))
    let engines =
      [Engine(threads: 2)]
      + BFloat16KernelTests.tables.map {
        Engine(threads: 2, kernels: $0, activations: .bfloat16)
      }
    for engine in engines {
      let bf16 = engine.activations == .bfloat16
      let algorithms: [ConvolutionAlgorithm] =
        bf16 && engine.kernels.instructionSet == .amx ? [.direct, .windows, .depthwise] : fastAlgorithms
      let runs = algorithms.map { algorithm in
        AlgorithmRun(problems[algorithm]!, algorithm, bf16 ? Self.kinds(algorithm).last! : Self.kinds(algorithm)[0])
      }
      let convolutions = runs.map { $0.convolution(engine) }
      func compute(_ index: Int) -> [Float] { runs[index].run(convolutions[index]).values }
      let first = runs.indices.map(compute)
      for poisoner in runs.indices.reversed() {
        var poisoned = runs[poisoner]
        poisoned.input = poisoned.input.map { _ in .nan }
        #expect(poisoned.run(convolutions[poisoner]).values.allSatisfy { $0.isNaN })
        for index in runs.indices {
          let gap = difference(compute(index), first[index], .exact, "\(runs[index]) after \(runs[poisoner])")
          #expect(gap == nil, "\(gap ?? "")")
        }
      }
    }
  }
}

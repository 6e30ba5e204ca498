import Kernels
import Tensors
import TestSupport
import Testing

/// Tiny convolutions by hand, and those with next to nothing to compute, on every instruction set.
struct AlgorithmExampleTests {
  /// One input channel to one output channel, over one row of numbers per frame row.
  private func run(
    _ algorithm: ConvolutionAlgorithm, _ shape: ConvolutionShape, _ weights: [Float], bias: [Float],
    _ input: Tensor, residual: Tensor? = nil, epilogue: Epilogue = .none
  ) throws -> [(set: InstructionSet, values: [Float])] {
    try engines(algorithm).map { engine in
      let convolution = Convolution(shape, weights: Tensor(shape.weightShape, weights), bias: bias, engine: engine)
      #expect(convolution.algorithm == algorithm)
      let map = FeatureMap(channelsFirst: input)
      let output = FeatureMap(zeros: map.batch, shape.output(for: map.extent), channels: shape.outChannels)
      convolution.run(map, into: output, adding: residual.map { FeatureMap(channelsFirst: $0) }, epilogue: epilogue)
      return (engine.kernels.instructionSet, output.channelsFirst().array)
    }
  }

  /// A row 1 2 3 4 5 under taps 1 10 with stride 2: 1 + 20, 3 + 40; a second output channel sees the negative.
  @Test func directByHand() throws {
    let shape = ConvolutionShape(1, 2, kernel: Extent3(1, 1, 2), stride: Extent3(1, 1, 2))
    for (set, found) in try run(
      .direct, shape, [1, 10, -1, -10], bias: [0.5, 30], Tensor([1, 1, 1, 1, 5], [1, 2, 3, 4, 5]), epilogue: .relu)
    { #expect(found == [21.5, 43.5, 9, 0], "\(set)") }
  }

  /// Two frames of three columns under three taps each way: the first frame sees padding before it and at both ends, the
  /// second one after it.
  @Test func directPaddingByHand() throws {
    let shape = ConvolutionShape(1, 1, kernel: Extent3(3, 1, 3), padding: Extent3(1, 0, 1))
    for (set, found) in try run(
      .direct, shape, [1, 2, 3, 10, 20, 30, 100, 200, 300], bias: [0], Tensor([1, 1, 2, 1, 3], [1, 2, 3, 4, 5, 6]))
    { #expect(found == [2380, 3340, 1780, 238, 334, 178], "\(set)") }
  }

  /// A row 1 2 3 4 under taps 1 10 100 with stride 2, a zero after it and none before: 1 + 20 + 300, 3 + 40 + 0. By
  /// itself each channel sees the same.
  @Test(arguments: [ConvolutionAlgorithm.direct, .planar, .depthwise]) func paddingAfterAloneByHand(
    _ algorithm: ConvolutionAlgorithm
  ) throws {
    let shape = ConvolutionShape(
      1, 1, kernel: Extent3(1, 1, 3), stride: Extent3(1, 1, 2), paddingAfter: Extent3(0, 0, 1))
    #expect(shape.output(for: Extent3(1, 1, 4)) == Extent3(1, 1, 2) && shape.output(for: Extent3(1, 1, 1)).count == 0)
    for (set, found) in try run(algorithm, shape, [1, 10, 100], bias: [0], Tensor([1, 1, 1, 1, 4], [1, 2, 3, 4])) {
      #expect(found == [321, 43], "\(set)")
    }
  }

  /// Two groups of one channel each: they do not mix.
  @Test func directGroupsByHand() throws {
    let shape = ConvolutionShape(2, 2, kernel: .one, groups: 2)
    for (set, found) in try run(
      .direct, shape, [3, 5], bias: [0, 1], Tensor([1, 2, 1, 1, 2], [1, 2, 10, 20]),
      residual: Tensor([1, 2, 1, 1, 2], [100, 200, 300, 400]))
    { #expect(found == [103, 206, 351, 501], "\(set)") }
  }

  /// Ones under a filter of ones: every output counts the positions it sees. 5 x 6 outputs are four tiles, three of them
  /// not full.
  @Test func winogradSpaceByHand() throws {
    let shape = ConvolutionShape(1, 1, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
    let ones = [Float](repeating: 1, count: 30)
    let edge: [Float] = [4, 6, 6, 6, 6, 4]
    let middle: [Float] = [6, 9, 9, 9, 9, 6]
    for (set, found) in try run(
      .winogradSpace, shape, Array(ones.prefix(9)), bias: [0], Tensor([1, 1, 1, 5, 6], ones))
    {
      let gap = difference(found, edge + middle + middle + middle + edge, .reassociated, "\(set)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  /// Taps that are all different, on a 3 x 3 map whose middle is 1: the filter, turned round.
  @Test func winogradSpaceTurnsTheFilterRoundByHand() throws {
    let shape = ConvolutionShape(1, 1, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
    for (set, found) in try run(
      .winogradSpace, shape, [1, 2, 3, 4, 5, 6, 7, 8, 9], bias: [10],
      Tensor([1, 1, 1, 3, 3], [0, 0, 0, 0, 1, 0, 0, 0, 0]))
    {
      let gap = difference(found, [19, 18, 17, 16, 15, 14, 13, 12, 11], .reassociated, "\(set)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  /// Frames 1 to 6 under taps 1 10 100: 10 + 200, 1 + 20 + 300, ..., 5 + 60.
  @Test func winogradTimeByHand() throws {
    let shape = ConvolutionShape(1, 1, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0))
    for (set, found) in try run(
      .winogradTime, shape, [1, 10, 100], bias: [0], Tensor([1, 1, 6, 1, 1], [1, 2, 3, 4, 5, 6]))
    {
      let gap = difference(found, [210, 321, 432, 543, 654, 65], .reassociated, "\(set)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  /// Two channels, two frames; a 2 x 1 x 2 filter with stride 2 in width and one column of padding:
  /// columns (0, x0), (x1, x2) of both frames.
  @Test func planarByHand() throws {
    let shape = ConvolutionShape(
      2, 1, kernel: Extent3(2, 1, 2), stride: Extent3(1, 1, 2), padding: Extent3(0, 0, 1))
    // Channel 0: frames 1 2 3 and 4 5 6; channel 1: frames 10 20 30 and 40 50 60.
    let input = Tensor([1, 2, 2, 1, 3], [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60])
    // Frame 0's taps 1 and 2, frame 1's 3 and 4; the same for channel 1 with 0 and 1.
    let weights: [Float] = [1, 2, 3, 4, 0, 1, 0, 1]
    // (2*1 + 4*4) + (10 + 40); (1*2 + 2*3 + 3*5 + 4*6) + (30 + 60).
    for (set, found) in try run(.planar, shape, weights, bias: [1000], input) {
      #expect(found == [1068, 1137], "\(set)")
    }
  }

  @Test("one pixel sees the middle tap alone", arguments: fastAlgorithms)
  func onePixel(algorithm: ConvolutionAlgorithm) throws {
    let kernel = algorithm == .winogradTime ? Extent3(3, 1, 1) : Extent3(1, 3, 3)
    let padding = algorithm == .winogradTime ? Extent3(1, 0, 0) : Extent3(0, 1, 1)
    // A depthwise output sees its own channel alone.
    let groups = algorithm == .depthwise ? 3 : 1
    let (seen, outputs) = (3 / groups, groups == 3 ? 3 : 5)
    let shape = ConvolutionShape(3, outputs, kernel: kernel, padding: padding, groups: groups)
    let problem = ConvolutionCase(shape: shape, batch: 2, extent: .one, seed: 8)
    let run = AlgorithmRun(problem, algorithm, StoreKind(residual: .float32))
    let taps = kernel.count
    var expected: [Float] = []
    for n in 0..<2 {
      for o in 0..<outputs {
        var sum = Double(run.bias[o]) + Double(run.residual![n * outputs + o])
        for c in 0..<seen {
          let input = run.input[n * 3 + (groups == 3 ? o : c)]
          sum += Double(run.weights[(o * seen + c) * taps + taps / 2]) * Double(input)
        }
        expected.append(Float(sum))
      }
    }
    for engine in try engines(algorithm) {
      #expect(
        difference(run.run(run.convolution(engine)).values, expected, .reassociated, "\(engine.kernels.instructionSet)")
          == nil)
    }
  }

  @Test("no clips, and no frames, rows or columns: nothing to do", arguments: fastAlgorithms)
  func nothing(algorithm: ConvolutionAlgorithm) throws {
    let isTime = algorithm == .winogradTime
    let groups = algorithm == .depthwise ? 3 : 1
    let shape = ConvolutionShape(
      3, groups == 3 ? 3 : 5, kernel: isTime ? Extent3(3, 1, 1) : Extent3(1, 3, 3),
      padding: isTime ? Extent3(1, 0, 0) : Extent3(0, 1, 1),
      groups: groups)
    for engine in try engines(algorithm) {
      for (batch, extent) in [
        (0, Extent3(2, 4, 4)), (1, Extent3(0, 4, 4)), (1, Extent3(2, 0, 4)), (1, Extent3(2, 4, 0)),
      ] {
        let run = AlgorithmRun(
          ConvolutionCase(shape: shape, batch: batch, extent: extent), algorithm, StoreKind(residual: .float32))
        #expect(run.run(run.convolution(engine)).values.isEmpty)
      }
    }
  }

  @Test("a kernel larger than its input sees padding on both sides", arguments: fastAlgorithms)
  func kernelsLargerThanTheirInput(algorithm: ConvolutionAlgorithm) throws {
    let shapes: [ConvolutionAlgorithm: ConvolutionShape] = [
      .direct: ConvolutionShape(5, 6, kernel: Extent3(5, 7, 7), padding: Extent3(2, 3, 3)),
      .planar: ConvolutionShape(3, 6, kernel: Extent3(5, 7, 7), padding: Extent3(2, 3, 3)),
      .winogradSpace: ConvolutionShape(
        5, 6, kernel: Extent3(1, 3, 3), padding: Extent3(0, 4, 3), dilation: Extent3(1, 4, 3)),
      .winogradTime: ConvolutionShape(5, 6, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0)),
      .depthwise: ConvolutionShape(6, 6, kernel: Extent3(5, 7, 7), padding: Extent3(2, 3, 3), groups: 6),
    ]
    for extent in [Extent3(1, 2, 1), Extent3(2, 1, 3), Extent3(1, 3, 2)] {
      let problem = ConvolutionCase(shape: shapes[algorithm]!, extent: extent, seed: 3)
      let run = AlgorithmRun(problem, algorithm, StoreKind())
      let expected = run.expected()
      for engine in try engines(algorithm) {
        let gap = run.difference(engine, expected)
        #expect(gap == nil, "\(gap ?? "")")
      }
    }
  }

  @Test("an algorithm that cannot compute a shape leaves the choice to the planner", arguments: fastAlgorithms)
  func fallsBack(algorithm: ConvolutionAlgorithm) {
    var generator = SeededGenerator(seed: 21)
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    var illegal = 0
    for _ in 0..<300 {
      let groups = pick(0...3) == 0 ? 2 : 1
      let kernel = [Extent3.one, Extent3(1, 3, 3), Extent3(3, 1, 1), Extent3(5, 7, 7)][pick(0...3)]
      let shape = ConvolutionShape(
        groups * pick(1...40), groups * pick(1...40), kernel: kernel,
        stride: Extent3(1, pick(1...2), pick(1...2)),
        padding: Extent3(kernel.t / 2, kernel.h / 2, kernel.w / 2), groups: groups)
      for format in [ElementFormat.float32, .bfloat16] {
        if format == .bfloat16 && shape.inChannels % 2 == 1 { continue }
        let free = ConvolutionPlanner().choose(for: shape, input: format)
        let forced = ConvolutionPlanner(forced: algorithm).choose(for: shape, input: format)
        #expect(free.supports(shape, input: format), "\(shape) \(format)")
        #expect(forced == (algorithm.supports(shape, input: format) ? algorithm : free), "\(shape) \(format)")
        illegal += forced == algorithm ? 0 : 1
      }
    }
    #expect(algorithm == .direct || illegal > 100)
  }
}

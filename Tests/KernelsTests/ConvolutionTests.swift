import Kernels
import Parallel
import Tensors
import TestSupport
import Testing

/// A convolution problem with numbers from a seed.
struct ConvolutionCase: CustomStringConvertible {
  var shape: ConvolutionShape
  var batch = 1
  var extent: Extent3
  var seed: UInt64 = 1

  var description: String { "\(shape) on \(batch)x\(extent) seed \(seed)" }

  func random(_ count: Int, _ salt: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed &* 31 &+ salt)
    return (0..<count).map { _ in Float(generator.uniform(-1, 1)) }
  }

  var weights: Tensor { Tensor(shape.weightShape, random(shape.weightShape.reduce(1, *), 1)) }
  var bias: [Float] { random(shape.outChannels, 2) }

  var input: FeatureMap {
    let count = batch * shape.inChannels * extent.count
    return FeatureMap(
      channelsFirst: Tensor([batch, shape.inChannels, extent.t, extent.h, extent.w], random(count, 3)))
  }

  func run(
    _ algorithm: ConvolutionAlgorithm?, threads: Int = 2, residual: FeatureMap? = nil, epilogue: Epilogue = .none
  ) -> [Float] {
    let engine = Engine(threads: threads, planner: ConvolutionPlanner(forced: algorithm))
    let convolution = Convolution(shape, weights: weights, bias: bias, engine: engine)
    let output = FeatureMap(zeros: batch, shape.output(for: extent), channels: shape.outChannels)
    convolution.run(input, into: output, adding: residual, epilogue: epilogue)
    return output.channelsFirst().array
  }
}

/// Every kind of convolution that the models use, at small sizes, and some they do not.
let convolutionCases: [ConvolutionCase] = [
  .init(shape: .init(16, 24, kernel: .one), extent: Extent3(2, 5, 7)),
  .init(shape: .init(5, 3, kernel: .one, stride: Extent3(1, 2, 2)), batch: 2, extent: Extent3(3, 6, 7)),
  .init(
    shape: .init(8, 8, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1)), extent: Extent3(2, 6, 9)),
  .init(
    shape: .init(8, 12, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1)),
    extent: Extent3(2, 7, 8)),
  .init(
    shape: .init(6, 6, kernel: Extent3(1, 3, 3), padding: Extent3(0, 2, 2), dilation: Extent3(1, 2, 2)),
    extent: Extent3(2, 5, 6)),
  .init(
    shape: .init(8, 8, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1), groups: 4), extent: Extent3(1, 4, 4)),
  .init(shape: .init(10, 4, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0)), batch: 2, extent: Extent3(8, 3, 4)),
  .init(
    shape: .init(4, 8, kernel: Extent3(7, 1, 1), stride: Extent3(4, 1, 1), padding: Extent3(3, 0, 0)),
    extent: Extent3(16, 3, 3)),
  .init(
    shape: .init(3, 8, kernel: Extent3(1, 7, 7), stride: Extent3(1, 2, 2), padding: Extent3(0, 3, 3)),
    extent: Extent3(2, 17, 20)),
  .init(
    shape: .init(3, 2, kernel: Extent3(5, 7, 7), stride: Extent3(1, 2, 2), padding: Extent3(2, 3, 3)), batch: 2,
    extent: Extent3(6, 11, 12)),
  .init(
    shape: .init(6, 5, kernel: Extent3(3, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(1, 1, 1)),
    extent: Extent3(4, 5, 6)),
  .init(
    shape: .init(3, 8, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), paddingAfter: Extent3(0, 1, 1)),
    extent: Extent3(1, 6, 8)),
  .init(
    shape: .init(
      6, 6, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 0, 1),
      paddingAfter: Extent3(0, 1, 2), groups: 6), extent: Extent3(1, 6, 7)),
]

/// Each input value sent to the outputs it reaches, in Double: the definition turned round.
func scatter(_ c: ConvolutionCase) -> [Float] {
  let (s, input, weights) = (c.shape, c.input, c.weights)
  let out = s.output(for: c.extent)
  let (inputs, outputs) = (s.inChannels / s.groups, s.outChannels / s.groups)
  var sums = [Double](repeating: 0, count: c.batch * s.outChannels * out.count)
  for n in 0..<c.batch {
    for o in 0..<s.outChannels {
      for p in 0..<out.count { sums[(n * s.outChannels + o) * out.count + p] = Double(c.bias[o]) }
    }
    for t in 0..<c.extent.t {
      for y in 0..<c.extent.h {
        for x in 0..<c.extent.w {
          let position = ((n * c.extent.t + t) * c.extent.h + y) * c.extent.w + x
          for kt in 0..<s.kernel.t {
            for ky in 0..<s.kernel.h {
              for kx in 0..<s.kernel.w {
                let at = [
                  t + s.padding.t - kt * s.dilation.t, y + s.padding.h - ky * s.dilation.h,
                  x + s.padding.w - kx * s.dilation.w,
                ]
                let stride = [s.stride.t, s.stride.h, s.stride.w]
                let limit = [out.t, out.h, out.w]
                let fits = (0..<3).allSatisfy {
                  at[$0] >= 0 && at[$0] % stride[$0] == 0 && at[$0] / stride[$0] < limit[$0]
                }
                if !fits { continue }
                let target = (at[0] / stride[0] * out.h + at[1] / stride[1]) * out.w + at[2] / stride[2]
                for o in 0..<s.outChannels {
                  for i in 0..<inputs {
                    let weight = weights.values[
                      (((o * inputs + i) * s.kernel.t + kt) * s.kernel.h + ky) * s.kernel.w + kx]
                    let value = input.start[position * input.pitch + o / outputs * inputs + i]
                    sums[(n * s.outChannels + o) * out.count + target] += Double(weight) * Double(value)
                  }
                }
              }
            }
          }
        }
      }
    }
  }
  return sums.map { Float($0) }
}

@Suite struct ConvolutionTests {
  @Test func sumsThreeTapsByHand() {
    // One channel, times 1 2 3 with weights 10 20 30: middle 10*1+20*2+30*3, ends lose a tap to the padding.
    let shape = ConvolutionShape(1, 1, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0))
    for algorithm in [ConvolutionAlgorithm.reference, .direct, .winogradTime, .planar, .depthwise] {
      let engine = Engine(threads: 1, planner: ConvolutionPlanner(forced: algorithm))
      let convolution = Convolution(
        shape, weights: Tensor([1, 1, 3, 1, 1], [10, 20, 30]), bias: [1], engine: engine)
      let input = FeatureMap(channelsFirst: Tensor([1, 1, 3, 1, 1], [1, 2, 3]))
      let output = FeatureMap(zeros: 1, Extent3(3, 1, 1), channels: 1)
      convolution.run(input, into: output)
      #expect(output.channelsFirst().array == [81, 141, 81])
    }
  }

  @Test func addsResidualBeforeReLUByHand() {
    let engine = Engine(threads: 1)
    let convolution = Convolution(
      ConvolutionShape(1, 2, kernel: .one), weights: Tensor([2, 1, 1, 1, 1], [1, -1]), bias: [0, 0], engine: engine)
    let output = FeatureMap(zeros: 1, .one, channels: 2)
    let residual = FeatureMap(channelsFirst: Tensor([1, 2, 1, 1, 1], [1, 5]))
    convolution.run(
      FeatureMap(channelsFirst: Tensor([1, 1, 1, 1, 1], [-3])), into: output, adding: residual, epilogue: .relu)
    #expect(output.channelsFirst().array == [0, 8])
  }

  @Test func notANumberPassesTheReLU() {
    for algorithm in ConvolutionAlgorithm.allCases {
      let engine = Engine(threads: 1, planner: ConvolutionPlanner(forced: algorithm))
      let convolution = Convolution(
        ConvolutionShape(1, 1, kernel: .one), weights: Tensor([1, 1, 1, 1, 1], [1]), bias: [0], engine: engine)
      let output = FeatureMap(zeros: 1, Extent3(1, 1, 3), channels: 1)
      let input = FeatureMap(channelsFirst: Tensor([1, 1, 1, 1, 3], [.nan, -1, 2]))
      convolution.run(input, into: output, epilogue: .relu)
      let found = output.channelsFirst().array
      #expect(found[0].isNaN && found[1] == 0 && found[2] == 2)
    }
  }

  @Test(arguments: convolutionCases) func referenceAgreesWithScattering(_ c: ConvolutionCase) {
    #expect(difference(c.run(.reference), scatter(c), .reassociated, "\(c)") == nil)
  }

  @Test(arguments: convolutionCases) func everyAlgorithmAgreesWithReference(_ c: ConvolutionCase) {
    let out = c.shape.output(for: c.extent)
    let residual = FeatureMap(
      channelsFirst: Tensor(
        [c.batch, c.shape.outChannels, out.t, out.h, out.w],
        c.random(c.batch * c.shape.outChannels * out.count, 9)))
    let expected = c.run(.reference, residual: residual, epilogue: .relu)
    for algorithm in ConvolutionAlgorithm.allCases where algorithm.supports(c.shape) {
      let found = c.run(algorithm, residual: residual, epilogue: .relu)
      #expect(difference(found, expected, .reassociated, "\(algorithm) \(c)") == nil)
    }
  }

  @Test func agreesOverSeededShapes() {
    var generator = SeededGenerator(seed: 20)
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    for seed in 0..<60 {
      let groups = pick(1...3)
      let kernel = Extent3(pick(1...3), pick(1...4), pick(1...4))
      let shape = ConvolutionShape(
        groups * pick(1...9), groups * pick(1...9), kernel: kernel,
        stride: Extent3(pick(1...2), pick(1...3), pick(1...3)),
        padding: Extent3(pick(0...2), pick(0...3), pick(0...3)),
        dilation: Extent3(pick(1...2), pick(1...2), pick(1...2)), groups: groups)
      let c = ConvolutionCase(
        shape: shape, batch: pick(1...2), extent: Extent3(pick(3...6), pick(7...10), pick(7...11)), seed: UInt64(seed))
      #expect(difference(c.run(nil), c.run(.reference), .reassociated, "\(c)") == nil)
    }
  }

  @Test(arguments: convolutionCases) func doesNotDependOnThreads(_ c: ConvolutionCase) {
    let one = c.run(nil, threads: 1)
    for threads in [2, 3, 5] { #expect(difference(c.run(nil, threads: threads), one, .exact, "\(c)") == nil) }
  }

  @Test func isLinearInItsInput() {
    let c = convolutionCases[2]
    let engine = Engine(threads: 2)
    let convolution = Convolution(
      c.shape, weights: c.weights, bias: [Float](repeating: 0, count: c.shape.outChannels), engine: engine)
    let once = c.input
    func run(_ factor: Float) -> [Float] {
      let input = FeatureMap(zeros: 1, c.extent, channels: c.shape.inChannels)
      for i in 0..<input.storage.count { input.start[i] = once.start[i] * factor }
      let output = FeatureMap(zeros: 1, c.shape.output(for: c.extent), channels: c.shape.outChannels)
      convolution.run(input, into: output)
      return output.channelsFirst().array
    }
    #expect(difference(run(4), run(1).map { $0 * 4 }, .exact) == nil)
  }

  /// Input, residual and output as channel slices of one wide map, as in a concatenation.
  @Test(arguments: convolutionCases.filter { $0.shape.output(for: $0.extent) == $0.extent })
  func readsAndWritesSlicesOfOneMap(_ c: ConvolutionCase) {
    let (inputs, outputs) = (c.shape.inChannels, c.shape.outChannels)
    let pitch = inputs + 2 * outputs + 3
    let wide = FeatureMap(zeros: c.batch, c.extent, channels: pitch)
    for i in 0..<wide.storage.count { wide.start[i] = .nan }
    func slice(_ offset: Int, _ channels: Int) -> FeatureMap {
      FeatureMap(
        storage: wide.storage, offset: offset, batch: c.batch, extent: c.extent, channels: channels, pitch: pitch)
    }
    let residual = FeatureMap(zeros: c.batch, c.extent, channels: outputs)
    for (i, value) in c.random(residual.storage.count, 9).enumerated() { residual.start[i] = value }
    let input = c.input
    for p in 0..<wide.positions {
      for i in 0..<inputs { wide.start[p * pitch + 1 + i] = input.start[p * inputs + i] }
      for o in 0..<outputs { wide.start[p * pitch + 2 + inputs + o] = residual.start[p * outputs + o] }
    }
    for algorithm in ConvolutionAlgorithm.allCases where algorithm.supports(c.shape) {
      let engine = Engine(threads: 2, planner: ConvolutionPlanner(forced: algorithm))
      let convolution = Convolution(c.shape, weights: c.weights, bias: c.bias, engine: engine)
      let output = slice(3 + inputs + outputs, outputs)
      convolution.run(slice(1, inputs), into: output, adding: slice(2 + inputs, outputs), epilogue: .relu)
      let expected = c.run(algorithm, residual: residual, epilogue: .relu)
      // Rows of another pitch may take another path in the matrix product.
      #expect(difference(output.channelsFirst().array, expected, .reassociated, "\(algorithm) \(c)") == nil)
    }
  }

  @Test func writesIntoSlicesOnly() {
    let c = convolutionCases[2]
    let convolution = Convolution(c.shape, weights: c.weights, bias: c.bias, engine: Engine(threads: 2))
    let out = c.shape.output(for: c.extent)
    let wide = Storage(count: out.count * 20)
    for i in 0..<wide.count { wide.pointer[i] = -7 }
    let slice = FeatureMap(storage: wide, offset: 5, batch: 1, extent: out, channels: 8, pitch: 20)
    convolution.run(c.input, into: slice)
    #expect(difference(slice.channelsFirst().array, c.run(nil), .exact) == nil)
    let outside = (0..<wide.count).filter { $0 % 20 < 5 || $0 % 20 >= 13 }
    #expect(outside.allSatisfy { wide.pointer[$0] == -7 })
  }

  @Test func seesOnlyPaddingAtOnePixel() {
    let c = ConvolutionCase(
      shape: .init(3, 4, kernel: Extent3(1, 3, 3), padding: Extent3(0, 3, 3), dilation: Extent3(1, 3, 3)),
      extent: .one)
    // Only the middle tap sees the position.
    #expect(difference(c.run(nil), scatter(c), .reassociated) == nil)
    #expect(c.shape.output(for: Extent3(1, 0, 1)).count == 0)
  }

  @Test func doesNothingOnAnEmptyBatch() {
    let c = ConvolutionCase(shape: .init(3, 4, kernel: .one), batch: 0, extent: Extent3(2, 2, 2))
    #expect(c.run(nil).isEmpty)
  }

  @Test func plannerChoosesByShape() {
    let planner = ConvolutionPlanner()
    let plane = Extent3(1, 3, 3)
    let around = Extent3(0, 1, 1)
    #expect(planner.choose(for: ConvolutionShape(64, 64, kernel: .one)) == .direct)
    #expect(planner.choose(for: ConvolutionShape(64, 64, kernel: plane, padding: around)) == .winogradSpace)
    #expect(planner.choose(for: ConvolutionShape(8, 8, kernel: plane, padding: around)) == .direct)
    let uneven = ConvolutionShape(64, 64, kernel: plane, padding: around, paddingAfter: Extent3(0, 1, 2))
    #expect(planner.choose(for: uneven) == .direct)
    #expect(planner.choose(for: ConvolutionShape(64, 64, kernel: plane, padding: around, groups: 2)) == .winogradSpace)
    // Four groups fill a register; three of twelve fill none together, and eight times sixteen is enough for direct products.
    #expect(planner.choose(for: ConvolutionShape(32, 32, kernel: plane, padding: around, groups: 8)) == .winogradSpace)
    #expect(planner.choose(for: ConvolutionShape(36, 36, kernel: plane, padding: around, groups: 3)) == .direct)
    #expect(planner.choose(for: ConvolutionShape(256, 256, kernel: plane, padding: around, groups: 2)) == .direct)
    #expect(
      planner.choose(for: ConvolutionShape(64, 64, kernel: plane, stride: Extent3(1, 2, 2), padding: around))
        == .direct)
    #expect(
      planner.choose(for: ConvolutionShape(64, 64, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0)))
        == .winogradTime)
    #expect(planner.choose(for: ConvolutionShape(64, 64, kernel: Extent3(3, 1, 1))) == .direct)
    let stem = ConvolutionShape(
      3, 8, kernel: Extent3(5, 7, 7), stride: Extent3(1, 2, 2), padding: Extent3(2, 3, 3))
    #expect(planner.choose(for: stem) == .planar)
    #expect(planner.choose(for: ConvolutionShape(24, 24, kernel: plane, padding: around, groups: 24)) == .depthwise)
    #expect(planner.choose(for: ConvolutionShape(24, 48, kernel: plane, padding: around, groups: 24)) == .direct)
    #expect(ConvolutionPlanner(forced: .winogradTime).choose(for: stem) == .planar)
    plannerChoosesFirstLayersInBFloat16(stem)
    #expect(ConvolutionPlanner(forced: .direct).choose(for: stem) == .direct)
  }

  private func plannerChoosesFirstLayersInBFloat16(_ stem: ConvolutionShape) {
    func choice(_ outputs: Int, _ shape: ConvolutionShape, tiles: Bool = false) -> ConvolutionAlgorithm {
      var shape = shape
      shape.outChannels = outputs
      return ConvolutionPlanner().choose(for: shape, activations: .bfloat16, multipliesTiles: tiles, lanes: 16)
    }
    #expect(choice(8, stem) == .planar && choice(12, stem) == .planar && choice(8, stem, tiles: true) == .windows)
    #expect(
      choice(24, stem) == .planar && choice(32, stem) == .windows && choice(64, stem) == .windows
        && choice(64, stem, tiles: true) == .windows)
    // One column of three channels is no whole number of pairs, and 25 columns of two are more than a window takes.
    var odd = stem
    odd.stride.w = 1
    #expect(choice(64, odd) == .direct)
    #expect(choice(64, ConvolutionShape(2, 64, kernel: Extent3(1, 2, 25))) == .direct)
    // What sees little keeps the bits of its inputs.
    #expect(choice(64, ConvolutionShape(3, 64, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2))) == .direct)
  }

  @Test func plannerPutsPositionsInTheLanesOfNarrowLayers() {
    func choice(
      _ inputs: Int, _ outputs: Int, _ kernel: Extent3 = Extent3(1, 3, 3), _ input: ElementFormat = .float32,
      lanes: Int = 16, tiles: Bool = false
    ) -> ConvolutionAlgorithm {
      let padding = Extent3(kernel.t / 2, kernel.h / 2, kernel.w / 2)
      return ConvolutionPlanner().choose(
        for: ConvolutionShape(inputs, outputs, kernel: kernel, padding: padding), input: input, activations: input,
        multipliesTiles: tiles, lanes: lanes)
    }
    let time = Extent3(3, 1, 1)
    for format in [ElementFormat.float32, .bfloat16] {
      #expect(choice(8, 8, Extent3(1, 3, 3), format) == .planar && choice(32, 8, time, format) == .planar)
      #expect(choice(8, 8, Extent3(1, 3, 3), format, lanes: 8) == .direct)
      #expect(choice(8, 8, .one, format) == .direct && choice(34, 8, time, format) == .direct)
      #expect(choice(16, 8, Extent3(1, 3, 3), format) == .planar && choice(34, 8, Extent3(1, 3, 3), format) != .planar)
      #expect(choice(8, 24, time, format) == .direct && choice(64, 16, time, format) == .direct)
    }
    for format in [ElementFormat.bfloat16, .uint8] {
      #expect(choice(16, 16, Extent3(1, 3, 3), format) == .planar && choice(32, 16, time, format) == .direct)
      #expect(choice(8, 8, time, format, tiles: true) == .direct)
    }
    #expect(choice(8, 8, time, .uint8) == .planar && choice(32, 8, time, .uint8) == .planar)
    #expect(choice(8, 8, .one, .uint8) == .direct && choice(8, 8, time, .uint8, lanes: 8) == .direct)
    #expect(choice(16, 16) == .winogradSpace)
    #expect(choice(8, 8, Extent3(1, 3, 3), .bfloat16, tiles: true) == .direct)
  }

  @Test func countsMultiplyAdds() {
    let shape = ConvolutionShape(4, 6, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1), groups: 2)
    #expect(shape.macs(batch: 2, input: Extent3(3, 5, 7)) == 2 * 105 * 6 * 18)
  }
}

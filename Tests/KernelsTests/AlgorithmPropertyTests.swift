import Kernels
import Tensors
import TestSupport
import Testing

/// A convolution with its own numbers, on dense maps.
private struct Layer {
  var shape: ConvolutionShape
  var weights: [Float]
  var bias: [Float]

  /// [N, C, T, H, W] in and out.
  func callAsFunction(_ input: Tensor, _ engine: Engine, epilogue: Epilogue = .none) -> [Float] {
    let convolution = Convolution(shape, weights: Tensor(shape.weightShape, weights), bias: bias, engine: engine)
    let map = FeatureMap(channelsFirst: input)
    let output = FeatureMap(zeros: map.batch, shape.output(for: map.extent), channels: shape.outChannels)
    convolution.run(map, into: output, epilogue: epilogue)
    return output.channelsFirst().array
  }
}

/// A shape that an algorithm takes, with channels that fill no register, and by how many input positions its tiles move.
private let propertyShapes: [(algorithm: ConvolutionAlgorithm, shape: ConvolutionShape, step: Extent3)] = [
  (
    .direct,
    ConvolutionShape(
      6, 22, kernel: Extent3(2, 3, 2), stride: Extent3(1, 2, 1), padding: Extent3(1, 1, 1), dilation: Extent3(1, 1, 2),
      groups: 2),
    Extent3(1, 2, 1)
  ),
  (.winogradSpace, ConvolutionShape(7, 21, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1)), Extent3(1, 4, 4)),
  (
    .winogradSpace,
    ConvolutionShape(5, 18, kernel: Extent3(1, 3, 3), padding: Extent3(0, 2, 1), dilation: Extent3(1, 2, 1)),
    Extent3(1, 8, 4)
  ),
  (
    .winogradSpace, ConvolutionShape(12, 32, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1), groups: 4),
    Extent3(1, 4, 4)
  ),
  (.winogradTime, ConvolutionShape(9, 19, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0)), Extent3(4, 1, 1)),
  (
    .planar,
    ConvolutionShape(
      3, 10, kernel: Extent3(3, 3, 5), stride: Extent3(1, 2, 2), padding: Extent3(1, 1, 2)), Extent3(1, 2, 2)
  ),
  (
    .depthwise,
    ConvolutionShape(
      21, 21, kernel: Extent3(3, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(1, 1, 1), groups: 21),
    Extent3(1, 2, 2)
  ),
]

private func numbers(_ count: Int, seed: UInt64) -> [Float] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in Float(generator.uniform(-1, 1)) }
}

/// What an algorithm's results are allowed.
private func tolerance(_ algorithm: ConvolutionAlgorithm, _ shape: ConvolutionShape) -> SumTolerance {
  switch algorithm {
  case .winogradSpace: .winogradSpace
  case .winogradTime: .winogradTime
  case .reference, .direct, .planar, .windows, .depthwise: .summed(terms: shape.depth)
  }
}

/// What must not change a result, or must change it in a known way, on every instruction set.
struct AlgorithmPropertyTests {
  private static let extent = Extent3(9, 18, 17)
  private static let cases = Array(propertyShapes.indices)

  private func layer(_ index: Int, bias: Bool = true) -> Layer {
    let shape = propertyShapes[index].shape
    let zeros = [Float](repeating: 0, count: shape.outChannels)
    return Layer(
      shape: shape, weights: numbers(shape.weightShape.reduce(1, *), seed: 11),
      bias: bias ? numbers(shape.outChannels, seed: 12) : zeros)
  }

  private func input(_ index: Int, seed: UInt64) -> Tensor {
    let sides = [1, propertyShapes[index].shape.inChannels, Self.extent.t, Self.extent.h, Self.extent.w]
    return Tensor(sides, numbers(sides.reduce(1, *), seed: seed))
  }

  /// Powers of two scale without rounding.
  @Test("a scaled input scales the output, to the last bit", arguments: cases)
  func scales(index: Int) throws {
    let layer = layer(index, bias: false)
    let x = input(index, seed: 1)
    let larger = Tensor(x.shape, x.array.map { $0 * -4 })
    for engine in try engines(propertyShapes[index].algorithm) {
      let expected = layer(x, engine).map { $0 * -4 }
      #expect(difference(layer(larger, engine), expected, .exact, "\(engine.kernels.instructionSet)") == nil)
    }
  }

  @Test("a sum of inputs makes the sum of outputs", arguments: cases)
  func adds(index: Int) throws {
    let (algorithm, shape, _) = propertyShapes[index]
    let layer = layer(index, bias: false)
    let (x, y) = (input(index, seed: 1), input(index, seed: 2))
    let sum = Tensor(x.shape, zip(x.array, y.array).map { $0 + $1 })
    let sizes = Layer(shape: shape, weights: layer.weights.map(abs), bias: layer.bias)
    for engine in try engines(algorithm) {
      let parts = zip(layer(x, engine), layer(y, engine)).map { $0 + $1 }
      // Three results, each with its own error.
      let magnitude = Tensor(x.shape, zip(x.array, y.array).map { 3 * (abs($0) + abs($1)) })
      let found = layer(sum, engine)
      let comparison = SumComparison(
        found: found, expected: parts, magnitudes: sizes(magnitude, engine), shape: [found.count])
      let gap = comparison.difference(tolerance(algorithm, shape), "\(engine.kernels.instructionSet)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  /// An island in a sea of zeros, moved by whole tiles: the same sums at other places.
  @Test("a moved input moves the output, to the last bit", arguments: cases)
  func moves(index: Int) throws {
    let (algorithm, shape, step) = propertyShapes[index]
    let island = Extent3(4, 5, 6)
    func world(_ offset: Extent3) -> Tensor {
      let x = Tensor(zeros: [1, shape.inChannels, Self.extent.t, Self.extent.h, Self.extent.w])
      let values = numbers(shape.inChannels * island.count, seed: 3)
      for (i, value) in values.enumerated() {
        let (w, h) = (i % island.w, i / island.w % island.h)
        let (t, c) = (i / (island.w * island.h) % island.t, i / island.count)
        let row = (c * Self.extent.t + t + offset.t) * Self.extent.h + h + offset.h
        x.mutableValues[row * Self.extent.w + w + offset.w] = value
      }
      return x
    }
    let start = Extent3(1, 4, 4)
    let out = shape.output(for: Self.extent)
    // By how much outputs move.
    let moved = Extent3(step.t / shape.stride.t, step.h / shape.stride.h, step.w / shape.stride.w)
    let layer = layer(index)
    for engine in try engines(algorithm) {
      let before = layer(world(start), engine)
      let after = layer(world(Extent3(start.t + step.t, start.h + step.h, start.w + step.w)), engine)
      var (compared, wrong) = (0, 0)
      for i in before.indices {
        let (w, h, t) = (i % out.w, i / out.w % out.h, i / (out.w * out.h) % out.t)
        guard w >= moved.w, h >= moved.h, t >= moved.t else { continue }
        compared += 1
        wrong += after[i] == before[i - (moved.t * out.h + moved.h) * out.w - moved.w] ? 0 : 1
      }
      #expect(compared > before.count / 4 && wrong == 0, "\(engine.kernels.instructionSet) \(algorithm) \(shape)")
      #expect(Set(after).count > 100, "an island that nobody sees compares nothing")
    }
  }

  @Test("a filter of one tap hands the input on, moved by the tap", arguments: cases)
  func delta(index: Int) throws {
    let (algorithm, shape, _) = propertyShapes[index]
    let taps = shape.kernel.count
    let inputs = shape.inChannels / shape.groups
    let x = input(index, seed: 4)
    let out = shape.output(for: Self.extent)
    for tap in [0, taps / 2, taps - 1] {
      // Output channel o sees input channel o of its group, in turns.
      var weights = [Float](repeating: 0, count: shape.outChannels * shape.depth)
      for o in 0..<shape.outChannels { weights[(o * inputs + o % inputs) * taps + tap] = 1 }
      let layer = Layer(shape: shape, weights: weights, bias: [Float](repeating: 0, count: shape.outChannels))
      let place = Extent3(
        tap / (shape.kernel.h * shape.kernel.w), tap / shape.kernel.w % shape.kernel.h, tap % shape.kernel.w)
      var expected: [Float] = []
      for o in 0..<shape.outChannels {
        let c = o / (shape.outChannels / shape.groups) * inputs + o % inputs
        for p in 0..<out.count {
          let t = p / (out.w * out.h) * shape.stride.t - shape.padding.t + place.t * shape.dilation.t
          let h = p / out.w % out.h * shape.stride.h - shape.padding.h + place.h * shape.dilation.h
          let w = p % out.w * shape.stride.w - shape.padding.w + place.w * shape.dilation.w
          let inside =
            t >= 0 && t < Self.extent.t && h >= 0 && h < Self.extent.h && w >= 0 && w < Self.extent.w
          expected.append(
            inside ? x.values[((c * Self.extent.t + t) * Self.extent.h + h) * Self.extent.w + w] : 0)
        }
      }
      for engine in try engines(algorithm) {
        let about = "\(engine.kernels.instructionSet) \(algorithm) tap \(tap)"
        let found = layer(x, engine)
        if tolerance(algorithm, shape).isOfWholeMap {
          let comparison = SumComparison(
            found: found, expected: expected, magnitudes: expected.map(abs), shape: [found.count])
          let gap = comparison.difference(tolerance(algorithm, shape), about)
          #expect(gap == nil, "\(gap ?? "")")
        } else {
          // One product by 1 and zeros: nothing is rounded.
          #expect(difference(found, expected, .exact, about) == nil)
        }
      }
    }
  }

  /// Other zeros before than after; written out around the input, they make the same sums.
  @Test("padding is zeros around the input", arguments: [ConvolutionAlgorithm.direct, .planar, .depthwise])
  func writtenOutPadding(_ algorithm: ConvolutionAlgorithm) throws {
    let (before, after) = (Extent3(1, 0, 2), Extent3(0, 1, 1))
    let extent = Extent3(4, 7, 19)
    let channels = algorithm == .depthwise ? 19 : 3
    func layer(_ before: Extent3, _ after: Extent3) -> Layer {
      let shape = ConvolutionShape(
        channels, 19, kernel: Extent3(2, 3, 3), stride: Extent3(1, 2, 2), padding: before, paddingAfter: after,
        groups: algorithm == .depthwise ? 19 : 1)
      return Layer(
        shape: shape, weights: numbers(shape.weightShape.reduce(1, *), seed: 21), bias: numbers(19, seed: 22))
    }
    let x = Tensor([1, channels, extent.t, extent.h, extent.w], numbers(channels * extent.count, seed: 23))
    let wide = Extent3(
      before.t + extent.t + after.t, before.h + extent.h + after.h, before.w + extent.w + after.w)
    let padded = Tensor(zeros: [1, channels, wide.t, wide.h, wide.w])
    for (i, value) in x.array.enumerated() {
      let (w, h) = (i % extent.w + before.w, i / extent.w % extent.h + before.h)
      let (t, c) = (i / (extent.w * extent.h) % extent.t + before.t, i / extent.count)
      padded.mutableValues[((c * wide.t + t) * wide.h + h) * wide.w + w] = value
    }
    for engine in try engines(algorithm) {
      let gap = difference(
        layer(before, after)(x, engine), layer(.zero, .zero)(padded, engine), .exact,
        "\(engine.kernels.instructionSet) \(algorithm)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  /// A panel of a single register sums odd and even channels apart: the last bits depend on the panel.
  @Test("output channels in another order are the same", arguments: cases)
  func permutedOutputs(index: Int) throws {
    let (algorithm, shape, _) = propertyShapes[index]
    let layer = layer(index)
    let x = input(index, seed: 5)
    // Backwards within every group: lanes and panels all change.
    let perGroup = shape.outChannels / shape.groups
    let order = (0..<shape.outChannels).map { $0 / perGroup * perGroup + perGroup - 1 - $0 % perGroup }
    let turned = Layer(
      shape: shape,
      weights: order.flatMap { layer.weights[$0 * shape.depth..<($0 + 1) * shape.depth] },
      bias: order.map { layer.bias[$0] })
    let positions = shape.output(for: Self.extent).count
    for engine in try engines(algorithm) {
      let plain = layer(x, engine, epilogue: .relu)
      let expected = order.flatMap { plain[$0 * positions..<($0 + 1) * positions] }
      let gap = difference(
        turned(x, engine, epilogue: .relu), expected, .reassociated, "\(engine.kernels.instructionSet)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  @Test("input channels in another order make the same sums", arguments: cases)
  func permutedInputs(index: Int) throws {
    let (algorithm, shape, _) = propertyShapes[index]
    let layer = layer(index)
    let x = input(index, seed: 6)
    let inputs = shape.inChannels / shape.groups
    let taps = shape.kernel.count
    var weights: [Float] = []
    for o in 0..<shape.outChannels {
      for c in (0..<inputs).reversed() {
        let first = (o * inputs + c) * taps
        weights += layer.weights[first..<first + taps]
      }
    }
    let size = Self.extent.count
    let values = (0..<shape.inChannels).flatMap { c in
      let from = c / inputs * inputs + inputs - 1 - c % inputs
      return x.array[from * size..<(from + 1) * size]
    }
    let turned = Layer(shape: shape, weights: weights, bias: layer.bias)
    let sizes = Layer(shape: shape, weights: layer.weights.map(abs), bias: layer.bias.map(abs))
    for engine in try engines(algorithm) {
      let magnitudes = sizes(Tensor(x.shape, x.array.map { 2 * abs($0) }), engine)
      let found = turned(Tensor(x.shape, values), engine)
      let comparison = SumComparison(
        found: found, expected: layer(x, engine), magnitudes: magnitudes, shape: [found.count])
      let gap = comparison.difference(tolerance(algorithm, shape), "\(engine.kernels.instructionSet)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  /// As in PyTorch a NaN passes the ReLU. Outputs that do not see it stay numbers; in Winograd's tiles they may not.
  @Test("a NaN reaches every output that sees it, through the ReLU", arguments: cases)
  func notANumber(index: Int) throws {
    let (algorithm, shape, _) = propertyShapes[index]
    let layer = layer(index)
    let x = input(index, seed: 7)
    let size = Self.extent.count
    let place = (4 * Self.extent.h + 9) * Self.extent.w + 8
    // In the last channel: the tail of the registers.
    x.mutableValues[(shape.inChannels - 1) * size + place] = .nan
    let named = Layer(
      shape: shape, weights: layer.weights.map { _ in 1 }, bias: [Float](repeating: 0, count: shape.outChannels))
    let dot = Tensor(zeros: x.shape)
    dot.mutableValues[(shape.inChannels - 1) * size + place] = 1
    let seen = named(dot, Engine(threads: 1, planner: ConvolutionPlanner(forced: .reference))).map { $0 > 0 }
    #expect(seen.contains(true) && seen.contains(false))
    for engine in try engines(algorithm) {
      let found = layer(x, engine, epilogue: .relu)
      let about = "\(engine.kernels.instructionSet) \(algorithm)"
      #expect(zip(found, seen).allSatisfy { !$1 || $0.isNaN }, "\(about): a NaN was lost")
      let others = zip(found, seen).count { !$1 && $0.isNaN }
      if tolerance(algorithm, shape).isOfWholeMap {
        // At most the tiles that see it: two in every direction, of 4 x 4 outputs or of 4.
        let tiles = algorithm == .winogradSpace ? 4 * 16 : 2 * 4
        #expect(others <= tiles * shape.outChannels, "\(about): \(others) outputs besides")
      } else {
        #expect(others == 0, "\(about): \(others) outputs besides")
      }
      #expect(found.contains(0), "\(about): no output was below zero")
    }
  }
}

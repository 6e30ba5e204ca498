import Kernels
import Tensors
import TestSupport
import Testing

/// First layers whose pixels are multiplied as integers of 8 bits.
@Suite(.enabled(if: isSomewhere, "needs AVX512-VNNI"))
struct PixelConvolutionTests {
  /// Pixels of 0.45 and 0.225, as PySlowFast scales them.
  private static let scale = PixelScale(mean: [0.45, 0.45, 0.45], std: [0.225, 0.225, 0.225])!

  /// Tiles of one to three registers and less, channels that fill no tile or no register, strides, paddings, batches.
  static let shapes = [
    ConvolutionShape(3, 8, kernel: Extent3(5, 7, 7), stride: Extent3(1, 2, 2), padding: Extent3(2, 3, 3)),
    ConvolutionShape(3, 64, kernel: Extent3(1, 7, 7), stride: Extent3(1, 2, 2), padding: Extent3(0, 3, 3)),
    ConvolutionShape(3, 16, kernel: Extent3(3, 3, 5), stride: Extent3(2, 1, 1), padding: Extent3(1, 1, 2)),
    ConvolutionShape(3, 24, kernel: Extent3(1, 5, 5), stride: Extent3(1, 1, 3), padding: Extent3(0, 2, 0)),
    ConvolutionShape(3, 8, kernel: Extent3(3, 6, 2), stride: Extent3(1, 1, 4), padding: Extent3(1, 2, 1)),
    ConvolutionShape(3, 72, kernel: Extent3(2, 4, 4), stride: Extent3(1, 2, 1), padding: Extent3(0, 1, 3)),
  ]
  private static let extents = [Extent3(4, 9, 125), Extent3(5, 11, 61), Extent3(3, 6, 14)]

  private static func engines(_ threads: Int = 2, _ forced: ConvolutionAlgorithm? = nil) -> [(String, Engine)] {
    KernelTable.integerVariants.flatMap { name, table in
      [ElementFormat.float32, .bfloat16].compactMap { format in
        if format == .bfloat16, !table.supportsBFloat16 || name.hasSuffix("BF16") || name.hasSuffix("VNNI") {
          return nil
        }
        let engine = Engine(
          threads: threads, kernels: table, planner: ConvolutionPlanner(forced: forced), activations: format,
          quantizes: true)
        return Convolution.multipliesPixels(shapes[0], engine) ? ("\(name) \(format)", engine) : nil
      }
    }
  }

  /// A seeded problem, on a slice of a wider map or a dense one.
  private struct Problem {
    let shape: ConvolutionShape
    let extent: Extent3
    let input: SlicedMap
    var weights: Tensor
    var bias: [Float]
    var outputScales: ChannelScales
    var scale = PixelConvolutionTests.scale

    init(_ shape: ConvolutionShape, _ extent: Extent3, seed: UInt64, isDense: Bool = true, reach: Float = 0) {
      var random = SeededGenerator(seed: seed)
      func numbers(_ count: Int, _ range: ClosedRange<Float>) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &random) }
      }
      (self.shape, self.extent) = (shape, extent)
      input = SlicedMap(
        numbers(2 * 3 * extent.count, -2 - reach...2.44 + reach), batch: 2, extent, channels: 3,
        room: isDense ? (0, 0) : (2, 1))
      // Whole steps, of which the largest weight of each output is 127.
      let step = 0.013 / Float(shape.depth).squareRoot()
      weights = Tensor(
        shape.weightShape,
        (0..<shape.weightShape.reduce(1, *)).map {
          step * ($0 % shape.depth == 5 ? -127 : Float(Int.random(in: -127...127, using: &random)))
        })
      bias = numbers(shape.outChannels, -0.5...0.5)
      outputScales = ChannelScales(numbers(shape.outChannels, 0.01...0.03))
    }

    func run(_ engine: Engine, _ format: ElementFormat, _ epilogue: Epilogue = .relu) -> SlicedMap {
      let output = SlicedMap(
        nil, batch: 2, shape.output(for: extent), channels: shape.outChannels, format: format,
        scales: format == .uint8 ? outputScales : nil, room: (4, 8))
      let convolution = Convolution(pixels: shape, weights: weights, bias: bias, engine: engine, scale: scale)
      #expect(convolution.multipliesIntegers && convolution.input == .float32)
      convolution.run(input.map, into: output.map, epilogue: epilogue)
      return output
    }

    /// The sums in Double of the numbers that integers of pixels stand for, times the weights: [N, C, T, H, W].
    /// Frames of padding count nothing; padding beside a frame is the integer next to 0.
    func expected(_ epilogue: Epilogue) -> [Float] {
      let (pixels, out) = (input.values, shape.output(for: extent))
      let (kernel, depth) = (shape.kernel, shape.depth)
      let around = Double(scale.zero.rounded())
      func pixel(_ n: Int, _ c: Int, _ t: Int, _ h: Int, _ w: Int) -> Double {
        guard 0..<extent.t ~= t else { return 0 }
        guard 0..<extent.t ~= t, 0..<extent.h ~= h, 0..<extent.w ~= w else { return around - Double(scale.zero) }
        let number = pixels[(((n * 3 + c) * extent.t + t) * extent.h + h) * extent.w + w]
        let integer = (number * (1 / scale.step) + scale.zero).rounded(.toNearestOrEven)
        return Double(min(255, max(0, integer))) - Double(scale.zero)
      }
      var result: [Float] = []
      for n in 0..<2 {
        for o in 0..<shape.outChannels {
          for t in 0..<out.t {
            for h in 0..<out.h {
              for w in 0..<out.w {
                var sum = Double(bias[o])
                var index = 0
                for c in 0..<3 {
                  for kt in 0..<kernel.t {
                    for kh in 0..<kernel.h {
                      for kw in 0..<kernel.w {
                        let x = pixel(
                          n, c, t * shape.stride.t + kt - shape.padding.t, h * shape.stride.h + kh - shape.padding.h,
                          w * shape.stride.w + kw - shape.padding.w)
                        sum += x * Double(weights.values[o * depth + index]) * Double(scale.step)
                        index += 1
                      }
                    }
                  }
                }
                result.append(Float(epilogue == .relu ? max(0, sum) : sum))
              }
            }
          }
        }
      }
      return result
    }
  }

  private func largest(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max() ?? 0 }

  @Test("the sums are those of the integers, whatever is stored", arguments: shapes, extents)
  func agrees(shape: ConvolutionShape, extent: Extent3) throws {
    let problem = Problem(shape, extent, seed: 3, isDense: extent.h != 11, reach: 0.3)
    #expect(!Self.engines().isEmpty)
    for algorithm in [ConvolutionAlgorithm.planar, .windows] {
      let expected = problem.expected(.relu)
      for (name, engine) in Self.engines(2, algorithm) {
        let float = problem.run(engine, .float32)
        #expect(float.surroundingsAreUntouched && problem.input.isUntouched)
        #expect(largest(float.values, expected) < 2e-5, "\(name) \(algorithm)")
        let integers = problem.run(engine, .uint8)
        #expect(integers.surroundingsAreUntouched)
        let steps = problem.outputScales.values
        for (index, (found, number)) in zip(integers.values, expected).enumerated() {
          let step = steps[index / (expected.count / 2 / steps.count) % steps.count]
          // Ties may fall to either side.
          if abs(found - min(number, 255 * step)) > 0.501 * step {
            Issue.record("\(name) \(algorithm): \(index)"); break
          }
        }
        if engine.activations == .bfloat16 {
          let rounded = problem.run(engine, .bfloat16)
          #expect(rounded.surroundingsAreUntouched)
          #expect(zip(rounded.values, expected).allSatisfy { abs($0 - $1) <= abs($1) / 256 + 2e-5 }, "\(name)")
        }
      }
    }
  }

  @Test("results are the same to the last bit on any number of threads")
  func threads() {
    let problem = Problem(Self.shapes[0], Extent3(6, 40, 30), seed: 5)
    for (one, several) in zip(Self.engines(1), Self.engines(3)) {
      #expect(problem.run(one.1, .float32).values == problem.run(several.1, .float32).values)
    }
  }

  @Test("by hand: white pixels inside, and padding that is as good as none")
  func byHand() {
    let shape = ConvolutionShape(3, 8, kernel: Extent3(1, 5, 5), padding: Extent3(0, 2, 2))
    var problem = Problem(shape, Extent3(1, 5, 5), seed: 1)
    problem.weights = Tensor(shape.weightShape, [Float](repeating: 0.5, count: 8 * 75))
    problem.bias = [Float](repeating: 1, count: 8)
    let white: Float = (1 - 0.45) / 0.225
    for position in 0..<50 { for c in 0..<3 { problem.input.map.set(white, position: position, channel: c) } }
    for (_, engine) in Self.engines() {
      let values = problem.run(engine, .float32).values
      // All of 25 columns are seen from the middle, nine from the corner; 16 of padding count a quarter of a step each.
      #expect(abs(values[12] - (1 + 75 * 0.5 * white)) < 1e-4)
      let off = 0.25 / (255 * 0.225) as Float
      #expect(abs(values[0] - (1 + 27 * 0.5 * white + 48 * 0.5 * off)) < 1e-4)
    }
  }

  @Test("pixels that are whole numbers lose nothing; brighter by one, sums grow by a step of all weights")
  func brighter() {
    let shape = ConvolutionShape(3, 8, kernel: Extent3(1, 5, 5))
    var problem = Problem(shape, Extent3(2, 9, 40), seed: 9)
    let next = Problem(shape, Extent3(2, 9, 40), seed: 9)
    // Weights that are whole steps lose nothing either.
    problem.weights = Tensor(shape.weightShape, (0..<600).map { $0 % 75 == 0 ? 1.27 : Float($0 % 7) * 0.01 })
    var brighter = problem
    brighter = next
    brighter.weights = problem.weights
    for position in 0..<problem.input.map.positions {
      for c in 0..<3 {
        let pixel = Float((position * 37 + c * 11) % 255)
        problem.input.map.set((pixel / 255 - 0.45) / 0.225, position: position, channel: c)
        brighter.input.map.set(((pixel + 1) / 255 - 0.45) / 0.225, position: position, channel: c)
      }
    }
    let float = Engine(threads: 1, planner: ConvolutionPlanner(forced: .reference))
    let exact = FeatureMap(zeros: 2, shape.output(for: problem.extent), channels: 8)
    Convolution(shape, weights: problem.weights, bias: problem.bias, engine: float)
      .run(problem.input.map, into: exact, epilogue: .none)
    for (_, engine) in Self.engines() {
      let (dark, light) = (problem.run(engine, .float32, .none).values, brighter.run(engine, .float32, .none).values)
      #expect(largest(dark, exact.channelsFirst().array) < 2e-5)
      for (index, (a, b)) in zip(dark, light).enumerated() {
        let o = index / (dark.count / 16) % 8
        let sum = problem.weights.values[o * 75..<(o + 1) * 75].reduce(0, +)
        #expect(abs(b - a - sum / (255 * 0.225)) < 1e-4)
      }
    }
  }

  @Test("rounded weights lose next to nothing on pictures of one colour, and half of a step each on others")
  func rounding() {
    let shape = ConvolutionShape(3, 8, kernel: Extent3(5, 7, 7))
    var problem = Problem(shape, Extent3(5, 7, 7), seed: 4)
    var random = SeededGenerator(seed: 8)
    problem.weights = Tensor(
      shape.weightShape, (0..<8 * 735).map { _ in Float.random(in: -0.05...0.05, using: &random) })
    let step = 0.05 / 127 as Float
    for (_, engine) in Self.engines() {
      let others = problem.run(engine, .float32, .none).values
      // Steps of 735 weights, each up to one off, with signs that alternate, times pixels of standard deviation 1.3.
      #expect(largest(others, problem.expected(.none)) < 4 * step * Float(735).squareRoot() * 1.3)
      let one = problem
      for position in 0..<one.input.map.positions {
        for c in 0..<3 { one.input.map.set(2, position: position, channel: c) }
      }
      #expect(largest(one.run(engine, .float32, .none).values, one.expected(.none)) < 2 * 0.51 * step)
    }
  }

  @Test("weights of zeros give the bias; numbers beyond white and black are cut off")
  func degenerate() {
    let shape = Self.shapes[0]
    var problem = Problem(shape, Extent3(1, 3, 2), seed: 2, reach: 1e6)
    let same = Problem(shape, Extent3(1, 3, 2), seed: 2, reach: 1e6)
    for position in 0..<same.input.map.positions {
      for c in 0..<3 {
        let value = same.input.map.value(position: position, channel: c)
        same.input.map.set(value > 0 ? 2.4444445 : -2, position: position, channel: c)
      }
    }
    for (_, engine) in Self.engines() {
      #expect(problem.run(engine, .float32).values == same.run(engine, .float32).values)
    }
    problem.weights = Tensor(zeros: shape.weightShape)
    for (_, engine) in Self.engines() {
      let values = problem.run(engine, .float32, .none).values
      let positions = values.count / 16
      #expect(values.indices.allSatisfy { values[$0] == problem.bias[$0 / positions % 8] })
    }
  }

  @Test("what pixels' integers stand for: of one mean exact, of several the range of all, of none nothing")
  func scales() throws {
    #expect(abs(Self.scale.step - 1 / (255 * 0.225)) < 1e-7 && abs(Self.scale.zero - 114.75) < 1e-4)
    let colours = try #require(PixelScale(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]))
    let (least, most) = (-0.485 / 0.229 as Float, (1 - 0.406) / 0.225 as Float)
    #expect(abs(colours.step - (most - least) / 255) < 1e-6 && abs(colours.zero + least / colours.step) < 1e-3)
    #expect(PixelScale(mean: [], std: []) == nil)
    #expect(
      PixelScale(mean: [-1, -1, -1], std: [1, 1, 1]) == nil && PixelScale(mean: [2, 2, 2], std: [1, 1, 1]) == nil)
    let plain = try #require(PixelScale(mean: [0], std: [1]))
    #expect(plain.zero == 0 && plain.step == 1 / 255)
  }

  @Test("which layers are first layers, and who multiplies them so")
  func whichLayers() {
    let usual = Self.shapes[0]
    func changed(_ change: (inout ConvolutionShape) -> Void) -> ConvolutionShape {
      var shape = usual
      change(&shape)
      return shape
    }
    for (_, engine) in Self.engines() {
      for shape in [
        changed { $0.inChannels = 4 }, changed { $0.outChannels = 12 }, changed { $0.dilation.w = 2 },
        ConvolutionShape(3, 24, kernel: Extent3(1, 3, 3)), ConvolutionShape(3, 24, kernel: Extent3(5, 7, 7), groups: 3),
      ] { #expect(!Convolution.multipliesPixels(shape, engine), "\(shape)") }
      for forced in [ConvolutionAlgorithm.direct, .reference, .winogradSpace] {
        let other = engine.with(planner: ConvolutionPlanner(forced: forced))
        #expect(!Convolution.multipliesPixels(usual, other))
      }
    }
  }
}

/// Whether some kernels of this processor multiply pixels.
private let isSomewhere = KernelTable.integerVariants.contains {
  let shape = ConvolutionShape(3, 8, kernel: Extent3(1, 5, 5))
  return Convolution.multipliesPixels(shape, Engine(threads: 1, kernels: $0.table))
}

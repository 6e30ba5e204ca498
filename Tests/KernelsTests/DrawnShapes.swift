import Kernels
import Tensors

extension ConvolutionCase {
  /// Draws a problem that an algorithm can compute: channels that fill no register, extents smaller than a tile and
  /// larger than several, and small enough for the reference.
  ///
  /// - Parameter kind: bfloat16 maps have even channels.
  static func drawn(for algorithm: ConvolutionAlgorithm, seed: UInt64, _ kind: StoreKind = StoreKind())
    -> ConvolutionCase
  {
    var drawing = ShapeDrawing(seed: seed)
    while true {
      let problem = drawing.problem(algorithm, kind)
      let macs = problem.shape.macs(batch: problem.batch, input: problem.extent)
      if macs > 0 && macs <= 1_000_000
        && algorithm.supports(problem.shape, input: kind.input, activations: kind.activations)
      {
        return problem
      }
    }
  }
}

private struct ShapeDrawing {
  private let seed: UInt64
  private var generator: SeededGenerator

  init(seed: UInt64) {
    self.seed = seed
    generator = SeededGenerator(seed: seed &* 977 &+ 5)
  }

  private mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

  private mutating func extent(_ t: Int, _ h: Int, _ w: Int) -> Extent3 {
    Extent3(pick(1...t), pick(1...h), pick(1...w))
  }

  private mutating func padding() -> Extent3 { Extent3(pick(0...2), pick(0...3), pick(0...3)) }

  /// 1 to 70, as often few as many; even where pairs are asked for.
  private mutating func channels(_ format: ElementFormat, most: Int = 70) -> Int {
    let count = pick(1...(pick(0...1) == 0 ? min(most, 9) : most))
    return format == .float32 ? count : (count + 1) / 2 * 2
  }

  mutating func problem(_ algorithm: ConvolutionAlgorithm, _ kind: StoreKind) -> ConvolutionCase {
    let bf16Output = kind.output == .bfloat16 || kind.residual == .bfloat16 ? ElementFormat.bfloat16 : .float32
    let (inputs, outputs) = (channels(kind.input), channels(bf16Output))
    let batch = pick(1...3)
    switch algorithm {
    case .winogradSpace:
      let (h, w) = (pick(0...2) == 0 ? pick(1...3) : 1, pick(0...2) == 0 ? pick(1...3) : 1)
      var (groups, channels) = (1, (inputs, outputs))
      if pick(0...2) == 0 {
        // Of as many outputs as fill a register together, or several by themselves.
        let perGroup = [1, 2, 4, 8, 16, 32, 48, 64][pick(0...7)]
        groups = max(1, 16 / perGroup) * pick(1...3)
        channels = (groups * self.channels(kind.input, most: 9), groups * perGroup)
      }
      let shape = ConvolutionShape(
        channels.0, channels.1, kernel: Extent3(1, 3, 3), padding: Extent3(0, h, w), dilation: Extent3(1, h, w),
        groups: groups)
      return ConvolutionCase(shape: shape, batch: batch, extent: extent(2, 13, 14), seed: seed)
    case .winogradTime:
      let shape = ConvolutionShape(inputs, outputs, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0))
      return ConvolutionCase(shape: shape, batch: batch, extent: extent(13, 4, 7), seed: seed)
    case .planar, .windows:
      // First layers, and layers of few channels.
      let isFirst = algorithm == .windows || kind.input == .float32 && pick(0...1) == 0
      let narrow = (inputs, bf16Output == .float32 ? pick(1...16) : 2 * pick(1...8))
      let channels = isFirst ? (pick(1...4), outputs) : pick(0...1) == 0 ? narrow : (narrow.0, 8)
      let shape = ConvolutionShape(
        channels.0, channels.1, kernel: extent(5, 7, 7), stride: extent(2, 3, 3),
        padding: padding(), paddingAfter: padding(), dilation: extent(2, 2, 1))
      return ConvolutionCase(shape: shape, batch: batch, extent: extent(5, 12, 60), seed: seed)
    case .depthwise:
      let shape = ConvolutionShape(
        outputs, outputs, kernel: extent(5, 4, 5), stride: extent(2, 3, 3),
        padding: padding(), paddingAfter: padding(), dilation: extent(2, 2, 3), groups: outputs)
      if kind.input == .bfloat16 && outputs % 2 == 1 { return problem(algorithm, kind) }
      return ConvolutionCase(shape: shape, batch: batch, extent: extent(5, 9, 31), seed: seed)
    case .direct, .reference:
      let groups = pick(1...3)
      let shape = ConvolutionShape(
        groups * channels(kind.input, most: 70 / groups), groups * channels(.float32, most: 70 / groups),
        kernel: extent(3, 4, 4), stride: extent(2, 3, 3), padding: padding(), paddingAfter: padding(),
        dilation: extent(2, 3, 3), groups: groups)
      // bfloat16 outputs are even together, each group's may be odd.
      if bf16Output == .bfloat16 && shape.outChannels % 2 == 1 { return problem(algorithm, kind) }
      return ConvolutionCase(shape: shape, batch: batch, extent: extent(5, 9, 11), seed: seed)
    }
  }
}

internal import MicroKernels
internal import Parallel
internal import Tensors

/// A convolution over pixels by products of integers: what an output position sees of a line is one tap, read from a line of
/// integers with its padding (`PaddedLines`). Frames of padding are passed over.
struct PixelWindowConvolution: ConvolutionMethod {
  private let lines: PaddedLines
  private let shape: ConvolutionShape
  private let pixels: PixelLines
  /// [time x height][words of a window]
  private let weights: PackedPanels
  private let steps: [Float]
  /// [out][kernel's frames] Sums of the weights, with what integers count that stand for 0.
  private let moved: [[Float]]
  private let kernels: GEMMKernels

  init(_ shape: ConvolutionShape, _ weights: PixelWeights, _ pixels: PixelLines, _ engine: Engine) {
    (self.shape, self.pixels) = (shape, pixels)
    // So many positions are a whole number of words on.
    let copies = shape.stride.w % 4 == 0 ? 1 : shape.stride.w % 2 == 0 ? 2 : 4
    lines = PaddedLines(
      shape: shape, step: copies * PixelLines.channels * shape.stride.w / 4, copies: copies,
      tap: PixelLines.words(shape.kernel.w), padding: pixels.scale.padding)
    self.weights = PackedPanels(weights.quantized, weights.shape, engine)
    steps = weights.quantized.steps
    moved = (0..<shape.outChannels).map { o in
      weights.sums(output: o).map { Float(Double($0) * Double(pixels.scale.zero)) }
    }
    kernels = engine.kernels.integers.dots
  }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    store.ofIntegers(steps) { compute(input, $0, engine) }
  }

  private func compute(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let biases = biases(store, frames: input.extent.t)
    let copy = lines.copyFloats(width: store.output.extent.w)
    let next = PixelLines.channels * shape.stride.w
    lines.run(input, store.output.extent, engine, writesTable: true) { item, t, h, target in
      let line = (item * input.extent.t + t) * input.extent.h + h
      pixels.withBytes(input, line: line, before: shape.padding.w, count: 4 * copy + (lines.copies - 1) * next) {
        bytes in
        for i in 0..<lines.copies {
          UnsafeMutableRawPointer(target + i * copy).copyMemory(from: bytes + i * next, byteCount: 4 * copy)
        }
      }
    } compute: { band, t, h in
      var store = store
      store.bias = UnsafePointer(biases.pointer) + t * biasPitch
      computeRow(band, t, h, lines.framesInside(t, of: input.extent.t), store)
    }
    // The stores have their addresses only.
    withExtendedLifetime(biases) {}
  }

  /// Floats of a frame's biases: a register more, which the kernels load.
  private var biasPitch: Int { (shape.outChannels + 31) / 16 * 16 }

  /// [output's frames][out] The bias, which is less by what integers of padding count, as it is without the frames of padding.
  private func biases(_ store: ConvolutionStore, frames: Int) -> Storage {
    let result = Storage(count: store.output.extent.t * biasPitch)
    guard let scales = store.quantized?.scales else { return result }
    for t in 0..<store.output.extent.t {
      let inside = lines.framesInside(t, of: frames)
      for o in 0..<shape.outChannels {
        let outside = (0..<shape.kernel.t).reduce(Float(0)) { inside.contains($1) ? $0 : $0 + moved[o][$1] }
        result.pointer[t * biasPitch + o] = store.bias[o] + outside * scales[o]
      }
    }
    return result
  }

  private func computeRow(
    _ band: PaddedLines.Band, _ frame: Int, _ h: Int, _ inside: Range<Int>, _ store: ConvolutionStore
  ) {
    let output = store.output
    let position = ((band.item * output.extent.t + frame) * output.extent.h + h) * output.extent.w
    var block = band.block(
      bias: store.bias, output: output.start + position * output.pitch, pitch: output.pitch)
    band.fill(&block, step: frame, h: h, frames: inside)
    block.outputIsBFloat16 = output.format == .bfloat16
    block.epilogue = store.epilogue.code
    block.quantized = store.quantized
    kernels.multiply(
      block, weights.panel(0), depth: weights.depth, firstRow: inside.lowerBound * shape.kernel.h * lines.tap,
      outputs: shape.outChannels)
  }
}

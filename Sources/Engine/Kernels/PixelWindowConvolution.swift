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
  private let padding: PixelPadding
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
    padding = PixelPadding(shape, weights, pixels.scale)
    kernels = engine.kernels.integers.dots
  }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    store.ofIntegers(steps) { compute(input, $0, engine) }
  }

  private func compute(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let biases = padding.biases(store, frames: input.extent.t)
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
      store.bias = UnsafePointer(biases.pointer) + t * padding.pitch
      computeRow(band, t, h, shape.framesInside(t, of: input.extent.t), store)
    }
    // The stores have their addresses only.
    withExtendedLifetime(biases) {}
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

internal import MicroKernels
internal import Parallel
internal import Tensors

/// A convolution over pixels by products of integers: what an output position sees of a line is one tap, read from a line of
/// integers with its padding (`PaddedLines`).
struct PixelWindowConvolution: ConvolutionMethod {
  private let lines: PaddedLines
  private let shape: ConvolutionShape
  private let pixels: PixelLines
  /// [time x height][window]
  private let weights: PackedPanels
  private let steps: [Float]
  private let kernels: GEMMKernels

  init(_ shape: ConvolutionShape, _ weights: PixelWeights, _ pixels: PixelLines, _ engine: Engine) {
    (self.shape, self.pixels) = (shape, pixels)
    lines = PaddedLines(shape: shape, step: shape.stride.w, tap: shape.kernel.w, padding: pixels.scale.padding)
    self.weights = PackedPanels(weights.quantized, weights.shape, engine)
    steps = weights.quantized.steps
    kernels = engine.kernels.integers.dots
  }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let outputs = IntegerOutputs(steps, store)
    let width = store.output.extent.w
    let count = lines.floats(width: width)
    lines.run(input, store.output.extent, engine, writesTable: true) { item, t, h, target in
      target.update(repeating: lines.padding, count: count)
      let before = shape.padding.w
      let line = (item * input.extent.t + t) * input.extent.h + h
      // What is beyond the last position's window is not there.
      pixels.write(
        input, line: line, step: 1, [(0, min(input.extent.w, count - before), target + before)])
    } compute: { band, t, h in
      computeRow(band, t, h, outputs.store)
    }
    // The store has their addresses only.
    withExtendedLifetime(outputs) {}
  }

  private func computeRow(_ band: PaddedLines.Band, _ frame: Int, _ h: Int, _ store: ConvolutionStore) {
    let output = store.output
    let position = ((band.item * output.extent.t + frame) * output.extent.h + h) * output.extent.w
    var block = band.block(
      bias: store.bias, output: output.start + position * output.pitch, pitch: output.pitch)
    band.fill(&block, step: frame, h: h)
    block.outputIsBFloat16 = output.format == .bfloat16
    block.epilogue = store.epilogue.code
    block.quantized = store.quantized
    kernels.multiply(block, weights.panel(0), outputs: shape.outChannels)
  }
}

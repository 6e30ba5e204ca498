internal import MicroKernels
internal import Parallel
internal import Tensors

/// Implicit matrix multiplication: each output pixel's taps are read where they lie, through a table of addresses, and
/// multiplied with packed weights. Any kernel, stride, dilation, padding and groups.
struct DirectConvolution: ConvolutionMethod {
  private let shape: ConvolutionShape
  private let weights: [PackedPanels]
  /// What the padding looks like.
  private let zeros: Storage
  private let kernels: ProductKernels
  /// Floats that a group's channels take in an input pixel.
  private let groupFloats: Int

  init(_ shape: ConvolutionShape, weights: Storage, _ input: ElementFormat, _ engine: Engine) {
    self.shape = shape
    let channels = shape.inChannels / shape.groups
    if input == .bfloat16, let halves = engine.kernels.halves {
      kernels = halves.dots
      groupFloats = channels / 2
      self.weights = (0..<shape.groups).map { PackedPanels(halves: weights, shape, group: $0, engine) }
    } else {
      kernels = engine.floatProducts
      groupFloats = channels
      self.weights = (0..<shape.groups).map { PackedPanels(weights, shape, group: $0, engine) }
    }
    zeros = Storage(count: shape.inChannels)
  }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let output = store.output
    let rows = PixelRows(input: input, extent: output.extent, shape: shape, zeros: zeros.pointer)
    let block = pixelsPerPiece(output.pixels)
    let taps = shape.kernel.count
    let ahead = tilePixels * shape.stride.w * input.pitch
    engine.pool.forEach((output.pixels + block - 1) / block) { piece, thread in
      let pixels = piece * block..<min(output.pixels, (piece + 1) * block)
      let count = (pixels.count + tilePixels - 1) / tilePixels * tilePixels * taps
      // An address takes the room of two floats.
      let scratch = UnsafeMutableRawPointer(engine.scratch.floats(2 * count, thread: thread))
      let table = scratch.bindMemory(to: UnsafePointer<Float>.self, capacity: count)
      rows.fill(pixels, table)
      for group in 0..<shape.groups { multiply(pixels, table, group, store, ahead: ahead, engine) }
    }
  }

  private func multiply(
    _ pixels: Range<Int>, _ table: UnsafePointer<UnsafePointer<Float>>, _ group: Int, _ store: ConvolutionStore,
    ahead: Int, _ engine: Engine
  ) {
    let output = store.output
    let outputs = shape.outChannels / shape.groups
    let first = group * outputs
    var block = ProductBlock(
      rows: table, taps: shape.kernel.count, channels: groupFloats, bias: store.bias + first,
      output: address(first, output) + pixels.lowerBound * output.pitch,
      outputPitch: output.pitch, pixels: pixels.count)
    block.rowOffset = group * groupFloats
    block.ahead = ahead
    block.outputIsHalf = output.format == .bfloat16
    if let residual = store.residual {
      block.residual = UnsafePointer(address(first, residual)) + pixels.lowerBound * residual.pitch
      block.residualPitch = residual.pitch
      block.residualIsHalf = residual.format == .bfloat16
    }
    block.relu = store.relu
    kernels.multiply(block, weights[group].panel(0), outputs: outputs)
  }

  /// Where a channel of the first pixel lies; a group of bfloat16 channels may begin in the middle of a float.
  private func address(_ channel: Int, _ map: FeatureMap) -> UnsafeMutablePointer<Float> {
    (UnsafeMutableRawPointer(map.start) + channel * map.format.bytes).assumingMemoryBound(to: Float.self)
  }

  /// A piece's inputs stay in the second-level cache while all panels of weights pass by; small layers still give
  /// every thread several pieces.
  private func pixelsPerPiece(_ pixels: Int) -> Int {
    let cached = 98_304 / max(1, shape.kernel.count * groupFloats * shape.groups)
    let shared = pixels / 24
    return max(2 * tilePixels, min(cached, shared, 1536) / tilePixels * tilePixels)
  }
}

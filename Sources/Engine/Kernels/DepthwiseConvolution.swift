internal import MicroKernels
internal import Parallel
internal import Tensors

/// The inner loop of depthwise convolutions for one instruction set: see `MicroKernels.depthwiseColumns`.
struct DepthwiseKernels: Sendable {
  let columns: @Sendable (DepthwiseBlock) -> Void
  /// Floats in a register.
  let lanes: Int

  /// Channels rounded up to whole registers.
  func padded(_ channels: Int) -> Int { (channels + lanes - 1) / lanes * lanes }
}

/// A convolution of every channel by itself: each line of the output adds up the lines of the input that it sees, with
/// channels in the lanes. Any kernel, stride, dilation and padding.
///
/// It waits for memory: a product needs an element of its own, and what helps is that all taps find it in the caches.
struct DepthwiseConvolution: ConvolutionMethod {
  private let shape: ConvolutionShape
  /// [kernel T x H][kernel W][channels rounded up]
  private let weights: Storage
  private let pitch: Int
  private let kernels: DepthwiseKernels

  /// - Parameter weights: [channels, 1, T, H, W].
  init(_ shape: ConvolutionShape, weights source: Storage, _ input: ElementFormat, _ engine: Engine) {
    self.shape = shape
    kernels = engine.depthwise(input)
    pitch = kernels.padded(shape.outChannels)
    let taps = shape.kernel.count
    weights = Storage(count: taps * pitch)
    for channel in 0..<shape.outChannels {
      for tap in 0..<taps { weights.pointer[tap * pitch + channel] = source.pointer[channel * taps + tap] }
    }
  }

  func fuses(_ epilogue: Epilogue) -> Bool { epilogue.code != nil }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let lines = store.output.batch * store.output.extent.t * store.output.extent.h
    if store.output.positions == 0 { return }
    // A thread takes lines that follow each other: most of what the next one sees is in its caches then.
    let pieces = min(lines, engine.pool.threads * 8)
    engine.pool.forEach(pieces) { piece, thread in
      let count = shape.kernel.t * shape.kernel.h
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: 4 * count) { memory in
        for line in piece * lines / pieces..<(piece + 1) * lines / pieces {
          run(line, input, store, memory.baseAddress!)
        }
      }
    }
  }

  /// Computes one line of the output.
  ///
  /// - Parameter memory: Four addresses for each line of the kernel.
  private func run(
    _ line: Int, _ input: FeatureMap, _ store: ConvolutionStore, _ memory: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    let output = store.output
    let place = ConvolutionPlace(line * output.extent.w, output.extent, shape)
    let count = shape.kernel.t * shape.kernel.h
    let (starts, taps) = (memory, memory + count)
    let (lines, lineWeights) = (memory + 2 * count, memory + 3 * count)
    var seen = 0
    for kt in 0..<shape.kernel.t {
      let t = place.t + kt * shape.dilation.t
      if t < 0 || t >= input.extent.t { continue }
      for kh in 0..<shape.kernel.h {
        let h = place.h + kh * shape.dilation.h
        if h < 0 || h >= input.extent.h { continue }
        let first = ((place.n * input.extent.t + t) * input.extent.h + h) * input.extent.w
        starts[seen] = UnsafePointer(input.start + first * input.pitch)
        taps[seen] = UnsafePointer(weights.pointer + (kt * shape.kernel.h + kh) * shape.kernel.w * pitch)
        seen += 1
      }
    }
    // Away from the ends of a line every tap along it lies inside.
    let (stride, padding, dilation) = (shape.stride.w, shape.padding.w, shape.dilation.w)
    let reach = (shape.kernel.w - 1) * dilation
    let before = min(output.extent.w, (padding + stride - 1) / stride)
    let last = input.extent.w - 1 - reach + padding
    let after = max(before, min(output.extent.w, last < 0 ? 0 : last / stride + 1))
    var block = DepthwiseBlock(
      lines: UnsafePointer(lines), weights: UnsafePointer(lineWeights), lineCount: seen,
      kernelColumns: shape.kernel.w, step: stride * input.pitch, tapStep: dilation * input.pitch, weightPitch: pitch,
      bias: store.bias, output: output.start, outputPitch: output.pitch, residual: nil,
      residualPitch: store.residual?.pitch ?? 0, columns: 0, channels: shape.outChannels,
      epilogue: store.epilogue.code!)
    block.outputIsBFloat16 = output.format == .bfloat16
    block.residualIsBFloat16 = store.residual?.format == .bfloat16
    func compute(_ columns: Range<Int>, taps kernelColumns: Range<Int>) {
      if columns.isEmpty { return }
      let column = columns.lowerBound * stride - padding + kernelColumns.lowerBound * dilation
      for i in 0..<seen {
        lines[i] = starts[i] + column * input.pitch
        lineWeights[i] = taps[i] + kernelColumns.lowerBound * pitch
      }
      block.kernelColumns = kernelColumns.count
      block.columns = columns.count
      let position = line * output.extent.w + columns.lowerBound
      block.output = output.start + position * output.pitch
      block.residual = store.residual.map { UnsafePointer($0.start + position * $0.pitch) }
      kernels.columns(block)
    }
    for w in 0..<before { compute(w..<w + 1, taps: inside(w, input.extent.w)) }
    compute(before..<after, taps: 0..<shape.kernel.w)
    for w in after..<output.extent.w { compute(w..<w + 1, taps: inside(w, input.extent.w)) }
  }

  /// The taps along a line that lie inside the input for an output column.
  private func inside(_ column: Int, _ length: Int) -> Range<Int> {
    let first = column * shape.stride.w - shape.padding.w
    let taps = (0..<shape.kernel.w).filter { (0..<length).contains(first + $0 * shape.dilation.w) }
    return taps.isEmpty ? 0..<0 : taps[0]..<taps[taps.count - 1] + 1
  }
}

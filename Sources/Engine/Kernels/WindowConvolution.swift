internal import MicroKernels
internal import Parallel
internal import Tensors

/// A convolution over few float32 channels whose windows along a line are written out in bfloat16: what an output position
/// sees of a line, its columns and channels, is one tap of a product of bfloat16.
///
/// A piece is a band of output rows through all frames of a clip; it writes out the windows of each line once and keeps
/// those of as many frames as the kernel is long.
struct WindowConvolution: ConvolutionMethod {
  /// Floats of two numbers that a window takes.
  static let windowFloats = 16

  private let shape: ConvolutionShape
  /// [time x height][window]
  private let weights: PackedPanels
  private let kernels: BFloat16Kernels

  /// Numbers that a position sees of a line.
  static func numbers(_ shape: ConvolutionShape) -> Int { shape.kernel.w * shape.inChannels }

  init(_ shape: ConvolutionShape, weights: Storage, _ kernels: BFloat16Kernels, _ engine: Engine) {
    self.shape = shape
    self.kernels = kernels
    let lines = shape.kernel.t * shape.kernel.h
    // Channel by channel inside a column, as they lie in the input; zeros after them.
    let window = ConvolutionShape(
      2 * Self.windowFloats, shape.outChannels, kernel: Extent3(shape.kernel.t, shape.kernel.h, 1))
    let spread = Storage(count: window.outChannels * window.depth)
    for o in 0..<shape.outChannels {
      for line in 0..<lines {
        for w in 0..<shape.kernel.w {
          for c in 0..<shape.inChannels {
            spread.pointer[(o * 2 * Self.windowFloats + w * shape.inChannels + c) * lines + line] =
              weights.pointer[((o * shape.inChannels + c) * lines + line) * shape.kernel.w + w]
          }
        }
      }
    }
    self.weights = PackedPanels(bfloat16: spread, window, group: 0, parts: 1, engine)
  }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let output = store.output
    let rows = max(1, min(4, output.extent.h * output.batch / (4 * engine.pool.threads)))
    let bands = (output.extent.h + rows - 1) / rows
    let geometry = Geometry(shape, input.extent, output.extent, rows: rows)
    engine.pool.forEach(output.batch * bands) { piece, thread in
      let first = piece % bands * rows
      Band(
        convolution: self, geometry: geometry, item: piece / bands,
        rows: first..<min(output.extent.h, first + rows), input: input, store: store,
        memory: engine.scratch.floats(geometry.count, thread: thread)
      ).run()
    }
  }

  /// How windows lie in a thread's memory.
  private struct Geometry {
    /// Floats of a line's windows.
    let line: Int
    /// Lines of a frame that a band sees.
    let lines: Int
    /// Floats of a line of the input with its padding.
    let padded: Int
    /// Where the ring of frames, a line of zeros, the padded line and the table of addresses begin.
    let ring: Int
    let zeros: Int
    let source: Int
    let table: Int
    let count: Int

    init(_ shape: ConvolutionShape, _ input: Extent3, _ output: Extent3, rows: Int) {
      line = output.w * windowFloats
      lines = (rows - 1) * shape.stride.h + shape.dilation.h * (shape.kernel.h - 1) + 1
      padded = max(
        (input.w + shape.padding.w) * shape.inChannels,
        (output.w - 1) * shape.stride.w * shape.inChannels + numbers(shape))
      var layout = ScratchLayout()
      ring = layout.add(ringFrames(shape) * lines * line)
      zeros = layout.add(line)
      source = layout.add(padded)
      // An address takes the room of two floats.
      let tiles = (output.w + tilePositions - 1) / tilePositions
      table = layout.add(2 * (tiles * tilePositions + 1) * shape.kernel.t * shape.kernel.h)
      count = layout.count
    }
  }

  /// A band of output rows of one item, on one thread.
  private struct Band {
    let convolution: WindowConvolution
    let geometry: Geometry
    let item: Int
    let rows: Range<Int>
    let input: FeatureMap
    let store: ConvolutionStore
    let memory: UnsafeMutablePointer<Float>

    private var shape: ConvolutionShape { convolution.shape }
    /// The input line that the first line of the ring's frames holds; it may lie in the padding.
    private var firstLine: Int { rows.lowerBound * shape.stride.h - shape.padding.h }

    func run() {
      (memory + geometry.source).update(repeating: 0, count: geometry.padded)
      (memory + geometry.zeros).update(repeating: 0, count: geometry.line)
      var written = 0
      for t in 0..<store.output.extent.t {
        let last = t * shape.stride.t - shape.padding.t + (shape.kernel.t - 1) * shape.dilation.t
        while written <= min(last, input.extent.t - 1) {
          writeFrame(written)
          written += 1
        }
        for h in rows { computeRow(t, h) }
      }
    }

    private func ringLine(_ frame: Int, _ line: Int) -> UnsafeMutablePointer<Float> {
      memory + geometry.ring + (frame % ringFrames(shape) * geometry.lines + line) * geometry.line
    }

    /// Writes out the windows of a frame's lines.
    private func writeFrame(_ frame: Int) {
      let channels = shape.inChannels
      let inside = memory + geometry.source + shape.padding.w * channels
      for line in 0..<geometry.lines {
        let h = firstLine + line
        if h < 0 || h >= input.extent.h { continue }
        let row = ((item * input.extent.t + frame) * input.extent.h + h) * input.extent.w
        let from = UnsafePointer(input.start) + row * input.pitch
        if input.pitch == channels {
          inside.update(from: from, count: input.extent.w * channels)
        } else {
          for w in 0..<input.extent.w {
            (inside + w * channels).update(from: from + w * input.pitch, count: channels)
          }
        }
        convolution.kernels.windows(
          RoundedWindows(
            input: memory + geometry.source, step: shape.stride.w * channels, numbers: numbers(shape),
            output: ringLine(frame, line), windows: store.output.extent.w))
      }
    }

    private func computeRow(_ t: Int, _ h: Int) {
      let output = store.output
      let taps = shape.kernel.t * shape.kernel.h
      let tiles = (output.extent.w + tilePositions - 1) / tilePositions
      let table = UnsafeMutableRawPointer(memory + geometry.table).bindMemory(
        to: UnsafePointer<Float>.self, capacity: (tiles * tilePositions + 1) * taps)
      let starts = table + tiles * tilePositions * taps
      for tap in 0..<taps {
        let frame = t * shape.stride.t - shape.padding.t + tap / shape.kernel.h * shape.dilation.t
        let line = (h - rows.lowerBound) * shape.stride.h + tap % shape.kernel.h * shape.dilation.h
        let isInside =
          frame >= 0 && frame < input.extent.t && firstLine + line >= 0 && firstLine + line < input.extent.h
        starts[tap] = UnsafePointer(isInside ? ringLine(frame, line) : memory + geometry.zeros)
      }
      if convolution.kernels.dots.block == nil {
        var target = table
        for tile in 0..<tiles {
          for tap in 0..<taps {
            for i in 0..<tilePositions {
              target[i] = starts[tap] + min(tile * tilePositions + i, output.extent.w - 1) * windowFloats
            }
            target += tilePositions
          }
        }
      }
      let position = ((item * output.extent.t + t) * output.extent.h + h) * output.extent.w
      var block = GEMMBlock(
        rows: table, taps: taps, channels: windowFloats, bias: store.bias,
        output: output.start + position * output.pitch, outputPitch: output.pitch, positions: output.extent.w)
      (block.starts, block.step) = (UnsafePointer(starts), windowFloats)
      block.outputIsBFloat16 = output.format == .bfloat16
      if let residual = store.residual {
        block.residual = UnsafePointer(residual.start) + position * residual.pitch
        block.residualPitch = residual.pitch
        block.residualIsBFloat16 = residual.format == .bfloat16
      }
      block.epilogue = store.epilogue.code
      convolution.kernels.dots.multiply(block, convolution.weights.panel(0), outputs: shape.outChannels)
    }
  }
}

/// Frames that a band keeps: as many as a kernel spans.
private func ringFrames(_ shape: ConvolutionShape) -> Int { shape.dilation.t * (shape.kernel.t - 1) + 1 }

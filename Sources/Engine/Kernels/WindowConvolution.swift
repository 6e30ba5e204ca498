internal import MicroKernels
internal import Parallel
internal import Tensors

/// A convolution over few float32 channels whose windows along a line are written out in bfloat16: what an output position
/// sees of a line, its columns and channels, is one tap of a product of bfloat16.
///
/// A piece is a band of output rows through all frames of a clip; it writes out the windows of each line once (`LineRing`).
///
/// Where there are few output channels and the kernel spans frames, tiles of 32 outputs hold those of several frames side by
/// side: every window that is read then takes part in the sums of all of them, by weights that are zero where a frame does not
/// see it. Reading the windows from the second-level cache is what such layers cost.
struct WindowConvolution: ConvolutionMethod {
  /// Floats of two numbers that a window takes.
  static let windowFloats = 16

  private let shape: ConvolutionShape
  /// The shape of the products: frames that are computed together are outputs of it.
  private let joint: ConvolutionShape
  /// Frames that are computed together.
  private let frames: Int
  /// [time x height][window] of the joint shape.
  private let weights: PackedPanels
  private let kernels: BFloat16Kernels
  /// Adds bias, residual and epilogue to sums of several frames; nil where frames are computed one by one.
  private let finish: BFloat16Kernels.Finish?

  /// Numbers that a position sees of a line.
  static func numbers(_ shape: ConvolutionShape) -> Int { shape.kernel.w * shape.inChannels }

  /// Frames whose outputs fill a tile's columns; 1 where they have channels enough or see no frames in common.
  private static func framesTogether(_ shape: ConvolutionShape) -> Int {
    guard shape.kernel.t > 1, shape.stride.t == 1, shape.dilation.t == 1, shape.outChannels <= 16 else { return 1 }
    return min(4, 32 / shape.outChannels)
  }

  init(_ shape: ConvolutionShape, weights: Storage, _ kernels: BFloat16Kernels, _ engine: Engine) {
    self.shape = shape
    self.kernels = kernels
    finish = kernels.finish
    frames = kernels.finish == nil ? 1 : Self.framesTogether(shape)
    var joint = shape
    joint.outChannels *= frames
    joint.kernel.t += frames - 1
    joint.stride.t *= frames
    self.joint = joint
    let (lines, all) = (shape.kernel.t * shape.kernel.h, joint.kernel.t * joint.kernel.h)
    // Channel by channel inside a column, as they lie in the input; zeros after them.
    let window = ConvolutionShape(
      2 * Self.windowFloats, joint.outChannels, kernel: Extent3(joint.kernel.t, joint.kernel.h, 1))
    let spread = Storage(count: window.outChannels * window.depth)
    for frame in 0..<frames {
      for o in 0..<shape.outChannels {
        let output = frame * shape.outChannels + o
        for line in 0..<lines {
          for w in 0..<shape.kernel.w {
            for c in 0..<shape.inChannels {
              let number = output * 2 * Self.windowFloats + w * shape.inChannels + c
              spread.pointer[number * all + frame * shape.kernel.h + line] =
                weights.pointer[((o * shape.inChannels + c) * lines + line) * shape.kernel.w + w]
            }
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
    let geometry = Geometry(joint, input.extent, output.extent, rows: rows, frames: frames)
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
    /// Floats of a line of the input with its padding.
    let padded: Int
    /// Where the ring of lines, the padded line and the table of addresses begin.
    let ring: Int
    let source: Int
    let table: Int
    /// Where the sums of a row of several frames begin.
    let sums: Int
    let count: Int

    init(_ shape: ConvolutionShape, _ input: Extent3, _ output: Extent3, rows: Int, frames: Int) {
      line = output.w * windowFloats
      padded = max(
        (input.w + shape.padding.w) * shape.inChannels,
        (output.w - 1) * shape.stride.w * shape.inChannels + numbers(shape))
      var layout = ScratchLayout()
      ring = layout.add(LineRing.floats(shape, rows: rows, line: line))
      source = layout.add(padded)
      // An address takes the room of two floats.
      let tiles = (output.w + tilePositions - 1) / tilePositions
      table = layout.add(2 * (tiles * tilePositions + 1) * shape.kernel.t * shape.kernel.h)
      // Whole tiles are stored.
      sums = layout.add(frames == 1 ? 0 : (output.w + 15) / 16 * 16 * sumsPitch)
      count = layout.count
    }
  }

  /// Floats from a position's sums of several frames to the next one's.
  private static let sumsPitch = 32

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

    func run() {
      let source = memory + geometry.source
      source.update(repeating: 0, count: geometry.padded)
      let ring = LineRing(
        convolution.joint, input.extent, rows: rows, line: geometry.line, memory: memory + geometry.ring)
      let frames = convolution.frames
      var steps = store.output.extent
      steps.t = (steps.t + frames - 1) / frames
      ring.forEachFrame(of: steps) { t, h, target in
        writeWindows(t, h, source, target)
      } compute: { step in
        for h in rows { computeRow(step, h, ring) }
      }
    }

    /// Writes out the windows of a line.
    ///
    /// - Parameter source: Room for the line with its padding, zeros around the line.
    private func writeWindows(
      _ t: Int, _ h: Int, _ source: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>
    ) {
      let channels = shape.inChannels
      let inside = source + shape.padding.w * channels
      let row = ((item * input.extent.t + t) * input.extent.h + h) * input.extent.w
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
          input: source, step: shape.stride.w * channels, numbers: numbers(shape), output: target,
          windows: store.output.extent.w))
    }

    /// Computes a row of the frames of a step.
    private func computeRow(_ step: Int, _ h: Int, _ ring: LineRing) {
      let output = store.output
      let taps = convolution.joint.kernel.t * shape.kernel.h
      let tiles = (output.extent.w + tilePositions - 1) / tilePositions
      let table = UnsafeMutableRawPointer(memory + geometry.table).bindMemory(
        to: UnsafePointer<Float>.self, capacity: (tiles * tilePositions + 1) * taps)
      let starts = table + tiles * tilePositions * taps
      ring.fill(starts, t: step, h: h)
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
      guard convolution.frames > 1, let finish = convolution.finish else {
        return multiply(block(frame: step, h, table, starts, taps), outputs: shape.outChannels)
      }
      let sums = memory + geometry.sums
      var products = GEMMBlock(
        rows: table, taps: taps, channels: windowFloats, bias: store.bias, output: sums, outputPitch: sumsPitch,
        positions: output.extent.w)
      (products.starts, products.step) = (UnsafePointer(starts), windowFloats)
      products.storesWholeSums = true
      multiply(products, outputs: convolution.joint.outChannels)
      let first = step * convolution.frames
      for frame in first..<min(output.extent.t, first + convolution.frames) {
        finish(
          block(frame: frame, h, table, starts, taps),
          SumTile(
            sums: sums + (frame - first) * shape.outChannels, pitch: sumsPitch, position: 0, positions: output.extent.w,
            column: 0, outputs: shape.outChannels))
      }
    }

    private func multiply(_ block: GEMMBlock, outputs: Int) {
      convolution.kernels.dots.multiply(block, convolution.weights.panel(0), outputs: outputs)
    }

    /// A row of a frame of the output.
    private func block(
      frame: Int, _ h: Int, _ table: UnsafePointer<UnsafePointer<Float>>, _ starts: UnsafePointer<UnsafePointer<Float>>,
      _ taps: Int
    ) -> GEMMBlock {
      let output = store.output
      let position = ((item * output.extent.t + frame) * output.extent.h + h) * output.extent.w
      var block = GEMMBlock(
        rows: table, taps: taps, channels: windowFloats, bias: store.bias,
        output: output.start + position * output.pitch, outputPitch: output.pitch, positions: output.extent.w)
      (block.starts, block.step) = (starts, windowFloats)
      block.outputIsBFloat16 = output.format == .bfloat16
      if let residual = store.residual {
        block.residual = UnsafePointer(residual.start) + position * residual.pitch
        block.residualPitch = residual.pitch
        block.residualIsBFloat16 = residual.format == .bfloat16
      }
      block.epilogue = store.epilogue.code
      return block
    }
  }
}

internal import MicroKernels
internal import Parallel
internal import Tensors

/// A convolution over few float32 channels by products of bfloat16: what an output position sees of a line, its columns and
/// channels, is one tap, read from a rounded line (`PaddedLines`).
///
/// Where there are few output channels and the kernel spans frames, tiles of 32 outputs hold those of several frames side by
/// side: what is read then takes part in the sums of all of them, by weights that are zero where a frame does not see it.
struct WindowConvolution: ConvolutionMethod {
  /// Floats of two numbers that a window takes at most.
  static let windowFloats = 16

  private let shape: ConvolutionShape
  /// Frames that are computed together.
  private let frames: Int
  /// Of the products, of which they are outputs.
  private let lines: PaddedLines
  /// [time x height][window] of those.
  private let weights: PackedPanels
  private let kernels: BFloat16Kernels
  /// Adds bias, residual and epilogue to sums of several frames; nil where frames are computed one by one.
  private let finish: BFloat16Kernels.Finish?

  /// Numbers that a position sees of a line.
  static func numbers(_ shape: ConvolutionShape) -> Int { shape.kernel.w * shape.inChannels }

  /// Whether positions begin at whole floats of two numbers.
  static func beginsEvenly(_ shape: ConvolutionShape) -> Bool { shape.stride.w * shape.inChannels % 2 == 0 }

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
    let window = (Self.numbers(shape) + 1) / 2
    // After an odd number of numbers comes one that a weight of zero meets.
    self.lines = PaddedLines(shape: joint, step: shape.stride.w * shape.inChannels / 2, tap: window)
    let (lines, all) = (shape.kernel.t * shape.kernel.h, joint.kernel.t * joint.kernel.h)
    // Channel by channel inside a column, as they lie in the input.
    let windows = ConvolutionShape(
      2 * window, joint.outChannels, kernel: Extent3(joint.kernel.t, joint.kernel.h, 1))
    let spread = Storage(count: windows.outChannels * windows.depth)
    for frame in 0..<frames {
      for o in 0..<shape.outChannels {
        let output = frame * shape.outChannels + o
        for line in 0..<lines {
          for w in 0..<shape.kernel.w {
            for c in 0..<shape.inChannels {
              let number = output * 2 * window + w * shape.inChannels + c
              spread.pointer[number * all + frame * shape.kernel.h + line] =
                weights.pointer[((o * shape.inChannels + c) * lines + line) * shape.kernel.w + w]
            }
          }
        }
      }
    }
    self.weights = PackedPanels(bfloat16: spread, windows, group: 0, parts: 1, engine)
  }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let output = store.output
    var steps = output.extent
    steps.t = (steps.t + frames - 1) / frames
    var lines = lines
    // Whole tiles of sums are stored, of a row; besides them those of one frame, for epilogues that write over them.
    let (sums, own) = (
      Self.wholeTiles(output.extent.w) * Self.sumsPitch, Self.wholeTiles(output.extent.w) * Self.ownPitch
    )
    lines.room = frames == 1 ? 0 : sums + own + Self.ownPitch
    let numbers = 2 * lines.floats(width: output.extent.w)
    lines.run(input, steps, engine, writesTable: kernels.dots.block == nil) { item, t, h, target in
      round(input, line: (item * input.extent.t + t) * input.extent.h + h, numbers, target)
    } compute: { band, step, h in
      if frames == 1 {
        computeRow(band, step, h, shape.framesInside(step, of: input.extent.t), store)
      } else {
        computeRows(band, step, h, store)
      }
    }
  }

  /// Rounds a line of the input, with zeros around it.
  ///
  /// - Parameter numbers: How many are written, a multiple of 32.
  private func round(_ input: FeatureMap, line: Int, _ numbers: Int, _ target: UnsafeMutablePointer<Float>) {
    let (channels, width) = (shape.inChannels, input.extent.w)
    let from = UnsafePointer(input.start) + line * width * input.pitch
    withUnsafeTemporaryAllocation(of: Float.self, capacity: numbers) { memory in
      let source = memory.baseAddress.unsafelyUnwrapped
      let before = shape.padding.w * channels
      // What is beyond the last position's window is not there.
      let count = min(width * channels, numbers - before)
      source.update(repeating: 0, count: before)
      if input.pitch == channels {
        (source + before).update(from: from, count: count)
      } else {
        for w in 0..<count / channels {
          (source + before + w * channels).update(from: from + w * input.pitch, count: channels)
        }
      }
      let end = before + (input.pitch == channels ? count : count / channels * channels)
      (source + end).update(repeating: 0, count: numbers - end)
      kernels.windows(
        RoundedWindows(input: source, step: 32, numbers: 32, output: target, windows: numbers / 32))
    }
  }

  /// Floats from a position's sums of several frames to the next one's.
  private static let sumsPitch = 32
  /// The same of one frame: a register.
  private static let ownPitch = 16

  private static func wholeTiles(_ positions: Int) -> Int { (positions + 15) / 16 * 16 }

  private func computeRow(
    _ band: PaddedLines.Band, _ frame: Int, _ h: Int, _ inside: Range<Int>, _ store: ConvolutionStore
  ) {
    var block = block(band, frame, h, store)
    band.fill(&block, step: frame, h: h, frames: inside)
    kernels.dots.multiply(
      block, weights.panel(0), depth: weights.depth, firstRow: inside.lowerBound * shape.kernel.h * lines.tap,
      outputs: shape.outChannels)
  }

  /// Computes a row of the frames of a step.
  private func computeRows(_ band: PaddedLines.Band, _ step: Int, _ h: Int, _ store: ConvolutionStore) {
    guard let finish else { return }
    let width = store.output.extent.w
    var products = band.block(bias: store.bias, output: band.room, pitch: Self.sumsPitch)
    band.fill(&products, step: step, h: h)
    products.storesWholeSums = true
    kernels.dots.multiply(products, weights.panel(0), outputs: frames * shape.outChannels)
    let first = step * frames
    let own = band.room + Self.wholeTiles(width) * Self.sumsPitch
    for frame in first..<min(store.output.extent.t, first + frames) {
      var tile = SumTile(
        sums: band.room + (frame - first) * shape.outChannels, pitch: Self.sumsPitch, position: 0, positions: width,
        column: 0, outputs: shape.outChannels)
      if !store.epilogue.code.isShort {
        for position in 0..<width {
          (own + position * Self.ownPitch).update(from: tile.sums + position * tile.pitch, count: shape.outChannels)
        }
        (tile.sums, tile.pitch) = (own, Self.ownPitch)
      }
      finish(block(band, frame, h, store), tile)
    }
  }

  /// A row of a frame of the output.
  private func block(_ band: PaddedLines.Band, _ frame: Int, _ h: Int, _ store: ConvolutionStore) -> GEMMBlock {
    let output = store.output
    let position = ((band.item * output.extent.t + frame) * output.extent.h + h) * output.extent.w
    var block = band.block(
      bias: store.bias, output: output.start + position * output.pitch, pitch: output.pitch)
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

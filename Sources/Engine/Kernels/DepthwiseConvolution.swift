internal import MicroKernels
internal import Parallel
internal import Tensors

/// The inner loops of depthwise convolutions for one instruction set: see `MicroKernels.depthwiseLine`.
struct DepthwiseKernels: Sendable {
  let split: @Sendable (DepthwiseLine) -> Void
  let line: @Sendable (DepthwiseBlock) -> Void
  /// Floats in a register.
  let lanes: Int
}

/// A convolution of every channel by itself, with channels in the lanes: any kernel, stride, dilation and padding.
///
/// Each product needs an element of its own, so that what counts is where the elements are: lines of the input are
/// split by registers of channels into a ring that stays in a thread's caches, as float32 and with the padding written
/// out, and all taps read them there. A thread goes through the frames of one line of the output before it goes on to
/// the next line, so that a line of the input is split once for each kernel line that sees it, whatever the kernel's
/// length in time.
struct DepthwiseConvolution: ConvolutionMethod {
  private let shape: ConvolutionShape
  /// [registers of channels][kernel T x H][kernel W][lanes]
  private let weights: Storage
  private let kernels: DepthwiseKernels

  /// - Parameter weights: [channels, 1, T, H, W].
  init(_ shape: ConvolutionShape, weights source: Storage, _ input: ElementFormat, _ engine: Engine) {
    self.shape = shape
    kernels = engine.depthwise(input)
    let (taps, lanes) = (shape.kernel.count, kernels.lanes)
    weights = Storage(count: (shape.outChannels + lanes - 1) / lanes * taps * lanes)
    for channel in 0..<shape.outChannels {
      let register = weights.pointer + channel / lanes * taps * lanes + channel % lanes
      for tap in 0..<taps { register[tap * lanes] = source.pointer[channel * taps + tap] }
    }
  }

  func fuses(_ epilogue: Epilogue) -> Bool { epilogue.code != nil }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    if store.output.positions == 0 { return }
    let lines = store.output.batch * store.output.extent.h * store.output.extent.t
    let pieces = min(lines, engine.pool.threads * 8)
    let layout = RingLayout(shape, input, store.output.extent, lanes: kernels.lanes)
    engine.pool.forEach(pieces) { piece, thread in
      let memory = engine.scratch.floats(layout.count, thread: thread)
      var ring = Ring(shape, layout, kernels, input, memory)
      for line in piece * lines / pieces..<(piece + 1) * lines / pieces { run(line, &ring, store) }
    }
  }

  /// Computes one line of the output.
  ///
  /// - Parameter number: Counted through the frames first, then the lines of a frame, then the batch.
  private func run(_ number: Int, _ ring: inout Ring, _ store: ConvolutionStore) {
    let (output, extent) = (store.output, store.output.extent)
    let (t, h, n) = (number % extent.t, number / extent.t % extent.h, number / (extent.t * extent.h))
    let taps = ring.lines(
      batchIndex: n, t: t * shape.stride.t - shape.padding.t, h: h * shape.stride.h - shape.padding.h, weights.pointer)
    let position = ((n * extent.t + t) * extent.h + h) * extent.w
    var block = DepthwiseBlock(
      lines: ring.starts, weights: ring.weights, lineCount: taps, kernelColumns: shape.kernel.w, step: shape.stride.w,
      tapStep: shape.dilation.w, lineRegisterStep: ring.layout.columns * kernels.lanes,
      weightRegisterStep: shape.kernel.count * kernels.lanes, bias: store.bias,
      output: output.start + position * output.pitch, outputPitch: output.pitch,
      residual: store.residual.map { UnsafePointer($0.start + position * $0.pitch) },
      residualPitch: store.residual?.pitch ?? 0, columns: extent.w, channels: shape.outChannels,
      epilogue: store.epilogue.code!)
    block.outputIsBFloat16 = output.format == .bfloat16
    block.residualIsBFloat16 = store.residual?.format == .bfloat16
    kernels.line(block)
  }

  /// How a thread's memory is cut.
  struct RingLayout {
    /// Columns of a split line: the padding before, what is seen of the input, and as much after it as whole tiles read.
    let columns: Int
    /// Those of the input that are seen.
    let filled: Int
    /// Frames that are kept, and lines of each.
    let frames: Int
    let lines: Int
    /// Floats of a split line.
    let line: Int
    /// Where the addresses, the weights' addresses and the frames' numbers begin.
    let starts: Int
    let weights: Int
    let held: Int
    let count: Int

    init(_ shape: ConvolutionShape, _ input: FeatureMap, _ output: Extent3, lanes: Int) {
      let tiled = (output.w + depthwiseColumns - 1) / depthwiseColumns * depthwiseColumns
      columns = (tiled - 1) * shape.stride.w + (shape.kernel.w - 1) * shape.dilation.w + 1
      filled = max(0, min(input.extent.w, columns - shape.padding.w))
      frames = (shape.kernel.t - 1) * shape.dilation.t + 1
      lines = shape.kernel.h
      line = (shape.outChannels + lanes - 1) / lanes * columns * lanes
      var layout = ScratchLayout()
      _ = layout.add(frames * lines * line)
      // An address or an Int takes the room of two floats.
      starts = layout.add(2 * shape.kernel.t * shape.kernel.h)
      weights = layout.add(2 * shape.kernel.t * shape.kernel.h)
      held = layout.add(2 * frames)
      count = layout.count
    }
  }

  /// The split lines of the input that a thread keeps: as many frames as the kernel is long, of each the lines that one
  /// line of the output sees.
  private struct Ring {
    let shape: ConvolutionShape
    let layout: RingLayout
    let kernels: DepthwiseKernels
    let input: FeatureMap
    let memory: UnsafeMutablePointer<Float>
    /// Which frame stands in each place; -1 is none.
    let held: UnsafeMutablePointer<Int>
    let starts: UnsafeMutablePointer<UnsafePointer<Float>>
    let weights: UnsafeMutablePointer<UnsafePointer<Float>>
    /// What the frames are of.
    var batchIndex = -1
    var top = Int.min

    init(
      _ shape: ConvolutionShape, _ layout: RingLayout, _ kernels: DepthwiseKernels, _ input: FeatureMap,
      _ memory: UnsafeMutablePointer<Float>
    ) {
      self.shape = shape
      self.layout = layout
      self.kernels = kernels
      self.input = input
      self.memory = memory
      let raw = UnsafeMutableRawPointer(memory)
      let taps = shape.kernel.t * shape.kernel.h
      held = (raw + 4 * layout.held).bindMemory(to: Int.self, capacity: layout.frames)
      starts = (raw + 4 * layout.starts).bindMemory(to: UnsafePointer<Float>.self, capacity: taps)
      weights = (raw + 4 * layout.weights).bindMemory(to: UnsafePointer<Float>.self, capacity: taps)
      // What surrounds the filled columns is the padding: it is written once and never again.
      let (before, after) = (min(shape.padding.w, layout.columns), min(shape.padding.w + layout.filled, layout.columns))
      for start in stride(from: 0, to: layout.frames * layout.lines * layout.line, by: layout.columns * kernels.lanes) {
        (memory + start).update(repeating: 0, count: before * kernels.lanes)
        (memory + start + after * kernels.lanes).update(repeating: 0, count: (layout.columns - after) * kernels.lanes)
      }
    }

    /// Sees to it that the lines are there which a line of the output sees, and writes down where they and their
    /// weights begin.
    ///
    /// - Parameters:
    ///   - t: The first frame; it may lie in the padding, as may lines.
    ///   - h: The first line.
    /// - Returns: How many there are.
    mutating func lines(batchIndex n: Int, t: Int, h: Int, _ first: UnsafePointer<Float>) -> Int {
      if n != batchIndex || h != top {
        held.update(repeating: -1, count: layout.frames)
        (batchIndex, top) = (n, h)
      }
      var count = 0
      for kt in 0..<shape.kernel.t {
        let frame = t + kt * shape.dilation.t
        if frame < 0 || frame >= input.extent.t { continue }
        let slot = frame % layout.frames
        let isHeld = held[slot] == frame
        held[slot] = frame
        for kh in 0..<shape.kernel.h {
          let line = h + kh * shape.dilation.h
          if line < 0 || line >= input.extent.h { continue }
          let start = memory + (slot * layout.lines + kh) * layout.line
          if !isHeld { split(((n * input.extent.t + frame) * input.extent.h + line) * input.extent.w, start) }
          starts[count] = UnsafePointer(start)
          weights[count] = first + (kt * shape.kernel.h + kh) * shape.kernel.w * kernels.lanes
          count += 1
        }
      }
      return count
    }

    private func split(_ position: Int, _ start: UnsafeMutablePointer<Float>) {
      kernels.split(
        DepthwiseLine(
          input: input.start + position * input.pitch, inputPitch: input.pitch, columns: layout.filled,
          channels: shape.outChannels, output: start + shape.padding.w * kernels.lanes,
          registerStep: layout.columns * kernels.lanes))
    }
  }
}

internal import MicroKernels
internal import Parallel
internal import Tensors

/// The inner loops of depthwise convolutions for one instruction set: see `MicroKernels.depthwiseLines`.
struct DepthwiseKernels: Sendable {
  let split: @Sendable (DepthwiseLine) -> Void
  let lines: @Sendable (DepthwiseBlock, UnsafePointer<DepthwiseOutput>, Int) -> Void
  /// Floats in a register.
  let lanes: Int
}

/// A convolution of every channel by itself, with channels in the lanes: any kernel, stride, dilation and padding.
///
/// Each product needs an element of its own, so that what counts is where the elements are: lines of the input are
/// split by registers of channels into a ring that stays in a thread's caches, as float32 and with the padding written
/// out, and all taps read them there. A thread goes through the frames of a band of lines before it goes on to the next
/// band: the ring keeps as many frames as the kernel is long, and a line is split once for each band that sees it.
/// Where the kernel has one frame, lines take the place of frames.
struct DepthwiseConvolution: ConvolutionMethod {
  /// With lines as frames where frames are apart.
  private let shape: ConvolutionShape
  /// Whether frames are apart, so that lines are frames of one line each.
  let goesByLines: Bool
  /// [registers of channels][kernel T x H][kernel W][lanes]
  private let weights: Storage
  let kernels: DepthwiseKernels

  /// - Parameter weights: [channels, 1, T, H, W].
  init(_ shape: ConvolutionShape, weights source: Storage, _ input: ElementFormat, _ engine: Engine) {
    goesByLines = shape.keepsFramesApart
    self.shape = goesByLines ? shape.linesAsFrames : shape
    kernels = engine.depthwise(input)
    let (taps, lanes) = (shape.kernel.count, kernels.lanes)
    weights = Storage(count: (shape.outChannels + lanes - 1) / lanes * taps * lanes)
    for channel in 0..<shape.outChannels {
      let register = weights.pointer + channel / lanes * taps * lanes + channel % lanes
      for tap in 0..<taps { register[tap * lanes] = source.pointer[channel * taps + tap] }
    }
  }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    run(MapLines(map: input), store, engine)
  }

  func run(_ source: some DepthwiseSource, _ store: ConvolutionStore, _ engine: Engine) {
    if goesByLines { return go(LinesAsFrames(source: source), store.linesAsFrames, engine) }
    go(source, store, engine)
  }

  private func go(_ source: some DepthwiseSource, _ store: ConvolutionStore, _ engine: Engine) {
    let extent = store.output.extent
    if store.output.positions == 0 { return }
    let threads = engine.pool.threads
    let ring = DepthwiseRing(
      shape, source.extent, extent, source.bands(extent, threads: threads), lanes: kernels.lanes, kernels.split)
    // A band of one frame is the smallest piece of work; bands lie in the order batch, height, time.
    let bands = (extent.h + ring.rows - 1) / ring.rows
    let steps = store.output.batch * bands * extent.t
    let pieces = min(steps, source.pieces(bands: store.output.batch * bands, frames: extent.t, threads: threads))
    engine.pool.forEach(pieces) { piece, thread in
      let storage = engine.scratch.storage(ring.floats + source.scratchFloats, thread: thread)
      let memory = ring.prepare(storage.pointer)
      var held = DepthwiseRing.Held()
      for step in piece * steps / pieces..<(piece + 1) * steps / pieces {
        let (n, t, band) = (step / (extent.t * bands), step % extent.t, step / extent.t % bands)
        // Bands of one height, or nearly so.
        let rows = band * extent.h / bands..<(band + 1) * extent.h / bands
        let frames = ring.fill(batchIndex: n, t: t, rows: rows, memory, &held) { frame, rows, number in
          source.fill(frame, rows, batchIndex: n, ring, (frame, number), memory, (storage, ring.floats))
        }
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: ring.rowsTogether) {
          run(
            batchIndex: n, t, frames, first..<min(rows.upperBound, first + ring.rowsTogether), of: rows, ring, memory,
            source.extent, store)
        }
      }
    }
  }

  /// Computes some lines of a frame of the output.
  ///
  /// - Parameters:
  ///   - frames: The taps in time that lie inside the input.
  ///   - rows: Of the band that the ring holds.
  private func run(
    batchIndex n: Int, _ t: Int, _ frames: Range<Int>, _ rows: Range<Int>, of band: Range<Int>, _ ring: DepthwiseRing,
    _ memory: DepthwiseRing.Memory, _ input: Extent3, _ store: ConvolutionStore
  ) {
    let (output, extent) = (store.output, store.output.extent)
    for row in rows {
      // What a row of the output sees, in its own part of the tables.
      let lines = memory.lines + (row - rows.lowerBound) * ring.taps
      let lineWeights = memory.weights + (row - rows.lowerBound) * ring.taps
      var seen = 0
      for kt in frames {
        let frame = t * shape.stride.t - shape.padding.t + kt * shape.dilation.t
        for kh in 0..<shape.kernel.h {
          let h = row * shape.stride.h - shape.padding.h + kh * shape.dilation.h
          if h < 0 || h >= input.h { continue }
          lines[seen] = UnsafePointer(
            ring.line(frame, (row - band.lowerBound) * shape.stride.h + kh * shape.dilation.h, memory))
          lineWeights[seen] =
            UnsafePointer(weights.pointer) + (kt * shape.kernel.h + kh) * shape.kernel.w * kernels.lanes
          seen += 1
        }
      }
      let position = ((n * extent.t + t) * extent.h + row) * extent.w
      memory.outputs[row - rows.lowerBound] = DepthwiseOutput(
        lines: UnsafePointer(lines), weights: UnsafePointer(lineWeights), lineCount: seen,
        output: output.start + position * output.pitch,
        residual: store.residual.map { UnsafePointer($0.start + position * $0.pitch) })
    }
    var block = DepthwiseBlock(
      kernelColumns: shape.kernel.w, step: shape.stride.w, tapStep: shape.dilation.w,
      lineRegisterStep: ring.columns * kernels.lanes, weightRegisterStep: shape.kernel.count * kernels.lanes,
      bias: store.bias, outputPitch: output.pitch, residualPitch: store.residual?.pitch ?? 0, columns: extent.w,
      channels: shape.outChannels, epilogue: store.epilogue.code, sums: memory.sums)
    block.outputIsBFloat16 = output.format == .bfloat16
    block.residualIsBFloat16 = store.residual?.format == .bfloat16
    kernels.lines(block, memory.outputs, rows.count)
  }
}

extension ConvolutionShape {
  /// The same over maps whose lines are frames, and whose frames are items of the batch.
  fileprivate var linesAsFrames: ConvolutionShape {
    func turned(_ extent: Extent3) -> Extent3 { Extent3(extent.h, extent.t, extent.w) }
    return ConvolutionShape(
      inChannels, outChannels, kernel: turned(kernel), stride: turned(stride), padding: turned(padding),
      paddingAfter: turned(paddingAfter), dilation: turned(dilation), groups: groups)
  }
}

extension ConvolutionStore {
  fileprivate var linesAsFrames: ConvolutionStore {
    func turned(_ map: FeatureMap) -> FeatureMap {
      FeatureMap(
        storage: map.storage, offset: map.offset, batch: map.batch * map.extent.t,
        extent: Extent3(map.extent.h, 1, map.extent.w), channels: map.channels, pitch: map.pitch, format: map.format)
    }
    var store = ConvolutionStore(
      output: turned(output), bias: bias, residual: residual.map(turned), epilogue: epilogue)
    store.firstPosition = firstPosition
    store.hasRoom = hasRoom
    return store
  }
}

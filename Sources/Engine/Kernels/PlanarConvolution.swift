internal import MicroKernels
internal import Parallel
internal import Tensors

/// A convolution of few channels with positions in the lanes.
///
/// Lines of input are split into planes (`PlanarLayout`), so that what neighbouring output positions see under one tap are
/// neighbours in memory: [plane][column]. A piece is a band of output rows through all frames of a clip; it splits each line once
/// (`LineRing`). Where activations are bfloat16, products are of pairs, and float32 inputs are rounded on the way; integers, of which
/// pixels are some, are multiplied in fours.
struct PlanarConvolution: ConvolutionMethod {
  private let shape: ConvolutionShape
  private let layout: PlanarLayout
  private let weights: Storage
  private let kernels: PlanarKernels
  /// How a line becomes planes.
  private let lines: Lines
  /// By output, what the products of integers count; empty for others.
  private let steps: [Float]

  private enum Lines {
    /// Split as they are.
    case floats
    /// Split, then made pairs.
    case pairs(@Sendable (PlanarPairs) -> Void)
    /// Made integers.
    case pixels(PixelLines, PixelPadding)
  }

  init(_ shape: ConvolutionShape, weights: Storage, _ input: ElementFormat, _ engine: Engine) {
    self.shape = shape
    let bfloat16 = engine.activations == .bfloat16 ? engine.kernels.bfloat16 : nil
    kernels = bfloat16?.planar ?? engine.kernels.planar
    layout = PlanarLayout(shape, input, rounds: bfloat16 != nil)
    if let bfloat16, !layout.pairs.isEmpty { lines = .pairs(bfloat16.planarPairs) } else { lines = .floats }
    steps = []
    self.weights = layout.pack(weights, shape, tile: kernels.channels)
  }

  /// A convolution of integers.
  init(_ shape: ConvolutionShape, _ weights: QuantizedWeights, _ engine: Engine) {
    self.shape = shape
    kernels = engine.kernels.planarOfIntegers
    layout = PlanarLayout(integers: shape)
    lines = .floats
    steps = weights.steps
    self.weights = layout.pack(weights, shape, tile: kernels.channels)
  }

  /// A convolution of pixels.
  init(_ shape: ConvolutionShape, _ weights: PixelWeights, _ pixels: PixelLines, _ engine: Engine) {
    self.shape = shape
    kernels = engine.kernels.planarOfIntegers
    layout = PlanarLayout(pixels: shape)
    lines = .pixels(pixels, PixelPadding(shape, weights, pixels.scale))
    steps = weights.quantized.steps
    self.weights = layout.pack(weights, shape, tile: kernels.channels)
  }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    if steps.isEmpty { return compute(input, store, engine) }
    store.ofIntegers(steps) { store in
      guard case .pixels(_, let padding) = lines else { return compute(input, store, engine) }
      let biases = padding.biases(store, frames: input.extent.t)
      compute(input, store, engine, biases: UnsafePointer(biases.pointer), pitch: padding.pitch)
      // The rows have their addresses only.
      withExtendedLifetime(biases) {}
    }
  }

  /// What a float of the padding holds.
  private var padding: Float {
    if case .pixels(let pixels, _) = lines { return pixels.scale.padding }
    return 0
  }

  /// - Parameters:
  ///   - biases: [frames] Where frames of padding are passed over, at a pitch; nil for the store's, and where they are zeros.
  ///   - pitch: In floats.
  private func compute(
    _ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine, biases: UnsafePointer<Float>? = nil,
    pitch: Int = 0
  ) {
    let output = store.output
    let geometry = Geometry(self, output, threads: engine.pool.threads)
    let rows = geometry.rows
    let bands = (output.extent.h + rows - 1) / rows
    engine.pool.forEach(output.batch * bands) { piece, thread in
      let first = piece % bands * rows
      let band = Band(
        convolution: self, geometry: geometry, item: piece / bands,
        rows: first..<min(output.extent.h, first + rows), input: input, store: store,
        biases: biases, biasPitch: pitch,
        memory: engine.scratch.floats(geometry.count, thread: thread))
      band.run()
    }
  }

  /// How lines lie in a thread's memory.
  private struct Geometry {
    /// Rows of a band.
    let rows: Int
    /// Columns of a plane, with room for a whole tile at its end.
    let columns: Int
    /// Floats of a line: all its planes.
    let line: Int
    /// Where the ring of lines, the table of them, the offsets, a split line and the temporary sums begin.
    let ring: Int
    let table: Int
    let offsets: Int
    let split: Int
    let temporary: Int
    let count: Int

    init(_ convolution: PlanarConvolution, _ output: FeatureMap, threads: Int) {
      let (shape, planes, tile) = (convolution.shape, convolution.layout, convolution.kernels)
      let extent = output.extent
      let tiled = (extent.w + tile.positions - 1) / tile.positions * tile.positions
      columns = (tiled + shape.kernel.w / shape.stride.w + 1 + 15) / 16 * 16
      let line = columns * planes.planes
      self.line = line
      // Two bands split the lines that both see. The ring stays in the second-level cache.
      let most = max(1, min(16, extent.h * output.batch / (4 * threads)))
      var rows = most
      while rows > 1, LineRing.floats(shape, rows: rows, line: line) > 180_000 { rows -= 1 }
      self.rows = rows
      var layout = ScratchLayout()
      ring = layout.add(LineRing.floats(shape, rows: rows, line: line))
      // An address or an Int takes the room of two floats.
      table = layout.add(2 * shape.kernel.t * shape.kernel.h)
      offsets = layout.add(2 * planes.factors.count)
      // A pair's second number may be in the next column.
      split = layout.add(planes.pairs.isEmpty ? 0 : columns * planes.splitPlanes + 16)
      temporary = layout.add(tile.channels * tile.positions)
      count = layout.count
    }
  }

  /// A band of output rows of one item, on one thread.
  private struct Band {
    let convolution: PlanarConvolution
    let geometry: Geometry
    let item: Int
    let rows: Range<Int>
    let input: FeatureMap
    let store: ConvolutionStore
    let biases: UnsafePointer<Float>?
    let biasPitch: Int
    let memory: UnsafeMutablePointer<Float>

    private var shape: ConvolutionShape { convolution.shape }

    func run() {
      let factors = convolution.layout.factors
      let offsets = UnsafeMutableRawPointer(memory + geometry.offsets).bindMemory(to: Int.self, capacity: factors.count)
      for (index, factor) in factors.enumerated() {
        offsets[index] = factor.plane * geometry.columns + factor.shift
      }
      let ring = LineRing(
        shape, input.extent, rows: rows, line: geometry.line,
        padding: convolution.padding, memory: memory + geometry.ring)
      ring.forEachFrame(of: store.output.extent) { t, h, target in
        let line = (item * input.extent.t + t) * input.extent.h + h
        let source = UnsafePointer(input.start) + line * input.extent.w * input.pitch
        switch convolution.lines {
        case .floats: splitLine(source, target)
        case .pairs(let make): makePairs(source, target, make)
        case .pixels(let pixels, _): splitPixels(line, pixels, target)
        }
      } compute: { t in
        for h in rows { computeRow(t, h, ring, offsets) }
      }
    }

    private func makePairs(
      _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ pairs: (PlanarPairs) -> Void
    ) {
      let (split, columns) = (memory + geometry.split, geometry.columns)
      splitLine(source, split)
      for (index, made) in convolution.layout.pairs.enumerated() {
        pairs(
          PlanarPairs(
            first: split + made.first * columns,
            second: made.second.map { UnsafePointer(split) + $0 * columns + made.shift },
            output: target + index * columns, count: columns))
      }
    }

    private func splitPixels(_ line: Int, _ pixels: PixelLines, _ target: UnsafeMutablePointer<Float>) {
      let (columns, next) = (geometry.columns, PixelLines.channels * shape.stride.w)
      pixels.withBytes(input, line: line, before: shape.padding.w, count: columns * next + 16) { bytes in
        for (plane, first) in convolution.layout.bytes.enumerated() {
          pixels.kernels.gather(
            PixelWords(input: bytes + first, next: next, count: columns, output: target + plane * columns))
        }
      }
    }

    /// The columns of a plane that are some of the input's: column i is column i * stride + remainder - padding of it.
    private func columnsInside(_ remainder: Int) -> Range<Int> {
      let (stride, columns) = (shape.stride.w, geometry.columns)
      let before = min(columns, max(0, (shape.padding.w - remainder + stride - 1) / stride))
      return
        before..<min(
          columns, max(before, (input.extent.w + shape.padding.w - remainder + stride - 1) / stride))
    }

    private func splitLine(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
      let (stride, columns, floats) = (shape.stride.w, geometry.columns, convolution.layout.floats)
      for remainder in 0..<stride {
        let (before, after) = (columnsInside(remainder).lowerBound, columnsInside(remainder).upperBound)
        for float in 0..<floats {
          let to = target + (float * stride + remainder) * columns
          to.update(repeating: 0, count: before)
          (to + after).update(repeating: 0, count: columns - after)
        }
        convolution.kernels.split(
          PlanarColumns(
            input: source + (before * stride + remainder - shape.padding.w) * input.pitch, pitch: stride * input.pitch,
            columns: after - before, channels: floats, output: target + (remainder * columns + before),
            planePitch: stride * columns))
      }
    }

    private func computeRow(_ t: Int, _ h: Int, _ ring: LineRing, _ offsets: UnsafePointer<Int>) {
      let table = UnsafeMutableRawPointer(memory + geometry.table).bindMemory(
        to: UnsafePointer<Float>.self, capacity: shape.kernel.t * shape.kernel.h)
      ring.fill(table, t: t, h: h)
      let output = store.output
      let position = ((item * output.extent.t + t) * output.extent.h + h) * output.extent.w
      let (tile, factors) = (convolution.kernels.channels, convolution.layout.factors.count)
      let lines = shape.kernel.t * shape.kernel.h
      let inside = biases == nil ? 0..<shape.kernel.t : shape.framesInside(t, of: input.extent.t)
      let bias = biases.map { $0 + t * biasPitch } ?? store.bias
      let (firstLine, lineCount) = (inside.lowerBound * shape.kernel.h, inside.count * shape.kernel.h)
      var first = 0
      while first < shape.outChannels {
        var row = PlanarRow(
          lines: table + firstLine, lineCount: lineCount, offsets: offsets,
          offsetCount: factors, weights: convolution.weights.pointer + (first * lines + firstLine * tile) * factors,
          bias: bias + first, output: output.start + position * output.pitch + first * output.format.bytes / 4,
          outputPitch: output.pitch,
          residual: store.residual.map {
            UnsafePointer($0.start) + position * $0.pitch + first * $0.format.bytes / 4
          }, residualPitch: store.residual?.pitch ?? 0, positions: output.extent.w,
          channels: min(tile, shape.outChannels - first), epilogue: store.epilogue.code,
          temporary: memory + geometry.temporary)
        row.outputIsBFloat16 = output.format == .bfloat16
        row.quantized = store.quantized?.dropFirst(first)
        row.residualIsBFloat16 = store.residual?.format == .bfloat16
        convolution.kernels.row(row)
        first += tile
      }
    }
  }
}

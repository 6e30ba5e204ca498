internal import MicroKernels
internal import Parallel
internal import Tensors

/// A convolution over few input channels with positions in the lanes.
///
/// Lines of input are split by channel and, where the stride is more than one, by the remainder of their column, so
/// that what neighbouring output positions see under one tap are neighbours in memory: [channel][remainder][column].
/// A piece is a band of output rows through all frames of a clip; it splits each line once (`LineRing`).
struct PlanarConvolution: ConvolutionMethod {
  private let shape: ConvolutionShape
  /// [tiles of output channels][time x height][input channels x width][channels of a tile]
  private let weights: Storage

  init(_ shape: ConvolutionShape, weights: Storage, _ engine: Engine) {
    self.shape = shape
    let tile = engine.kernels.planar.channels
    let tiles = (shape.outChannels + tile - 1) / tile
    let packed = Storage(count: tiles * shape.depth * tile)
    let taps = shape.kernel.count
    for o in 0..<shape.outChannels {
      for line in 0..<shape.kernel.t * shape.kernel.h {
        for c in 0..<shape.inChannels {
          for w in 0..<shape.kernel.w {
            let row = (line * shape.inChannels + c) * shape.kernel.w + w
            packed.pointer[(o / tile * shape.depth + row) * tile + o % tile] =
              weights.pointer[(o * shape.inChannels + c) * taps + line * shape.kernel.w + w]
          }
        }
      }
    }
    self.weights = packed
  }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let output = store.output
    let rows = max(1, min(8, output.extent.h * output.batch / (4 * engine.pool.threads)))
    let bands = (output.extent.h + rows - 1) / rows
    let geometry = Geometry(shape, output.extent, rows: rows, engine)
    engine.pool.forEach(output.batch * bands) { piece, thread in
      let first = piece % bands * rows
      let band = Band(
        convolution: self, geometry: geometry, item: piece / bands,
        rows: first..<min(output.extent.h, first + rows), input: input, store: store, engine: engine,
        memory: engine.scratch.floats(geometry.count, thread: thread))
      band.run()
    }
  }

  /// How split lines lie in a thread's memory.
  private struct Geometry {
    /// Columns of a split line, with room for a whole tile at its end.
    let columns: Int
    /// Floats of a line: all its channels and remainders.
    let line: Int
    /// Where the ring of lines, the table of them, the offsets and the temporary sums begin.
    let ring: Int
    let table: Int
    let offsets: Int
    let temporary: Int
    let count: Int

    init(_ shape: ConvolutionShape, _ extent: Extent3, rows: Int, _ engine: Engine) {
      let tile = engine.kernels.planar
      let tiled = (extent.w + tile.positions - 1) / tile.positions * tile.positions
      columns = (tiled + shape.kernel.w / shape.stride.w + 1 + 15) / 16 * 16
      line = columns * shape.inChannels * shape.stride.w
      var layout = ScratchLayout()
      ring = layout.add(LineRing.floats(shape, rows: rows, line: line))
      // An address or an Int takes the room of two floats.
      table = layout.add(2 * shape.kernel.t * shape.kernel.h)
      offsets = layout.add(2 * shape.inChannels * shape.kernel.w)
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
    let engine: Engine
    let memory: UnsafeMutablePointer<Float>

    private var shape: ConvolutionShape { convolution.shape }

    func run() {
      let offsets = UnsafeMutableRawPointer(memory + geometry.offsets).bindMemory(
        to: Int.self, capacity: shape.inChannels * shape.kernel.w)
      for c in 0..<shape.inChannels {
        for w in 0..<shape.kernel.w {
          offsets[c * shape.kernel.w + w] =
            (c * shape.stride.w + w % shape.stride.w) * geometry.columns + w / shape.stride.w
        }
      }
      let ring = LineRing(
        shape, input.extent, rows: rows, line: geometry.line, memory: memory + geometry.ring)
      ring.forEachFrame(of: store.output.extent) { t, h, target in
        let row = ((item * input.extent.t + t) * input.extent.h + h) * input.extent.w
        splitLine(UnsafePointer(input.start) + row * input.pitch, target)
      } compute: { t in
        for h in rows { computeRow(t, h, ring, offsets) }
      }
    }

    private func splitLine(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
      let stride = shape.stride.w
      for c in 0..<shape.inChannels {
        for remainder in 0..<stride {
          let to = target + (c * stride + remainder) * geometry.columns
          // Column i holds input column i * stride + remainder - padding.
          let before = max(0, (shape.padding.w - remainder + stride - 1) / stride)
          let after = min(
            geometry.columns, max(before, (input.extent.w + shape.padding.w - remainder + stride - 1) / stride))
          for i in 0..<min(before, geometry.columns) { to[i] = 0 }
          var from = source + (before * stride + remainder - shape.padding.w) * input.pitch + c
          var i = before
          while i < after {
            to[i] = from.pointee
            from += stride * input.pitch
            i += 1
          }
          while i < geometry.columns {
            to[i] = 0
            i += 1
          }
        }
      }
    }

    private func computeRow(_ t: Int, _ h: Int, _ ring: LineRing, _ offsets: UnsafePointer<Int>) {
      let table = UnsafeMutableRawPointer(memory + geometry.table).bindMemory(
        to: UnsafePointer<Float>.self, capacity: shape.kernel.t * shape.kernel.h)
      ring.fill(table, t: t, h: h)
      let output = store.output
      let position = ((item * output.extent.t + t) * output.extent.h + h) * output.extent.w
      let tile = engine.kernels.planar.channels
      var first = 0
      while first < shape.outChannels {
        var row = PlanarRow(
          lines: table, lineCount: shape.kernel.t * shape.kernel.h, offsets: offsets,
          offsetCount: shape.inChannels * shape.kernel.w, weights: convolution.weights.pointer + first * shape.depth,
          bias: store.bias + first, output: output.start + position * output.pitch + first * output.format.bytes / 4,
          outputPitch: output.pitch,
          residual: store.residual.map {
            UnsafePointer($0.start) + position * $0.pitch + first * $0.format.bytes / 4
          }, residualPitch: store.residual?.pitch ?? 0, positions: output.extent.w,
          channels: min(tile, shape.outChannels - first), epilogue: store.epilogue.code,
          temporary: memory + geometry.temporary)
        row.outputIsBFloat16 = output.format == .bfloat16
        row.residualIsBFloat16 = store.residual?.format == .bfloat16
        engine.kernels.planar.row(row)
        first += tile
      }
    }
  }
}

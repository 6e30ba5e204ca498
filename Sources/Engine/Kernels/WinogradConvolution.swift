internal import MicroKernels
internal import Parallel
internal import Tensors

/// Winograd's F(4, 3) along time, or along height and width at once: half or a quarter of the products, as many matrix
/// products as a tile has points, and sums and differences before and after.
///
/// Inputs in bfloat16 make points in bfloat16 along time, whose products are taken in pairs; in space, where the rounding
/// of points would show, they make points in float32.
///
/// A piece takes some tiles through all three steps, so that points and products stay in its thread's caches. Outputs
/// are computed in runs of channels to keep the products few. Where the tiles are few and the weights large, a piece is such
/// a run for all tiles, whose points all threads then share: each reads its part of the weights and no more.
struct WinogradConvolution: ConvolutionMethod {
  private let shape: ConvolutionShape
  private let axis: WinogradTiles.Axis
  private let bundle: WinogradBundle
  /// One matrix [in, out] per bundle of groups and point.
  private let weights: [PackedPanels]
  private let zeros: Storage
  private let kernels: WinogradKernels
  private let products: GEMMKernels
  /// How the points of inputs and weights lie in memory.
  private let pointFormat: ElementFormat

  /// 36 in space, 6 in time.
  private var points: Int { axis == .space ? 36 : 6 }

  init(
    _ axis: WinogradTiles.Axis, _ shape: ConvolutionShape, weights: Storage, _ input: ElementFormat, _ engine: Engine
  ) {
    self.kernels = engine.winograd(input)
    self.axis = axis
    self.shape = shape
    if axis == .time, input == .bfloat16, let bfloat16 = engine.kernels.bfloat16 {
      products = bfloat16.dots
      pointFormat = .bfloat16
    } else {
      products = engine.kernels.gemm
      pointFormat = .float32
    }
    zeros = Storage(count: shape.inChannels)
    bundle = WinogradBundle(shape) ?? WinogradBundle(whole: shape)
    self.weights = winogradWeights(axis, shape, bundle, weights, pointFormat, engine)
  }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let tiles = WinogradTiles(axis, batch: input.batch, extent: input.extent, dilation: shape.dilation)
    if tiles.count == 0 { return }
    if dividesChannels(tiles.count, engine) { return runByChannels(tiles, input, store, engine) }
    let perPiece = tilesPerPiece(tiles.count, engine)
    let layout = PieceLayout(self, tiles: perPiece, engine)
    engine.pool.forEach((tiles.count + perPiece - 1) / perPiece) { number, thread in
      let range = number * perPiece..<min(tiles.count, (number + 1) * perPiece)
      let memory = engine.scratch.floats(layout.count + layout.pointCount, thread: thread)
      let piece = Piece(
        convolution: self, tiles: tiles, range: range, layout: layout, memory: memory, points: memory + layout.count,
        input: input, store: store, engine: engine)
      piece.transformInputs(range)
      piece.prepare()
      var first = 0
      while first < shape.outChannels {
        piece.run(first, after: first == 0 ? 0 : layout.run)
        first += layout.run
      }
    }
  }

  /// Whether threads take channels apart and not tiles: where the weights go to memory and back, and the points of all
  /// tiles are few beside them.
  private func dividesChannels(_ tiles: Int, _ engine: Engine) -> Bool {
    return engine.pool.threads > 1 && weightFloats >= 1 << 20 && 4 * tiles <= shape.outChannels
      && (shape.outChannels + 63) / 64 >= engine.pool.threads
  }

  private func runByChannels(_ tiles: WinogradTiles, _ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let layout = PieceLayout(self, tiles: tiles.count, engine)
    let points = engine.sharedScratch(layout.pointCount)
    func piece(_ thread: Int) -> Piece {
      Piece(
        convolution: self, tiles: tiles, range: 0..<tiles.count, layout: layout,
        memory: engine.scratch.floats(layout.count, thread: thread), points: points, input: input, store: store,
        engine: engine)
    }
    let share = (tiles.count + engine.pool.threads - 1) / engine.pool.threads
    engine.pool.forEach((tiles.count + share - 1) / share) { number, thread in
      piece(thread).transformInputs(number * share..<min(tiles.count, (number + 1) * share))
    }
    engine.pool.forEach((shape.outChannels + layout.run - 1) / layout.run) { number, thread in
      let piece = piece(thread)
      piece.prepare()
      piece.run(number * layout.run, after: number * layout.run)
    }
  }

  private var weightFloats: Int { points * bundle.inputs * shape.outChannels }

  /// Few tiles keep their points in the second-level cache; many read the weights less often. Weights that do not fit
  /// into that cache themselves want many.
  private func tilesPerPiece(_ tiles: Int, _ engine: Engine) -> Int {
    let wanted: Int
    switch axis {
    case .space: wanted = weightFloats < 1 << 18 ? 24 : weightFloats < 1 << 20 ? 48 : 132
    case .time: wanted = 96
    }
    let pieces = (tiles + wanted - 1) / wanted
    let threads = engine.pool.threads
    let even = (pieces + threads - 1) / threads * threads
    let share = (tiles + even - 1) / even
    return max(tilePositions, (share + tilePositions - 1) / tilePositions * tilePositions)
  }

  /// Where a piece's intermediate results lie in its thread's memory.
  private struct PieceLayout {
    let tiles: Int
    /// The floats that the channels of a tile's point take, filled up to whole registers.
    let pitch: Int
    /// Output channels computed at once: whole panels.
    let run: Int
    /// From a point's inputs to the next point's, and from its products to the next one's.
    let pointStep: Int
    let productStep: Int
    /// The floats of all points.
    let pointCount: Int
    let products: Int
    let temporary: Int
    let table: Int
    let inputs: Int
    let outputs: Int
    let residuals: Int
    let count: Int

    init(_ convolution: WinogradConvolution, tiles: Int, _ engine: Engine) {
      let kernels = engine.kernels.gemm
      self.tiles = tiles
      pitch = kernels.padded(convolution.shape.inChannels) * convolution.pointFormat.bytes / 4
      let wanted = max(64, kernels.panel)
      let bundle = convolution.bundle
      // Whole bundles where there are several.
      run =
        bundle.count == 1
        ? min(kernels.padded(bundle.outputs), wanted)
        : min(bundle.count, max(1, wanted / bundle.outputs)) * bundle.outputs
      var layout = ScratchLayout()
      pointStep = spread(tiles * pitch)
      productStep = spread(tiles * run)
      pointCount = convolution.points * pointStep
      products = layout.add(convolution.points * productStep)
      temporary = layout.add(36 * kernels.lanes)
      // An address takes the room of two floats.
      table = layout.add(2 * (tiles + tilePositions))
      inputs = layout.add(2 * 72)
      outputs = layout.add(2 * 16 * tiles)
      residuals = layout.add(2 * 16 * tiles)
      count = layout.count
    }
  }

  /// Some tiles on one thread.
  private struct Piece {
    let convolution: WinogradConvolution
    let tiles: WinogradTiles
    let range: Range<Int>
    let layout: PieceLayout
    let memory: UnsafeMutablePointer<Float>
    /// Point p of the range's tile i lies at `p * layout.pointStep + i * layout.pitch`.
    let points: UnsafeMutablePointer<Float>
    let input: FeatureMap
    let store: ConvolutionStore
    let engine: Engine

    private var shape: ConvolutionShape { convolution.shape }
    private var positions: Int { convolution.axis == .space ? 16 : 4 }

    private func addresses<T>(_ offset: Int, _ count: Int, of type: T.Type) -> UnsafeMutablePointer<T> {
      UnsafeMutableRawPointer(memory + offset).bindMemory(to: type, capacity: count)
    }

    /// Finds where points and outputs lie.
    func prepare() {
      let outputs = addresses(layout.outputs, 16 * range.count, of: UnsafeMutablePointer<Float>?.self)
      let residuals = addresses(layout.residuals, 16 * range.count, of: UnsafeMutablePointer<Float>?.self)
      for (index, tile) in range.enumerated() {
        tiles.outputs(tile, of: store.output, outputs + index * positions)
        if let residual = store.residual { tiles.outputs(tile, of: residual, residuals + index * positions) }
      }
      for i in 0..<(range.count + tilePositions - 1) / tilePositions * tilePositions {
        table[i] = UnsafePointer(points) + min(i, range.count - 1) * layout.pitch
      }
    }

    private var table: UnsafeMutablePointer<UnsafePointer<Float>> {
      addresses(layout.table, layout.tiles + tilePositions, of: UnsafePointer<Float>.self)
    }

    /// Computes a run of output channels.
    ///
    /// - Parameter distance: From the channels that were computed before, if any were, to the first.
    func run(_ first: Int, after distance: Int) {
      let count = min(layout.run, shape.outChannels - first)
      multiply(table, first: first, count: count)
      transformOutputs(first: first, count: count, after: distance)
    }

    /// Computes the points of some of the range's tiles.
    func transformInputs(_ some: Range<Int>) {
      let rows = addresses(layout.inputs, 72, of: UnsafePointer<Float>.self)
      let step = layout.pointStep
      let kernels = convolution.kernels
      for tile in some {
        let next = min(tile + 1, some.upperBound - 1)
        if tile == some.lowerBound { tiles.inputs(tile, of: input, zeros: convolution.zeros.pointer, rows) }
        tiles.inputs(next, of: input, zeros: convolution.zeros.pointer, rows + convolution.points)
        let target = points + (tile - range.lowerBound) * layout.pitch
        switch convolution.axis {
        case .space: kernels.spaceInput(rows, shape.inChannels, memory + layout.temporary, target, step)
        case .time: kernels.timeInput(rows, shape.inChannels, target, step)
        }
        rows.update(from: rows + convolution.points, count: convolution.points)
      }
    }

    private func multiply(_ table: UnsafePointer<UnsafePointer<Float>>, first: Int, count: Int) {
      let bundle = convolution.bundle
      let floats = bundle.inputs * convolution.pointFormat.bytes / 4
      for point in 0..<convolution.points {
        for number in first / bundle.outputs...(first + count - 1) / bundle.outputs {
          // A run is a part of one bundle, or some whole ones.
          let start = max(first, number * bundle.outputs)
          let outputs = min(first + count, (number + 1) * bundle.outputs) - start
          var block = GEMMBlock(
            rows: table, taps: 1, channels: floats, bias: UnsafePointer(zeroBias.pointer),
            output: memory + layout.products + point * layout.productStep + (start - first), outputPitch: layout.run,
            positions: range.count)
          block.rowOffset = point * layout.pointStep + number * floats
          block.ahead = tilePositions * layout.pitch
          // Whole registers are stored: what stands after the last channel is read by the next step and not used.
          convolution.products.multiply(
            block, convolution.weights[number * convolution.points + point].panel(start - number * bundle.outputs),
            outputs: engine.kernels.gemm.padded(outputs))
        }
      }
    }

    private func transformOutputs(first: Int, count: Int, after distance: Int) {
      let outputs = addresses(layout.outputs, 16 * range.count, of: UnsafeMutablePointer<Float>?.self)
      let residuals = addresses(layout.residuals, 16 * range.count, of: UnsafePointer<Float>?.self)
      let kernels = convolution.kernels
      let step = layout.productStep
      for index in 0..<range.count {
        for position in index * positions..<(index + 1) * positions where distance > 0 {
          outputs[position] = outputs[position].map { $0 + distance * store.output.format.bytes / 4 }
          if let residual = store.residual {
            residuals[position] = residuals[position].map { $0 + distance * residual.format.bytes / 4 }
          }
        }
        var target = WinogradStore(
          bias: store.bias + first, outputs: outputs + index * positions,
          residuals: store.residual == nil ? nil : UnsafePointer(residuals + index * positions),
          epilogue: store.epilogue.code)
        target.outputIsBFloat16 = store.output.format == .bfloat16
        target.residualIsBFloat16 = store.residual?.format == .bfloat16
        let products = UnsafePointer(memory) + layout.products + index * layout.run
        switch convolution.axis {
        case .space: kernels.spaceOutput(products, step, count, memory + layout.temporary, target)
        case .time: kernels.timeOutput(products, step, count, target)
        }
      }
    }
  }
}

/// A distance in floats that takes consecutive points to different sets of a cache: an odd number of its lines.
private func spread(_ floats: Int) -> Int { (floats + 15) / 16 / 2 * 32 + 16 }

/// What is added to products that are not yet outputs.
private let zeroBias = Storage(count: 1024)

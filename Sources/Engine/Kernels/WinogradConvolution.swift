internal import MicroKernels
internal import Parallel
internal import Tensors

/// Winograd's F(4, 3) along time, or along height and width at once: half or a quarter of the products, as many matrix
/// products as a tile has points, and sums and differences before and after.
///
/// Inputs in bfloat16 make points in bfloat16, whose products are taken in pairs. In space, where the rounding of F(4 x 4, 3 x 3)'s
/// points would show, they are those of F(2 x 2, 3 x 3). Integers make such points, too, in space those of F(4 x 4, 3 x 3): what
/// these lose is what the weights would lose as integers of 8 bits.
///
/// A piece takes some tiles through all three steps, so that points and products stay in its thread's caches. Outputs
/// are computed in runs of channels to keep the products few. Where the weights are large, or tiles too few for the threads, a piece is
/// such a run for many tiles, whose points all threads then share: each reads, and where they are not transformed transforms, its part
/// of the weights and no more.
struct WinogradConvolution: ConvolutionMethod {
  private let shape: ConvolutionShape
  private let axis: WinogradTiles.Axis
  private let bundle: WinogradBundle
  private let weights: WinogradWeights
  private let zeros: Storage
  private let kernels: WinogradKernels
  /// Where the axis is theirs.
  private let pairs: WinogradPairKernels?
  private let products: GEMMKernels
  /// How the points of inputs and weights lie in memory.
  private let pointFormat: ElementFormat
  /// Whether inputs are integers, whose scales are part of the weights.
  private let readsIntegers: Bool

  private var points: Int { axis.points }

  init(
    _ axis: WinogradTiles.Axis, _ shape: ConvolutionShape, weights: Storage, _ input: ElementFormat, _ engine: Engine
  ) {
    self.kernels = engine.winograd(input)
    self.shape = shape
    readsIntegers = input == .uint8
    if input != .float32, let bfloat16 = engine.kernels.bfloat16 {
      self.axis = axis == .space && input == .bfloat16 ? .spacePairs : axis
      pairs = bfloat16.winogradPairs
      products = bfloat16.dots
      pointFormat = .bfloat16
    } else {
      self.axis = axis
      pairs = nil
      products = engine.kernels.gemm
      pointFormat = .float32
    }
    zeros = Storage(count: shape.inChannels)
    bundle = WinogradBundle(shape) ?? WinogradBundle(whole: shape)
    self.weights = WinogradWeights(self.axis, shape, bundle, weights, pointFormat, engine)
  }

  /// A convolution of integers in space.
  ///
  /// - Parameter weights: [out, in, T, H, W]
  init(_ shape: ConvolutionShape, weights: Storage, _ scales: ChannelScales, _ engine: Engine) {
    let (taps, depth) = (shape.kernel.count, shape.depth)
    let scaled = Storage(count: shape.outChannels * depth)
    engine.pool.forEach(shape.outChannels) { o, _ in
      for index in 0..<depth {
        scaled.pointer[o * depth + index] = weights.pointer[o * depth + index] * scales.values[index / taps]
      }
    }
    self.init(.space, shape, weights: scaled, .uint8, engine)
  }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    if !readsIntegers { return compute(input, store, engine) }
    store.ofIntegers([Float](repeating: 1, count: shape.outChannels)) { compute(input, $0, engine) }
  }

  private func compute(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let tiles = WinogradTiles(axis, batch: input.batch, extent: input.extent, dilation: shape.dilation)
    if tiles.count == 0 { return }
    let perPiece = tilesPerPiece(tiles.count, engine)
    if weights.areTaps || dividesChannels(tiles.count, engine) || leavesThreadsIdle(tiles.count, perPiece, engine) {
      return runByChannels(tiles, input, store, engine)
    }
    let layout = PieceLayout(self, tiles: perPiece, engine)
    engine.pool.forEach((tiles.count + perPiece - 1) / perPiece) { number, thread in
      let range = number * perPiece..<min(tiles.count, (number + 1) * perPiece)
      let memory = engine.scratch.floats(layout.count + layout.pointCount, thread: thread)
      let piece = Piece(
        convolution: self, tiles: tiles, range: range, layout: layout, memory: memory, points: memory + layout.count,
        firstTile: range.lowerBound, input: input, store: store, engine: engine)
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

  /// Whether tiles alone are too few for the threads, so that taking channels apart, too, is done sooner: by a sixth at least, for what
  /// another loop and points in other threads' caches cost.
  private func leavesThreadsIdle(_ tiles: Int, _ perPiece: Int, _ engine: Engine) -> Bool {
    let (threads, run) = (engine.pool.threads, PieceLayout.run(self, engine))
    let runs = (shape.outChannels + run - 1) / run
    guard threads > 1, runs > 1, tiles <= mostShared(engine) else { return false }
    let apart = WinogradPieces(tiles: 0..<tiles, runs: runs, threads: threads, weights: tilesOfWeights)
    let whole = WinogradPieces.tilesAThread(tiles, perPiece: perPiece, threads: threads, weights: tilesOfWeights)
    return 6 * apart.tilesAThread * run < 5 * whole * shape.outChannels
  }

  private var tilesOfWeights: Int { WinogradPieces.tilesOfWeights(bytes: weightFloats * pointFormat.bytes) }

  /// The most tiles whose points threads share: 16 MB of points, and more where many threads want tiles.
  private func mostShared(_ engine: Engine) -> Int {
    max(tilePositions, max(1 << 22, engine.pool.threads << 19) / (points * PieceLayout.pitch(self, engine)))
  }

  private func runByChannels(_ tiles: WinogradTiles, _ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let most = mostShared(engine)
    let groups = (tiles.count + most - 1) / most
    for group in 0..<groups {
      let range = group * tiles.count / groups..<(group + 1) * tiles.count / groups
      runByChannels(range, of: tiles, input, store, engine)
    }
  }

  private func runByChannels(
    _ group: Range<Int>, of tiles: WinogradTiles, _ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine
  ) {
    let run = PieceLayout.run(self, engine)
    let pieces = WinogradPieces(
      tiles: group, runs: (shape.outChannels + run - 1) / run, threads: engine.pool.threads, weights: tilesOfWeights)
    let layout = PieceLayout(self, tiles: pieces.tilesPerBlock, ofPoints: group.count, engine)
    engine.withSharedScratch(layout.pointCount) { points in
      func piece(_ range: Range<Int>, _ thread: Int) -> Piece {
        Piece(
          convolution: self, tiles: tiles, range: range, layout: layout,
          memory: engine.scratch.floats(layout.count, thread: thread), points: points, firstTile: group.lowerBound,
          input: input, store: store, engine: engine)
      }
      let shares = min(group.count, 4 * engine.pool.threads)
      engine.pool.forEach(shares) { number, thread in
        let some =
          group.lowerBound + number * group.count / shares..<group.lowerBound + (number + 1) * group.count / shares
        piece(some, thread).transformInputs(some)
      }
      engine.pool.forEach(pieces.count) { number, thread in
        let (index, range) = pieces[number]
        let piece = piece(range, thread)
        piece.prepare()
        piece.run(index * run, after: index * run)
      }
    }
  }

  /// The numbers of all points.
  private var weightFloats: Int { points * bundle.inputs * shape.outChannels }

  /// Few tiles keep their points in the second-level cache; many read the weights less often. Weights that do not fit
  /// into that cache themselves want many.
  private func tilesPerPiece(_ tiles: Int, _ engine: Engine) -> Int {
    let wanted: Int
    switch axis {
    case .space: wanted = weightFloats < 1 << 18 ? 24 : weightFloats < 1 << 20 ? 48 : 132
    case .spacePairs: wanted = 96
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
    /// Weights of a run that are transformed as they are multiplied.
    let weights: Int
    let inputs: Int
    let outputs: Int
    let residuals: Int
    let count: Int

    /// - Parameter ofPoints: The tiles whose points lie side by side, where these are more than a piece's.
    init(_ convolution: WinogradConvolution, tiles: Int, ofPoints: Int? = nil, _ engine: Engine) {
      let kernels = engine.kernels.gemm
      self.tiles = tiles
      pitch = Self.pitch(convolution, engine)
      run = Self.run(convolution, engine)
      var layout = ScratchLayout()
      pointStep = spread((ofPoints ?? tiles) * pitch)
      productStep = spread(tiles * run)
      pointCount = convolution.points * pointStep
      products = layout.add(convolution.points * productStep)
      temporary = layout.add(36 * kernels.lanes)
      // An address takes the room of two floats.
      table = layout.add(2 * (tiles + tilePositions))
      weights = layout.add(
        convolution.weights.areTaps ? convolution.pointsTogether * convolution.shape.inChannels * run : 0)
      inputs = layout.add(2 * 72)
      outputs = layout.add(2 * 16 * tiles)
      residuals = layout.add(2 * 16 * tiles)
      count = layout.count
    }

    static func pitch(_ convolution: WinogradConvolution, _ engine: Engine) -> Int {
      engine.kernels.gemm.padded(convolution.shape.inChannels) * convolution.pointFormat.bytes / 4
    }

    static func run(_ convolution: WinogradConvolution, _ engine: Engine) -> Int {
      let kernels = engine.kernels.gemm
      let wanted = max(64, kernels.panel)
      let bundle = convolution.bundle
      // Whole bundles where there are several.
      return bundle.count == 1
        ? min(kernels.padded(bundle.outputs), wanted)
        : min(bundle.count, max(1, wanted / bundle.outputs)) * bundle.outputs
    }
  }

  /// Points whose weights are transformed at a time: a row in space, a pair in time.
  private var pointsTogether: Int { axis == .time ? 2 : axis.window }

  /// Some tiles on one thread.
  private struct Piece {
    let convolution: WinogradConvolution
    let tiles: WinogradTiles
    let range: Range<Int>
    let layout: PieceLayout
    let memory: UnsafeMutablePointer<Float>
    /// Point p of tile i lies at `p * layout.pointStep + (i - firstTile) * layout.pitch`.
    let points: UnsafeMutablePointer<Float>
    let firstTile: Int
    let input: FeatureMap
    let store: ConvolutionStore
    let engine: Engine

    private var shape: ConvolutionShape { convolution.shape }
    private var positions: Int { convolution.axis.outputs }

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
        table[i] = UnsafePointer(points) + (range.lowerBound - firstTile + min(i, range.count - 1)) * layout.pitch
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
        let target = points + (tile - firstTile) * layout.pitch
        switch convolution.axis {
        case .space: kernels.spaceInput(rows, shape.inChannels, memory + layout.temporary, target, step)
        case .spacePairs: convolution.pairs?.input(rows, shape.inChannels, target, step)
        case .time: kernels.timeInput(rows, shape.inChannels, target, step)
        }
        rows.update(from: rows + convolution.points, count: convolution.points)
      }
    }

    private func multiply(_ table: UnsafePointer<UnsafePointer<Float>>, first: Int, count: Int) {
      switch convolution.weights {
      case .points(let panels): multiply(table, panels, first: first, count: count)
      case .taps(let taps): multiply(table, transforming: taps, first: first, count: count)
      }
    }

    private func multiply(
      _ table: UnsafePointer<UnsafePointer<Float>>, _ panels: [PackedPanels], first: Int, count: Int
    ) {
      let bundle = convolution.bundle
      let floats = bundle.inputs * convolution.pointFormat.bytes / 4
      for point in 0..<convolution.points {
        for number in first / bundle.outputs...(first + count - 1) / bundle.outputs {
          // A run is a part of one bundle, or some whole ones.
          let start = max(first, number * bundle.outputs)
          let outputs = min(first + count, (number + 1) * bundle.outputs) - start
          var block = block(table, point, channels: floats)
          block.output += start - first
          block.rowOffset += number * floats
          // Whole registers are stored: what stands after the last channel is read by the next step and not used.
          convolution.products.multiply(
            block, panels[number * convolution.points + point].panel(start - number * bundle.outputs),
            outputs: engine.kernels.gemm.padded(outputs))
        }
      }
    }

    /// The products of a point.
    private func block(_ table: UnsafePointer<UnsafePointer<Float>>, _ point: Int, channels: Int) -> GEMMBlock {
      var block = GEMMBlock(
        rows: table, taps: 1, channels: channels, bias: UnsafePointer(zeroBias.pointer),
        output: memory + layout.products + point * layout.productStep, outputPitch: layout.run, positions: range.count)
      block.rowOffset = point * layout.pointStep
      block.ahead = tilePositions * layout.pitch
      return block
    }

    /// Transforms the weights of a row or pair of points, which stay in the second-level cache, and multiplies with them.
    private func multiply(
      _ table: UnsafePointer<UnsafePointer<Float>>, transforming taps: PackedPanels, first: Int, count: Int
    ) {
      let inputs = shape.inChannels
      let products = convolution.products
      let outputs = products.padded(count)
      let (weights, step) = (memory + layout.weights, inputs * outputs)
      func transform(_ kernel: WinogradWeightKernels.Transform, _ part: Int) {
        for column in stride(from: 0, to: outputs, by: products.panel) {
          let width = min(products.panel, outputs - column)
          kernel(taps.panel(first + column), inputs * width, part, weights + inputs * column, step)
        }
      }
      func multiply(_ point: Int, with number: Int) {
        products.multiply(block(table, point, channels: inputs), weights + number * step, outputs: outputs)
      }
      switch convolution.axis {
      case .spacePairs: preconditionFailure("weights of bfloat16 are points")
      case .space:
        for row in 0..<6 {
          transform(engine.kernels.winogradWeights.space, row)
          for column in 0..<6 { multiply(6 * row + column, with: column) }
        }
      case .time:
        for pair in 1...2 {
          transform(engine.kernels.winogradWeights.time, pair)
          for number in 0..<2 { multiply(2 * pair - 1 + number, with: number) }
        }
        // The first and the last point are the first and the last tap.
        for (point, tap) in [(0, 0), (5, 2)] {
          products.multiply(
            block(table, point, channels: inputs), taps.panel(first), depth: taps.depth, firstRow: tap * inputs,
            outputs: outputs)
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
        target.quantized = store.quantized?.dropFirst(first)
        let products = UnsafePointer(memory) + layout.products + index * layout.run
        switch convolution.axis {
        case .space: kernels.spaceOutput(products, step, count, memory + layout.temporary, target)
        case .spacePairs: convolution.pairs?.output(products, step, count, target)
        case .time: kernels.timeOutput(products, step, count, target)
        }
      }
    }
  }
}

/// A distance in floats that takes consecutive points to different sets of a cache: an odd number of its lines.
func spread(_ floats: Int) -> Int { (floats + 15) / 16 / 2 * 32 + 16 }

/// What is added to products that are not yet outputs.
private let zeroBias = Storage(count: 1024)

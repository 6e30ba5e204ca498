internal import MicroKernels
internal import Parallel
internal import Tensors

/// The gradient of a convolution's weights by Winograd's F(4, 3), along time or along height and width at once: half or a
/// quarter of the products of the definition.
///
/// Tiles of inputs become points, as in the convolution itself, and so do tiles of the output's gradient; for every point the
/// products of both are summed over all tiles, which is a matrix product; of these sums the taps are made.
///
/// Tiles are taken in groups whose points stay in a cache that threads share. Every sum belongs to one piece, which adds
/// tile after tile: results do not depend on the number of threads.
struct WinogradWeightGradient {
  private let shape: ConvolutionShape
  private let axis: WinogradTiles.Axis
  private let tiles: WinogradTiles

  /// Below these numbers of channels on either side the transforms cost what the products save.
  private static let leastChannels = (space: 24, time: 32)
  /// Fewer tiles do not make up for the sums of all points, of which there are up to four times as many as of taps.
  private static let leastTiles = 32
  /// The most floats of a group's points: half of what processors with few cores have as a shared cache. More than the
  /// sums take would only have these read more often.
  private static let groupFloats = 1 << 20
  /// Tiles whose rows stay in the first-level cache while all sums of a block pass by.
  private static let chunk = 128
  /// The most sums of a block, which stay in the second-level cache.
  private static let mostSums = (rows: 126, columns: 256)
  /// As many pieces keep the cores of large machines busy.
  private static let wantedPieces = 64

  /// - Returns: nil where the shape does not allow it, where it does not pay, or where another algorithm is forced.
  init?(_ shape: ConvolutionShape, _ input: FeatureMap, _ planner: ConvolutionPlanner) {
    let channels = min(shape.inChannels, shape.outChannels)
    if shape.groups != 1 { return nil }
    if ConvolutionAlgorithm.winogradSpace.supports(shape) {
      axis = .space
    } else if ConvolutionAlgorithm.winogradTime.supports(shape) {
      axis = .time
    } else {
      return nil
    }
    self.shape = shape
    tiles = WinogradTiles(axis, batch: input.batch, extent: input.extent, dilation: shape.dilation)
    if let forced = planner.forced {
      guard forced == (axis == .space ? .winogradSpace : .winogradTime) else { return nil }
      return
    }
    let least = axis == .space ? Self.leastChannels.space : Self.leastChannels.time
    // At the map's borders tiles are computed that nothing stands in: a map of 6 x 6 takes as many products as one of 8 x 8, and
    // direct ones are faster.
    let (products, direct) = (tiles.count * points, input.positions * shape.kernel.count)
    let share = axis == .space ? 0.4 : 0.7
    let pays = channels >= least && tiles.count >= Self.leastTiles && Double(products) <= share * Double(direct)
    if !pays { return nil }
  }

  /// 36 in space, 6 in time.
  private var points: Int { axis.points }
  /// The outputs of a tile.
  private var outputs: Int { axis.outputs }

  /// Where a group's points and all sums lie in the memory that threads share.
  private struct Layout {
    /// The sums of a point: [rows][pitch], output times input channels, filled up to whole tiles of registers.
    let rows: Int
    let pitch: Int
    let sumStep: Int
    /// The tiles of a group, and from a tile's points to the next tile's: odd numbers of cache lines.
    let tiles: Int
    let leftPitch: Int
    let rightPitch: Int
    let left: Int
    let right: Int
    let count: Int

    init(_ gradient: WinogradWeightGradient) {
      let shape = gradient.shape
      rows = (shape.outChannels + 5) / 6 * 6
      pitch = (shape.inChannels + 15) / 16 * 16
      sumStep = rows * pitch
      leftPitch = spread(rows)
      rightPitch = spread(pitch)
      let most = max(groupFloats, gradient.points * sumStep)
      let fitting = max(chunk, most / (gradient.points * (leftPitch + rightPitch)))
      // Groups of one size, of whole chunks where there are several.
      let groups = (gradient.tiles.count + fitting - 1) / fitting
      tiles = min(gradient.tiles.count, ((gradient.tiles.count + groups - 1) / groups + chunk - 1) / chunk * chunk)
      var layout = ScratchLayout()
      _ = layout.add(gradient.points * sumStep)
      left = layout.add(gradient.points * tiles * leftPitch)
      right = layout.add(gradient.points * tiles * rightPitch)
      // What is read beyond the last row.
      _ = layout.add(64)
      count = layout.count
    }
  }

  /// Computes the gradient of the weights: see `WeightGradient.run`.
  func run(_ input: FeatureMap, _ gradient: FeatureMap, into weights: Tensor, adds: Bool, _ engine: Engine) {
    let layout = Layout(self)
    engine.withSharedScratch(layout.count) { memory in
      let zeros = Storage(count: max(shape.inChannels, shape.outChannels))
      clearRest(layout, memory, engine)
      for first in stride(from: 0, to: tiles.count, by: layout.tiles) {
        let group = first..<min(tiles.count, first + layout.tiles)
        transform(group, input, gradient, zeros, layout, memory, engine)
        multiply(group.count, isFirst: first == 0, layout, memory, engine)
      }
      finish(layout, UnsafePointer(memory), into: weights, adds: adds, engine)
    }
  }

  /// Zeros for the rows of the gradient that fill the last tile of registers up: what lay there may be denormal numbers, each of
  /// which costs a hundred cycles.
  private func clearRest(_ layout: Layout, _ memory: UnsafeMutablePointer<Float>, _ engine: Engine) {
    let rest = layout.rows - shape.outChannels
    if rest == 0 { return }
    engine.pool.forEach(points) { point in
      let first = memory + layout.left + point * layout.tiles * layout.leftPitch + shape.outChannels
      for tile in 0..<layout.tiles { (first + tile * layout.leftPitch).update(repeating: 0, count: rest) }
    }
  }

  /// Computes the points of a group's tiles, of the input and of the gradient.
  private func transform(
    _ group: Range<Int>, _ input: FeatureMap, _ gradient: FeatureMap, _ zeros: Storage, _ layout: Layout,
    _ memory: UnsafeMutablePointer<Float>, _ engine: Engine
  ) {
    let shares = min(group.count, 8 * engine.pool.threads)
    engine.pool.forEach(2 * shares) { number, thread in
      let share = number / 2
      let some =
        group.lowerBound + share * group.count / shares..<group.lowerBound + (share + 1) * group.count / shares
      let temporary = engine.scratch(36 * 16 + 4 * 36, thread)
      let rows = UnsafeMutableRawPointer(temporary + 36 * 16)
        .bindMemory(to: UnsafePointer<Float>.self, capacity: 72)
      let first = some.lowerBound - group.lowerBound
      if number % 2 == 0 {
        transformInputs(
          some, input, zeros, rows, temporary, memory + layout.right + first * layout.rightPitch, layout, engine)
      } else {
        transformGradients(
          some, gradient, zeros, rows, temporary, memory + layout.left + first * layout.leftPitch, layout, engine)
      }
    }
  }

  private func transformInputs(
    _ some: Range<Int>, _ input: FeatureMap, _ zeros: Storage, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>,
    _ temporary: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ layout: Layout, _ engine: Engine
  ) {
    let kernels = engine.kernels.winograd
    let step = layout.tiles * layout.rightPitch
    tiles.inputs(some.lowerBound, of: input, zeros: zeros.pointer, rows)
    for tile in some {
      tiles.inputs(min(tile + 1, some.upperBound - 1), of: input, zeros: zeros.pointer, rows + points)
      let to = target + (tile - some.lowerBound) * layout.rightPitch
      switch axis {
      case .space: kernels.spaceInput(rows, shape.inChannels, temporary, to, step)
      case .spacePairs: preconditionFailure("gradients of weights are taken in float32")
      case .time: kernels.timeInput(rows, shape.inChannels, to, step)
      }
      rows.update(from: rows + points, count: points)
    }
  }

  private func transformGradients(
    _ some: Range<Int>, _ gradient: FeatureMap, _ zeros: Storage, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>,
    _ temporary: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ layout: Layout, _ engine: Engine
  ) {
    let kernels = engine.kernels.gradients.winograd
    let step = layout.tiles * layout.leftPitch
    tiles.gradients(some.lowerBound, of: gradient, zeros: zeros.pointer, rows)
    for tile in some {
      tiles.gradients(min(tile + 1, some.upperBound - 1), of: gradient, zeros: zeros.pointer, rows + outputs)
      let to = target + (tile - some.lowerBound) * layout.leftPitch
      switch axis {
      case .space: kernels.spaceGradient(rows, shape.outChannels, temporary, to, step)
      case .spacePairs: preconditionFailure("gradients of weights are taken in float32")
      case .time: kernels.timeGradient(rows, shape.outChannels, to, step)
      }
      rows.update(from: rows + outputs, count: outputs)
    }
  }

  /// The sums of a block: as many as stay in the second-level cache, and fewer where the pieces would be few. By the shape alone:
  /// every number of threads is to have pieces for all, and what a piece computes does not depend on how they are cut.
  private var blockSums: (rows: Int, columns: Int) {
    var (rows, columns) = Self.mostSums
    func pieces() -> Int {
      points * ((shape.outChannels + rows - 1) / rows) * ((shape.inChannels + columns - 1) / columns)
    }
    // Columns first, in widths of whole tiles of registers: rows are read once more for each.
    while pieces() < Self.wantedPieces && columns > 64 { columns /= 2 }
    while pieces() < Self.wantedPieces && rows > 24 { rows = (rows / 2 + 5) / 6 * 6 }
    return (rows, columns)
  }

  /// Adds the products of a group's tiles to the sums of every point.
  private func multiply(
    _ count: Int, isFirst: Bool, _ layout: Layout, _ memory: UnsafeMutablePointer<Float>, _ engine: Engine
  ) {
    let run = engine.kernels.gradients.outerProducts
    let most = blockSums
    let rowBlocks = (shape.outChannels + most.rows - 1) / most.rows
    let columnBlocks = (shape.inChannels + most.columns - 1) / most.columns
    engine.pool.forEach(points * rowBlocks * columnBlocks) { piece, thread in
      let (point, block) = (piece / (rowBlocks * columnBlocks), piece % (rowBlocks * columnBlocks))
      let (row, column) = (block / columnBlocks * most.rows, block % columnBlocks * most.columns)
      let rows = min(most.rows, shape.outChannels - row)
      let columns = min(most.columns, shape.inChannels - column)
      let sums = memory + point * layout.sumStep + row * layout.pitch + column
      if isFirst {
        let width = (columns + 15) / 16 * 16
        for i in 0..<(rows + 5) / 6 * 6 { (sums + i * layout.pitch).update(repeating: 0, count: width) }
      }
      let addresses = UnsafeMutableRawPointer(engine.scratch(4 * Self.chunk, thread))
        .bindMemory(to: UnsafePointer<Float>.self, capacity: 2 * Self.chunk)
      let (left, right) = (addresses, addresses + Self.chunk)
      for first in stride(from: 0, to: count, by: Self.chunk) {
        let some = min(Self.chunk, count - first)
        let tile = point * layout.tiles + first
        for i in 0..<some {
          left[i] = UnsafePointer(memory) + layout.left + (tile + i) * layout.leftPitch + row
          right[i] = UnsafePointer(memory) + layout.right + (tile + i) * layout.rightPitch + column
        }
        run(
          OuterProducts(
            left: left, right: right, count: some, rows: rows, columns: columns, sums: sums, pitch: layout.pitch))
      }
    }
  }

  /// Makes the taps of the sums.
  private func finish(
    _ layout: Layout, _ sums: UnsafePointer<Float>, into weights: Tensor, adds: Bool, _ engine: Engine
  ) {
    let kernels = engine.kernels.gradients.winograd
    let taps = shape.kernel.count
    nonisolated(unsafe) let to = weights.storage.pointer
    engine.pool.forEach(shape.outChannels) { output, thread in
      let temporary = engine.scratch(36 * 16 + taps * layout.pitch, thread)
      let made = temporary + 36 * 16
      let from = sums + output * layout.pitch
      switch axis {
      case .space: kernels.spaceSums(from, layout.sumStep, layout.pitch, temporary, made, layout.pitch)
      case .spacePairs: preconditionFailure("gradients of weights are taken in float32")
      case .time: kernels.timeSums(from, layout.sumStep, layout.pitch, made, layout.pitch)
      }
      let target = to + output * shape.inChannels * taps
      for channel in 0..<shape.inChannels {
        for tap in 0..<taps {
          let (value, place) = (made[tap * layout.pitch + channel], channel * taps + tap)
          target[place] = adds ? target[place] + value : value
        }
      }
    }
  }
}

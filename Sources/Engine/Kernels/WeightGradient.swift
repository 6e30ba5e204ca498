internal import MicroKernels
internal import Parallel
public import Tensors

/// The gradient of a convolution's weights: of weight [o, c, tap] the sum over all output positions of the gradient there
/// in channel o times what the tap sees in channel c.
///
/// Where Winograd's tiles save products, `WinogradWeightGradient` computes it. Else both are read channels last. Positions are cut into segments by the shape alone, each summed in order; the
/// segments' sums are added in order, too: results do not depend on the number of threads.
public struct WeightGradient: Sendable {
  public let shape: ConvolutionShape

  public init(_ shape: ConvolutionShape) { self.shape = shape }

  /// Positions whose rows stay in the first-level cache while all of a tap's tiles pass by.
  private static let chunk = 128
  /// The floats of sums that stay in the second-level cache.
  private static let mostSums = 128 << 10
  /// The rows of a block whose copies stay there, too: whole tiles.
  private static let mostRows = 510
  private static let tileColumns = 64
  /// As many pieces keep the cores of large machines busy.
  private static let wantedPieces = 64
  /// As many blocks let a few threads have equal shares.
  private static let wantedBlocks = 16
  /// Fewer positions are not worth sums of their own, which are written, read and added once more.
  private static let leastPositions = 2048

  /// Computes the gradient of the weights.
  ///
  /// - Parameters:
  ///   - input: N, extent, `shape.inChannels`, in float32.
  ///   - gradient: Of the output: N, `shape.output(for:)`, `shape.outChannels`, in float32.
  ///   - weights: [out, in / groups, T, H, W], or as many numbers under another shape.
  ///   - adds: Whether the weights keep what they hold.
  public func run(
    _ input: FeatureMap, _ gradient: FeatureMap, into weights: Tensor, adds: Bool = false, _ engine: Engine
  ) {
    precondition(
      input.channels == shape.inChannels && gradient.channels == shape.outChannels && input.batch == gradient.batch
        && gradient.extent == shape.output(for: input.extent) && weights.count == shape.weightShape.reduce(1, *)
        && input.format == .float32 && gradient.format == .float32, "the maps of a weight gradient must fit its shape")
    if engine.usesReferences { return reference(input, gradient, into: weights, adds: adds) }
    if shape.groups > 1 && shape.groups == shape.inChannels && shape.groups == shape.outChannels {
      return runDepthwise(input, gradient, into: weights, adds: adds, engine)
    }
    if let winograd = WinogradWeightGradient(shape, input, engine.planner) {
      return winograd.run(input, gradient, into: weights, adds: adds, engine)
    }
    let blocks = Blocks(shape, Form(shape, input), positions: gradient.positions)
    if blocks.segments == 1 { return run(blocks, input, gradient, into: weights, adds: adds, sums: nil, engine) }
    engine.withSharedScratch(blocks.segments * blocks.floats) {
      run(blocks, input, gradient, into: weights, adds: adds, sums: $0, engine)
    }
  }

  /// - Parameter sums: For those of all segments; nil where there is one.
  private func run(
    _ blocks: Blocks, _ input: FeatureMap, _ gradient: FeatureMap, into weights: Tensor, adds: Bool,
    sums: UnsafeMutablePointer<Float>?, _ engine: Engine
  ) {
    engine.pool.forEach(blocks.count) { piece, thread in
      let block = blocks[piece]
      let own = engine.scratch((sums == nil ? blocks.blockFloats : 0) + blocks.copiedFloats + 4 * Self.chunk, thread)
      let target = sums.map { $0 + block.offset } ?? own
      let copies = own + (sums == nil ? blocks.blockFloats : 0)
      let addresses = UnsafeMutableRawPointer(copies + blocks.copiedFloats)
        .bindMemory(to: UnsafePointer<Float>.self, capacity: 2 * Self.chunk)
      let pairs = TapPairs(left: addresses, right: addresses + Self.chunk)
      target.update(repeating: 0, count: blocks.taps * block.paddedRows * block.pitch)
      if blocks.form == .packed {
        addPacked(block, blocks, input, gradient, pairs, copies, target, engine)
      } else {
        addInPlace(block, blocks, input, gradient, pairs, copies, target, engine)
      }
      if sums != nil { return }
      for row in 0..<block.rows { blocks.take(row, of: block, from: target, segments: 1, into: weights, adds: adds) }
    }
    guard let sums else { return }
    engine.pool.forEach(blocks.blocks * blocks.rows) { index in
      let (block, row) = (blocks[index / blocks.rows], index % blocks.rows)
      if row >= block.rows { return }
      blocks.take(row, of: block, from: sums + block.offset, segments: blocks.segments, into: weights, adds: adds)
    }
  }

  /// Adds a piece's products of copies: rows that lie far apart fall on each other in the first-level cache.
  private func addPacked(
    _ block: Blocks.Block, _ blocks: Blocks, _ input: FeatureMap, _ gradient: FeatureMap, _ pairs: TapPairs,
    _ copies: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ engine: Engine
  ) {
    let kernels = engine.kernels.gradients
    let (left, right) = (copies, copies + Self.chunk * (blocks.paddedRows + 8))
    for first in stride(from: block.positions.lowerBound, to: block.positions.upperBound, by: Self.chunk) {
      let positions = first..<min(block.positions.upperBound, first + Self.chunk)
      // Most taps see something at every position: the gradient is copied once for all of these.
      var copied = -1
      for tap in 0..<blocks.taps {
        let count = pairs.fill(
          tap, positions, shape, input, gradient, inputChannel: block.column, gradientChannel: block.row)
        if count == 0 { continue }
        if copied != count || count < positions.count {
          kernels.packTiles(CopiedRows(from: pairs.left, count: count, first: 0, columns: block.rows, target: left))
          copied = count == positions.count ? count : -1
        }
        // As many columns as a tile is wide at most: more would not stay in the first-level cache.
        for column in stride(from: 0, to: block.columns, by: Self.tileColumns) {
          let columns = min(Self.tileColumns, block.columns - column)
          let pitch = (columns + 15) / 16 * 16
          kernels.packRows(
            pitch, CopiedRows(from: pairs.right, count: count, first: column, columns: columns, target: right))
          kernels.packedOuterProducts(
            PackedOuterProducts(
              left: left, right: right, rightPitch: pitch, count: count, rows: block.rows, columns: columns,
              sums: target + tap * block.paddedRows * block.pitch + column, pitch: block.pitch))
        }
      }
    }
  }

  /// Adds a piece's products of rows as they lie.
  private func addInPlace(
    _ block: Blocks.Block, _ blocks: Blocks, _ input: FeatureMap, _ gradient: FeatureMap, _ pairs: TapPairs,
    _ copies: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ engine: Engine
  ) {
    let run = engine.kernels.gradients.outerProducts
    for first in stride(from: block.positions.lowerBound, to: block.positions.upperBound, by: Self.chunk) {
      let positions = first..<min(block.positions.upperBound, first + Self.chunk)
      for tap in 0..<blocks.taps {
        let count =
          blocks.form == .joined
          ? pairs.fillJoined(
            tap, positions, shape, input, gradient, gradientChannel: block.row, borders: copies,
            pitch: blocks.joinedPitch)
          : pairs.fill(
            tap, positions, shape, input, gradient, inputChannel: block.column, gradientChannel: block.row)
        if count == 0 { continue }
        run(
          OuterProducts(
            left: pairs.left, right: pairs.right, count: count, rows: block.rows, columns: block.columns,
            sums: target + tap * block.paddedRows * block.pitch, pitch: block.pitch))
      }
    }
  }

  /// Memory of a thread for the addresses of a chunk.
  private func pairs(_ thread: Int, _ engine: Engine) -> TapPairs {
    let memory = UnsafeMutableRawPointer(engine.scratch(4 * Self.chunk, thread))
    let left = memory.bindMemory(to: UnsafePointer<Float>.self, capacity: 2 * Self.chunk)
    return TapPairs(left: left, right: left + Self.chunk)
  }

  /// Every channel by itself.
  private func runDepthwise(
    _ input: FeatureMap, _ gradient: FeatureMap, into weights: Tensor, adds: Bool, _ engine: Engine
  ) {
    let (taps, channels) = (shape.kernel.count, shape.outChannels)
    let segments = max(1, min(Self.wantedPieces, gradient.positions / Self.leastPositions))
    engine.withSharedScratch(segments * taps * channels) { sums in
      let run = engine.kernels.gradients.innerProducts
      engine.pool.forEach(segments) { segment, thread in
        let target = sums + segment * taps * channels
        target.update(repeating: 0, count: taps * channels)
        let all = share(segment, of: segments, gradient.positions)
        let pairs = pairs(thread, engine)
        for first in stride(from: all.lowerBound, to: all.upperBound, by: Self.chunk) {
          let positions = first..<min(all.upperBound, first + Self.chunk)
          for tap in 0..<taps {
            let count = pairs.fill(tap, positions, shape, input, gradient, inputChannel: 0, gradientChannel: 0)
            run(
              InnerProducts(
                left: pairs.left, right: pairs.right, count: count, columns: channels, sums: target + tap * channels))
          }
        }
      }
      for channel in 0..<channels {
        for tap in 0..<taps {
          let sum = (0..<segments).reduce(Float(0)) { $0 + sums[($1 * taps + tap) * channels + channel] }
          weights.storage.pointer[channel * taps + tap] =
            sum + (adds ? weights.storage.pointer[channel * taps + tap] : 0)
        }
      }
    }
  }

  /// The definition, in Double.
  public func reference(_ input: FeatureMap, _ gradient: FeatureMap, into weights: Tensor, adds: Bool = false) {
    let (inputs, outputs) = (shape.inChannels / shape.groups, shape.outChannels / shape.groups)
    let taps = shape.kernel.count
    var sums = [Double](repeating: 0, count: weights.count)
    for position in 0..<gradient.positions {
      let place = ConvolutionPlace(position, gradient.extent, shape)
      for tap in 0..<taps {
        guard let seen = place.seen(by: tap, shape, input.extent) else { continue }
        for output in 0..<shape.outChannels {
          let factor = Double(gradient.value(position: position, channel: output))
          for channel in 0..<inputs {
            let x = input.value(position: seen, channel: output / outputs * inputs + channel)
            sums[(output * inputs + channel) * taps + tap] += factor * Double(x)
          }
        }
      }
    }
    for (index, sum) in sums.enumerated() {
      weights.mutableValues[index] = Float(sum) + (adds ? weights.values[index] : 0)
    }
  }

  /// What a tap is, and how its rows are read.
  private enum Form {
    /// Every tap, rows as they lie: of few channels.
    case inPlace
    /// The taps of a line together: of so few channels that they fill no register. One row is what all of them see.
    case joined
    /// Every tap, rows copied.
    case packed

    init(_ shape: ConvolutionShape, _ input: FeatureMap) {
      let (inputs, outputs) = (shape.inChannels / shape.groups, shape.outChannels / shape.groups)
      if shape.groups == 1 && inputs <= 4 && shape.kernel.w > 1 && shape.dilation.w == 1 && input.pitch == inputs
        && inputs * shape.kernel.w <= 64
      {
        self = .joined
      } else {
        self = outputs >= 24 && inputs >= 16 ? .packed : .inPlace
      }
    }
  }

  /// How the sums are cut: segments of positions times blocks of weights.
  private struct Blocks {
    let shape: ConvolutionShape
    let form: Form
    let positions: Int
    let segments: Int
    let taps: Int
    let rows: Int
    let columns: Int
    /// What a row of the input has in a group: channels, of joined taps those of all.
    private let inputs: Int
    private let rowBlocks: Int
    private let columnBlocks: Int

    /// The sums of a piece: where they lie, and what they are of.
    struct Block {
      let positions: Range<Int>
      /// In floats.
      let offset: Int
      let group: Int
      /// The first channel of the gradient and of the input's row.
      let row: Int
      let column: Int
      let rows: Int
      let columns: Int
      var paddedRows: Int { (rows + 5) / 6 * 6 }
      var pitch: Int { (columns + 15) / 16 * 16 }
    }

    init(_ shape: ConvolutionShape, _ form: Form, positions: Int) {
      self.shape = shape
      self.form = form
      self.positions = positions
      let isJoined = form == .joined
      taps = isJoined ? shape.kernel.t * shape.kernel.h : shape.kernel.count
      inputs = shape.inChannels / shape.groups * (isJoined ? shape.kernel.w : 1)
      let outputs = shape.outChannels / shape.groups
      // What is copied of the gradient serves all columns; as they lie, rows serve whole registers.
      columns = min(form == .packed ? 256 : WeightGradient.tileColumns, inputs)
      let pitch = (columns + 15) / 16 * 16
      let fitting = max(6, WeightGradient.mostSums / (pitch * taps) / 6 * 6)
      var rows = min(outputs, fitting, WeightGradient.mostRows)
      columnBlocks = (inputs + columns - 1) / columns
      let most = max(1, positions / WeightGradient.leastPositions)
      // Segments first: every block of rows copies the same columns once more.
      while rows > 48 && (outputs + rows - 1) / rows * columnBlocks * shape.groups * most < WeightGradient.wantedBlocks
      {
        rows = (rows + 11) / 12 * 6
      }
      self.rows = rows
      rowBlocks = (outputs + rows - 1) / rows
      let blocks = rowBlocks * columnBlocks * shape.groups
      segments = max(
        1,
        min(WeightGradient.wantedPieces / blocks, most))
    }

    var paddedRows: Int { (rows + 5) / 6 * 6 }
    /// The floats of a block with room for the largest.
    var blockFloats: Int { taps * paddedRows * ((columns + 15) / 16 * 16) }
    /// The blocks of a segment.
    var blocks: Int { shape.groups * rowBlocks * columnBlocks }
    /// The floats of a segment.
    var floats: Int { blocks * blockFloats }
    /// The pieces.
    var count: Int { segments * blocks }
    /// From a joined row at the border to the next, with what is read beyond it.
    var joinedPitch: Int { (columns + 15) / 16 * 16 + 16 }
    /// The floats of what is copied for a chunk.
    var copiedFloats: Int {
      switch form {
      case .inPlace: 0
      case .joined: WeightGradient.chunk * joinedPitch + 64
      case .packed: WeightGradient.chunk * (paddedRows + 8 + WeightGradient.tileColumns)
      }
    }

    subscript(piece: Int) -> Block {
      let (segment, block) = (piece / blocks, piece % blocks)
      let (group, part) = (block / (rowBlocks * columnBlocks), block % (rowBlocks * columnBlocks))
      let outputs = shape.outChannels / shape.groups
      let (row, column) = (part / columnBlocks * rows, part % columnBlocks * columns)
      return Block(
        positions: share(segment, of: segments, positions), offset: segment * floats + block * blockFloats,
        group: group, row: group * outputs + row, column: group * inputs + column, rows: min(rows, outputs - row),
        columns: min(columns, inputs - column))
    }

    /// Puts the sums of a row, those of all segments in order, where the weights are.
    ///
    /// - Parameters:
    ///   - row: Within the block.
    ///   - sums: The block's of the first segment.
    func take(
      _ row: Int, of block: Block, from sums: UnsafeMutablePointer<Float>, segments: Int, into weights: Tensor,
      adds: Bool
    ) {
      let kernel = shape.kernel.count
      let target = weights.storage.pointer + (block.row + row) * shape.depth
      let first = block.column - block.group * inputs
      precondition(segments > 0, "sums are of a segment")
      let tapStep = block.paddedRows * block.pitch
      let from = sums + row * block.pitch
      let isJoined = form == .joined
      let step = isJoined ? shape.kernel.w : 1
      for column in 0..<block.columns {
        // Joined taps of a line lie one after the other, each with its channels.
        let place =
          isJoined
          ? column % shape.inChannels * kernel + column / shape.inChannels : (first + column) * kernel
        for tap in 0..<taps {
          var sum = from[column + tap * tapStep]
          for segment in 1..<segments { sum += from[column + tap * tapStep + segment * floats] }
          target[place + tap * step] = adds ? target[place + tap * step] + sum : sum
        }
      }
    }
  }
}

/// One of several shares of a number of positions.
private func share(_ index: Int, of count: Int, _ positions: Int) -> Range<Int> {
  positions * index / count..<positions * (index + 1) / count
}

/// The addresses of what meets under a tap: rows of the gradient and of the input.
struct TapPairs {
  let left: UnsafeMutablePointer<UnsafePointer<Float>>
  let right: UnsafeMutablePointer<UnsafePointer<Float>>

  /// Fills the addresses of a tap for the output positions that see something of the input with it.
  ///
  /// - Returns: How many they are.
  func fill(
    _ tap: Int, _ positions: Range<Int>, _ shape: ConvolutionShape, _ input: FeatureMap, _ gradient: FeatureMap,
    inputChannel: Int, gradientChannel: Int
  ) -> Int {
    let (extent, kernel) = (gradient.extent, shape.kernel)
    let kt = tap / (kernel.h * kernel.w) * shape.dilation.t - shape.padding.t
    let kh = tap / kernel.w % kernel.h * shape.dilation.h - shape.padding.h
    let kw = tap % kernel.w * shape.dilation.w - shape.padding.w
    var count = 0
    var position = positions.lowerBound
    // Line by line: along one, addresses are evenly spaced.
    while position < positions.upperBound {
      let column = position % extent.w
      let line = position / extent.w
      let end = min(positions.upperBound, (line + 1) * extent.w)
      defer { position = end }
      let t = line / extent.h % extent.t * shape.stride.t + kt
      let h = line % extent.h * shape.stride.h + kh
      guard t >= 0, t < input.extent.t, h >= 0, h < input.extent.h else { continue }
      let item = line / (extent.h * extent.t)
      let row = ((item * input.extent.t + t) * input.extent.h + h) * input.extent.w
      // The columns whose tap lies inside.
      let stride = shape.stride.w
      let first = max(column, kw >= 0 ? 0 : (-kw + stride - 1) / stride)
      let room = input.extent.w - 1 - kw
      let last = min(column + (end - position) - 1, room < 0 ? -1 : room / stride)
      guard first <= last else { continue }
      var from = UnsafePointer(input.start) + ((row + first * stride + kw) * input.pitch + inputChannel)
      var at = UnsafePointer(gradient.start) + ((line * extent.w + first) * gradient.pitch + gradientChannel)
      for _ in first...last {
        left[count] = at
        right[count] = from
        count += 1
        at += gradient.pitch
        from += stride * input.pitch
      }
    }
    return count
  }

  /// Fills the addresses of what all taps of a line see: of the input's rows in place, or of copies with zeros for what
  /// lies outside.
  ///
  /// - Parameters:
  ///   - line: Of the kernel.
  ///   - borders: Room for a row for every position.
  ///   - pitch: From one of them to the next.
  /// - Returns: How many they are.
  func fillJoined(
    _ line: Int, _ positions: Range<Int>, _ shape: ConvolutionShape, _ input: FeatureMap, _ gradient: FeatureMap,
    gradientChannel: Int, borders: UnsafeMutablePointer<Float>, pitch: Int
  ) -> Int {
    let (extent, kernel, channels) = (gradient.extent, shape.kernel, input.channels)
    let kt = line / kernel.h * shape.dilation.t - shape.padding.t
    let kh = line % kernel.h * shape.dilation.h - shape.padding.h
    // The columns all of whose taps lie inside.
    let stride = shape.stride.w
    let firstWhole = (shape.padding.w + stride - 1) / stride
    let room = input.extent.w - kernel.w + shape.padding.w
    let whole = firstWhole..<max(firstWhole, room < 0 ? 0 : room / stride + 1)
    var count = 0
    var border = borders
    var position = positions.lowerBound
    while position < positions.upperBound {
      let column = position % extent.w
      let row = position / extent.w
      let end = min(positions.upperBound, (row + 1) * extent.w)
      defer { position = end }
      let t = row / extent.h % extent.t * shape.stride.t + kt
      let h = row % extent.h * shape.stride.h + kh
      guard t >= 0, t < input.extent.t, h >= 0, h < input.extent.h else { continue }
      let item = row / (extent.h * extent.t)
      let from =
        UnsafePointer(input.start) + ((item * input.extent.t + t) * input.extent.h + h) * input.extent.w * channels
      var at = UnsafePointer(gradient.start) + (position * gradient.pitch + gradientChannel)
      let stop = column + (end - position)
      var w = column
      while w < stop {
        let start = w * stride - shape.padding.w
        if whole.contains(w) {
          // Evenly spaced.
          var seen = from + start * channels
          for _ in w..<min(stop, whole.upperBound) {
            left[count] = at
            right[count] = seen
            count += 1
            at += gradient.pitch
            seen += stride * channels
          }
          w = min(stop, whole.upperBound)
          continue
        }
        let seen = max(0, start)..<max(max(0, start), min(input.extent.w, start + kernel.w))
        // All that is read: what lay there before may be denormal numbers, each of which costs a hundred cycles.
        border.update(repeating: 0, count: pitch)
        (border + (seen.lowerBound - start) * channels).update(
          from: from + seen.lowerBound * channels, count: seen.count * channels)
        left[count] = at
        right[count] = UnsafePointer(border)
        border += pitch
        count += 1
        at += gradient.pitch
        w += 1
      }
    }
    return count
  }
}

extension ConvolutionPlace {
  /// The position of the input under a tap, counted through the batch; nil in the padding.
  func seen(by tap: Int, _ shape: ConvolutionShape, _ extent: Extent3) -> Int? {
    let kernel = shape.kernel
    let t = self.t + tap / (kernel.h * kernel.w) * shape.dilation.t
    let h = self.h + tap / kernel.w % kernel.h * shape.dilation.h
    let w = self.w + tap % kernel.w * shape.dilation.w
    guard t >= 0, t < extent.t, h >= 0, h < extent.h, w >= 0, w < extent.w else { return nil }
    return ((n * extent.t + t) * extent.h + h) * extent.w + w
  }
}

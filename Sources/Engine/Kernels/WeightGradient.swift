internal import MicroKernels
internal import Parallel
public import Tensors

/// The gradient of a convolution's weights: of weight [o, c, tap] the sum over all output positions of the gradient there
/// in channel o times what the tap sees in channel c.
///
/// Both are read as they lie, channels last. Positions are cut into segments by the shape alone, each summed in order; the
/// segments' sums are added in order, too: results do not depend on the number of threads.
public struct WeightGradient: Sendable {
  public let shape: ConvolutionShape

  public init(_ shape: ConvolutionShape) { self.shape = shape }

  /// Positions whose rows stay in the first-level cache while all of a tap's tiles pass by.
  private static let chunk = 128
  /// The floats of sums that stay in the second-level cache.
  private static let mostSums = 128 << 10
  /// As many pieces keep the cores of large machines busy.
  private static let wantedPieces = 64
  /// Fewer positions are not worth sums of their own.
  private static let leastPositions = 512

  /// Computes the gradient of the weights.
  ///
  /// - Parameters:
  ///   - input: N, extent, `shape.inChannels`, in float32.
  ///   - gradient: Of the output: N, `shape.output(for:)`, `shape.outChannels`, in float32.
  ///   - weights: [out, in / groups, T, H, W]; what it holds is lost.
  public func run(_ input: FeatureMap, _ gradient: FeatureMap, into weights: Tensor, _ engine: Engine) {
    precondition(
      input.channels == shape.inChannels && gradient.channels == shape.outChannels && input.batch == gradient.batch
        && gradient.extent == shape.output(for: input.extent) && weights.shape == shape.weightShape
        && input.format == .float32 && gradient.format == .float32, "the maps of a weight gradient must fit its shape")
    if engine.usesReferences { return reference(input, gradient, into: weights) }
    if shape.groups > 1 && shape.groups == shape.inChannels && shape.groups == shape.outChannels {
      return runDepthwise(input, gradient, into: weights, engine)
    }
    let blocks = Blocks(shape, positions: gradient.positions)
    let taps = shape.kernel.count
    let sums = engine.sharedScratch(blocks.segments * blocks.floats)
    let run = engine.kernels.gradients.outerProducts
    engine.pool.forEach(blocks.count) { piece, thread in
      let block = blocks[piece]
      let target = sums + block.offset
      target.update(repeating: 0, count: taps * block.paddedRows * block.pitch)
      let pairs = pairs(thread, engine)
      for first in stride(from: block.positions.lowerBound, to: block.positions.upperBound, by: Self.chunk) {
        let positions = first..<min(block.positions.upperBound, first + Self.chunk)
        for tap in 0..<taps {
          let count = pairs.fill(
            tap, positions, shape, input, gradient, inputChannel: block.column, gradientChannel: block.row)
          if count == 0 { continue }
          run(
            OuterProducts(
              left: pairs.left, right: pairs.right, count: count, rows: block.rows, columns: block.columns,
              sums: target + tap * block.paddedRows * block.pitch, pitch: block.pitch))
        }
      }
    }
    let depth = shape.depth
    engine.pool.forEach(shape.outChannels) { output in
      let row = weights.storage.pointer + output * depth
      blocks.forEachColumn(ofRow: output) { column, offset, tapStep in
        for tap in 0..<taps {
          var sum: Float = 0
          for segment in 0..<blocks.segments { sum += sums[segment * blocks.floats + offset + tap * tapStep] }
          row[column * taps + tap] = sum
        }
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
  private func runDepthwise(_ input: FeatureMap, _ gradient: FeatureMap, into weights: Tensor, _ engine: Engine) {
    let (taps, channels) = (shape.kernel.count, shape.outChannels)
    let segments = max(1, min(Self.wantedPieces, gradient.positions / Self.leastPositions))
    let sums = engine.sharedScratch(segments * taps * channels)
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
        weights.storage.pointer[channel * taps + tap] = (0..<segments).reduce(0) {
          $0 + sums[($1 * taps + tap) * channels + channel]
        }
      }
    }
  }

  /// The definition, in Double.
  public func reference(_ input: FeatureMap, _ gradient: FeatureMap, into weights: Tensor) {
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
    for (index, sum) in sums.enumerated() { weights.mutableValues[index] = Float(sum) }
  }

  /// How the sums are cut: segments of positions times blocks of weights.
  private struct Blocks {
    let shape: ConvolutionShape
    let positions: Int
    let segments: Int
    let rows: Int
    let columns: Int
    private let rowBlocks: Int
    private let columnBlocks: Int

    /// The sums of a piece: where they lie, and what they are of.
    struct Block {
      let positions: Range<Int>
      /// In floats.
      let offset: Int
      /// The first channel of the gradient and of the input.
      let row: Int
      let column: Int
      let rows: Int
      let columns: Int
      var paddedRows: Int { (rows + 5) / 6 * 6 }
      var pitch: Int { (columns + 15) / 16 * 16 }
    }

    init(_ shape: ConvolutionShape, positions: Int) {
      self.shape = shape
      self.positions = positions
      let (inputs, outputs) = (shape.inChannels / shape.groups, shape.outChannels / shape.groups)
      columns = min(64, inputs)
      let pitch = (columns + 15) / 16 * 16
      let fitting = max(6, WeightGradient.mostSums / (pitch * shape.kernel.count) / 6 * 6)
      rows = min(outputs, fitting)
      rowBlocks = (outputs + rows - 1) / rows
      columnBlocks = (inputs + columns - 1) / columns
      let blocks = rowBlocks * columnBlocks * shape.groups
      segments = max(
        1,
        min((WeightGradient.wantedPieces + blocks - 1) / blocks, positions / WeightGradient.leastPositions))
    }

    /// The floats of a block with room for the largest.
    private var blockFloats: Int {
      shape.kernel.count * ((rows + 5) / 6 * 6) * ((columns + 15) / 16 * 16)
    }
    private var blocks: Int { shape.groups * rowBlocks * columnBlocks }
    /// The floats of a segment.
    var floats: Int { blocks * blockFloats }
    /// The pieces.
    var count: Int { segments * blocks }

    subscript(piece: Int) -> Block {
      let (segment, block) = (piece / blocks, piece % blocks)
      let (group, part) = (block / (rowBlocks * columnBlocks), block % (rowBlocks * columnBlocks))
      let (inputs, outputs) = (shape.inChannels / shape.groups, shape.outChannels / shape.groups)
      let (row, column) = (part / columnBlocks * rows, part % columnBlocks * columns)
      return Block(
        positions: share(segment, of: segments, positions), offset: segment * floats + block * blockFloats,
        row: group * outputs + row, column: group * inputs + column, rows: min(rows, outputs - row),
        columns: min(columns, inputs - column))
    }

    /// Tells where in a segment the sums of an output channel lie: for every input channel of its group the offset of the
    /// first tap, and from there to the next tap.
    func forEachColumn(ofRow output: Int, _ body: (_ column: Int, _ offset: Int, _ tapStep: Int) -> Void) {
      let outputs = shape.outChannels / shape.groups
      let (group, within) = (output / outputs, output % outputs)
      for columnBlock in 0..<columnBlocks {
        let index = (group * rowBlocks + within / rows) * columnBlocks + columnBlock
        let block = self[index]
        for column in 0..<block.columns {
          body(
            columnBlock * columns + column, index * blockFloats + within % rows * block.pitch + column,
            block.paddedRows * block.pitch)
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

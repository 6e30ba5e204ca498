internal import MicroKernels
public import Tensors

/// The keys and values of one head of an attention, packed for the product kernels, and what they make of queries.
///
/// Scores exist for a block of queries and a block of keys at a time: a running softmax corrects what earlier blocks of
/// keys have made. It views memory of the caller: ``floats(depth:extent:extra:_:_:)`` says how much.
public struct AttentionKeys: Sendable {
  /// The queries of a block: whole register tiles, or the rows that tile registers take together.
  public let queries: Int

  /// The queries of a block, and its keys where a frame has no more: their scores stay in the second-level cache with the
  /// keys. To tile registers products cost so little that what every block of keys costs besides counts for more.
  private static func sizes(_ format: ElementFormat, _ engine: Engine) -> (queries: Int, keys: Int) {
    format == .bfloat16 && engine.kernels.multipliesTiles ? (32, 1600) : (48, 800)
  }

  /// A block of keys: whole frames, and after the last one the keys without a place.
  private struct Block: Sendable {
    let firstFrame: Int
    let frames: Int
    let extra: Int
    let firstKey: Int
    let keys: MatrixPanels
    let values: MatrixPanels
  }

  private let depth: Int
  private let extent: Extent3
  private let blocks: [Block]
  private let weigh: @Sendable (AttentionWeights) -> Void
  private let scale: @Sendable (ScaledSums) -> Void

  /// The frames of each block of keys.
  private static func frames(_ extent: Extent3, _ format: ElementFormat, _ engine: Engine) -> [Range<Int>] {
    let together = max(1, sizes(format, engine).keys / max(1, extent.h * extent.w))
    return stride(from: 0, to: extent.t, by: together).map { $0..<min(extent.t, $0 + together) }
  }

  /// The floats that packed keys and values take.
  ///
  /// - Parameters:
  ///   - depth: Channels of the head.
  ///   - extent: Of the keys.
  ///   - extra: How many keys follow that have no place.
  ///   - format: Of keys, values and queries.
  public static func floats(
    depth: Int, extent: Extent3, extra: Int, _ format: ElementFormat, _ engine: Engine
  ) -> Int {
    frames(extent, format, engine).reduce(0) { sum, frames in
      let keys = frames.count * extent.h * extent.w + (frames.upperBound == extent.t ? extra : 0)
      return sum + MatrixPanels.floats(depth: depth, outputs: keys, format, engine)
        + MatrixPanels.floats(depth: keys, outputs: depth, format, fillTiles: true, engine)
    }
  }

  /// - Parameters:
  ///   - memory: `floats(depth:extent:extra:_:_:)` of them.
  ///   - format: Of keys, values and queries; bfloat16 takes an even depth.
  public init(
    depth: Int, extent: Extent3, extra: Int, memory: UnsafeMutablePointer<Float>, _ format: ElementFormat,
    _ engine: Engine
  ) {
    self.depth = depth
    self.extent = extent
    queries = Self.sizes(format, engine).queries
    if format == .bfloat16, let bfloat16 = engine.kernels.bfloat16 {
      (weigh, scale) = (bfloat16.attentionWeights, bfloat16.scaleSums)
    } else {
      (weigh, scale) = (engine.kernels.attentionWeights, engine.kernels.scaleSums)
    }
    var memory = memory
    blocks = Self.frames(extent, format, engine).map { frames in
      let extra = frames.upperBound == extent.t ? extra : 0
      let count = frames.count * extent.h * extent.w + extra
      let keys = MatrixPanels(depth: depth, outputs: count, memory: memory, format, engine)
      memory += MatrixPanels.floats(depth: depth, outputs: count, format, engine)
      let values = MatrixPanels(depth: count, outputs: depth, memory: memory, format, fillTiles: true, engine)
      memory += MatrixPanels.floats(depth: count, outputs: depth, format, fillTiles: true, engine)
      return Block(
        firstFrame: frames.lowerBound, frames: frames.count, extra: extra,
        firstKey: frames.lowerBound * extent.h * extent.w, keys: keys, values: values)
    }
  }

  /// Packs all keys and values.
  ///
  /// - Parameters:
  ///   - key: Where the channels of a key lie, in the format of the keys; those without a place come last.
  ///   - value: The same of a value.
  public func fill(key: (Int) -> UnsafePointer<Float>, value: (Int) -> UnsafePointer<Float>) {
    for block in blocks {
      for panel in 0..<block.keys.panels { block.keys.fill(panel, columns: { key(block.firstKey + $0) }) }
      for panel in 0..<block.values.panels { block.values.fill(panel, rows: { value(block.firstKey + $0) }) }
    }
  }

  /// Some queries of a head, one after the other.
  public struct Queries {
    /// In the keys' format.
    public var start: UnsafePointer<Float>
    public var pitch: Int
    /// At most ``AttentionKeys/queries``.
    public var count: Int
    /// What their products with the keys are multiplied with.
    public var scale: Float
    /// The terms of relative positions of each: H for the keys' rows, W for their columns, T for their frames; nil for none.
    public var relative: UnsafePointer<Float>?
    public var relativePitch: Int

    public init(
      start: UnsafePointer<Float>, pitch: Int, count: Int, scale: Float, relative: UnsafePointer<Float>? = nil,
      relativePitch: Int = 0
    ) {
      self.start = start
      self.pitch = pitch
      self.count = count
      self.scale = scale
      self.relative = relative
      self.relativePitch = relativePitch
    }
  }

  /// How a thread's memory is divided.
  private struct Room {
    let products: Int
    let pitch: Int
    let sums: Int
    let sumPitch: Int
    let plane: Int
    let endings: Int
    let states: Int
    let table: Int
    let floats: Int

    init(_ keys: AttentionKeys) {
      let most = keys.blocks.map(\.keys.outputs).max() ?? 0
      pitch = (most + 15) / 16 * 16
      sumPitch = (keys.depth + 15) / 16 * 16
      var layout = ScratchLayout()
      products = layout.add(keys.queries * pitch)
      sums = layout.add(keys.queries * sumPitch)
      plane = layout.add(keys.extent.h * keys.extent.w)
      endings = layout.add(32)
      states = layout.add(2 * keys.queries)
      // An address takes the room of two floats.
      table = layout.add(2 * keys.queries)
      floats = layout.count
    }
  }

  /// Computes the mean of the values for some queries, weighed by the softmax of their products with the keys.
  ///
  /// - Parameters:
  ///   - output: Where the means go, in the queries' format, `outputPitch` floats from one to the next.
  ///   - addsQueries: Whether each query is added to its mean.
  ///   - thread: Whose memory is used.
  public func attend(
    _ queries: Queries, into output: UnsafeMutablePointer<Float>, outputPitch: Int, addsQueries: Bool,
    _ engine: Engine, _ thread: Int
  ) {
    let room = Room(self)
    let memory = engine.scratch(room.floats, thread)
    let (sums, states) = (memory + room.sums, memory + room.states)
    let table = UnsafeMutableRawPointer(memory + room.table).bindMemory(
      to: UnsafePointer<Float>.self, capacity: self.queries)
    let endings = UnsafePointer(memory + room.endings)
    (memory + room.endings).update(repeating: 0, count: 16)
    (memory + room.endings + 16).update(repeating: -.infinity, count: 16)
    states.update(repeating: -.infinity, count: self.queries)
    for (index, block) in blocks.enumerated() {
      block.keys.multiply(
        queries.start, pitch: queries.pitch, count: queries.count, into: memory + room.products,
        outputPitch: room.pitch, hasRoom: true, table: table)
      weigh(
        AttentionWeights(
          products: memory + room.products, pitch: room.pitch, queries: queries.count, scale: queries.scale,
          height: extent.h, width: extent.w, firstFrame: block.firstFrame, frames: block.frames, extra: block.extra,
          relative: queries.relative, relativePitch: queries.relativePitch, plane: memory + room.plane,
          zeros: block.values.paddedDepth - block.keys.outputs, endings: endings,
          largest: states, sums: states + self.queries, means: sums, meanPitch: room.sumPitch, channels: depth))
      block.values.multiply(
        memory + room.products, pitch: room.pitch, count: queries.count, into: sums, outputPitch: room.sumPitch,
        adding: index > 0, hasRoom: true, table: table)
    }
    scale(
      ScaledSums(
        sums: sums, pitch: room.sumPitch, divisors: states + self.queries,
        added: addsQueries ? queries.start : nil, addedPitch: queries.pitch, output: output, outputPitch: outputPitch,
        rows: queries.count, channels: depth))
  }
}

internal import MicroKernels
public import Tensors

/// The keys and values of one head of an attention, packed for the gradients of what ``AttentionKeys`` made of queries.
///
/// The weights of a block of queries are computed once more, those of all queries never exist at a time: kept, they would
/// be the largest thing that a transformer keeps, and their products cost a fifth of those of the gradients.
///
/// It views memory of the caller: ``floats(depth:extent:extra:_:)`` says how much. All in float32.
///
/// Source: Dao et al., "FlashAttention", 2022.
public struct AttentionKeyGradients: Sendable {
  /// The queries of a block: whole register tiles, whose weights and gradients stay in the second-level cache.
  public let queries: Int

  private let depth: Int
  private let extent: Extent3
  private let extra: Int
  /// [depth, keys], the same of the values, and [keys, depth].
  private let keys: MatrixPanels
  private let values: MatrixPanels
  private let rows: MatrixPanels

  private var count: Int { extent.count + extra }

  /// The queries that are taken together.
  public static func queries(extent: Extent3, extra: Int) -> Int { extent.count + extra > 800 ? 48 : 96 }

  /// The floats that packed keys and values take.
  ///
  /// - Parameters:
  ///   - depth: Channels of the head.
  ///   - extent: Of the keys.
  ///   - extra: How many keys follow that have no place.
  public static func floats(depth: Int, extent: Extent3, extra: Int, _ engine: Engine) -> Int {
    let count = extent.count + extra
    return 2 * MatrixPanels.floats(depth: depth, outputs: count, .float32, engine)
      + MatrixPanels.floats(depth: count, outputs: depth, .float32, engine)
  }

  /// The floats of the sums that ``add(_:_:into:_:_:)`` adds to: ``sumPitch(depth:)`` for each key, and as many for each
  /// value after those.
  public static func sumFloats(depth: Int, extent: Extent3, extra: Int) -> Int {
    2 * paddedKeys(extent, extra) * sumPitch(depth: depth)
  }

  /// From the sums of a key to those of the next.
  public static func sumPitch(depth: Int) -> Int { (depth + 15) / 16 * 16 }

  /// Kernels write whole tiles of six keys.
  private static func paddedKeys(_ extent: Extent3, _ extra: Int) -> Int { (extent.count + extra + 5) / 6 * 6 }

  /// Where the sums of the values begin.
  public var valueSums: Int { Self.paddedKeys(extent, extra) * Self.sumPitch(depth: depth) }

  /// - Parameter memory: `floats(depth:extent:extra:_:)` of them.
  public init(depth: Int, extent: Extent3, extra: Int, memory: UnsafeMutablePointer<Float>, _ engine: Engine) {
    self.depth = depth
    self.extent = extent
    self.extra = extra
    queries = Self.queries(extent: extent, extra: extra)
    let count = extent.count + extra
    let floats = MatrixPanels.floats(depth: depth, outputs: count, .float32, engine)
    keys = MatrixPanels(depth: depth, outputs: count, memory: memory, .float32, engine)
    values = MatrixPanels(depth: depth, outputs: count, memory: memory + floats, .float32, engine)
    rows = MatrixPanels(depth: count, outputs: depth, memory: memory + 2 * floats, .float32, engine)
  }

  /// Packs all keys and values.
  ///
  /// - Parameters:
  ///   - key: Where the channels of a key lie; those without a place come last.
  ///   - value: The same of a value.
  public func fill(key: (Int) -> UnsafePointer<Float>, value: (Int) -> UnsafePointer<Float>) {
    for panel in 0..<keys.panels { keys.fill(panel, columns: key) }
    for panel in 0..<values.panels { values.fill(panel, columns: value) }
    for panel in 0..<rows.panels { rows.fill(panel, rows: key) }
  }

  /// The gradients of some queries of a head, one after the other.
  public struct Gradients {
    /// By what the attention made of them, without the addition of the queries; `pitch` floats from one to the next.
    public var start: UnsafePointer<Float>
    public var pitch: Int
    /// By the queries; nil where nobody asks for them.
    public var target: UnsafeMutablePointer<Float>?
    public var targetPitch: Int
    /// Whether the target keeps what it holds.
    public var adds: Bool
    /// By the terms of relative positions, as those lie in the queries, and where they lie, which they take the place of; nil
    /// for none.
    public var relative: UnsafeMutablePointer<Float>?

    public init(
      start: UnsafePointer<Float>, pitch: Int, target: UnsafeMutablePointer<Float>?, targetPitch: Int, adds: Bool,
      relative: UnsafeMutablePointer<Float>?
    ) {
      self.start = start
      self.pitch = pitch
      self.target = target
      self.targetPitch = targetPitch
      self.adds = adds
      self.relative = relative
    }
  }

  /// How a thread's memory is divided.
  private struct Room {
    let weights: Int
    let gradients: Int
    let pitch: Int
    let plane: Int
    let endings: Int
    let states: Int
    let table: Int
    let pairs: Int
    let floats: Int

    init(_ keys: AttentionKeyGradients) {
      pitch = (keys.count + 15) / 16 * 16
      var layout = ScratchLayout()
      weights = layout.add(keys.queries * pitch)
      // A line more: kernels read beyond the last row.
      gradients = layout.add(keys.queries * pitch + 16)
      plane = layout.add(keys.extent.h * keys.extent.w)
      endings = layout.add(32)
      states = layout.add(2 * keys.queries)
      // An address takes the room of two floats.
      table = layout.add(2 * keys.queries)
      pairs = layout.add(4 * keys.queries)
      floats = layout.count
    }
  }

  /// Computes the gradients of a block of queries, and adds what they make of those of keys and values.
  ///
  /// - Parameters:
  ///   - block: At most ``queries`` of them.
  ///   - sums: ``sumFloats(depth:extent:extra:)`` of them.
  ///   - thread: Whose memory is used.
  public func add(
    _ block: AttentionKeys.Queries, _ gradients: Gradients, into sums: UnsafeMutablePointer<Float>, _ engine: Engine,
    _ thread: Int
  ) {
    let room = Room(self)
    let memory = engine.scratch(room.floats, thread)
    let (weights, slopes, states) = (memory + room.weights, memory + room.gradients, memory + room.states)
    let table = UnsafeMutableRawPointer(memory + room.table).bindMemory(
      to: UnsafePointer<Float>.self, capacity: queries)
    let endings = memory + room.endings
    endings.update(repeating: 0, count: 16)
    (endings + 16).update(repeating: -.infinity, count: 16)
    states.update(repeating: -.infinity, count: queries)
    keys.multiply(
      block.start, pitch: block.pitch, count: block.count, into: weights, outputPitch: room.pitch, hasRoom: true,
      table: table)
    engine.kernels.attentionWeights(
      AttentionWeights(
        products: weights, pitch: room.pitch, queries: block.count, scale: block.scale, height: extent.h,
        width: extent.w, firstFrame: 0, frames: extent.t, extra: extra, relative: block.relative,
        relativePitch: block.relativePitch, plane: memory + room.plane, zeros: 0, endings: endings, largest: states,
        sums: states + queries, means: weights, meanPitch: 0, channels: 0))
    values.multiply(
      gradients.start, pitch: gradients.pitch, count: block.count, into: slopes, outputPitch: room.pitch, hasRoom: true,
      table: table)
    engine.kernels.gradients.attentionGradients(
      AttentionGradients(
        weights: weights, gradients: slopes, pitch: room.pitch, queries: block.count, sums: states + queries,
        scale: block.scale, height: extent.h, width: extent.w, frames: extent.t, extra: extra,
        relative: gradients.relative, relativePitch: block.relativePitch, plane: memory + room.plane))
    if let target = gradients.target {
      rows.multiply(
        slopes, pitch: room.pitch, count: block.count, into: target, outputPitch: gradients.targetPitch,
        adding: gradients.adds, table: table)
    }
    let left = UnsafeMutableRawPointer(memory + room.pairs).bindMemory(
      to: UnsafePointer<Float>.self, capacity: 2 * queries)
    let right = left + queries
    for (from, start, pitch, offset) in [
      (slopes, block.start, block.pitch, 0), (weights, gradients.start, gradients.pitch, valueSums),
    ] {
      for query in 0..<block.count {
        left[query] = UnsafePointer(from + query * room.pitch)
        right[query] = start + query * pitch
      }
      engine.kernels.gradients.outerProducts(
        OuterProducts(
          left: left, right: right, count: block.count, rows: count, columns: depth, sums: sums + offset,
          pitch: Self.sumPitch(depth: depth)))
    }
  }
}

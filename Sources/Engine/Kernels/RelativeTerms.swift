public import Tensors

/// The products of queries with the vectors of the distances to every row, column and frame of keys: the terms that relative
/// positions add to the logits of an attention.
///
/// Queries of one row share the vectors for the keys' rows, those of one column and of one frame theirs: they are packed
/// once for all heads and multiplied like weights.
public struct RelativeTerms: Sendable {
  /// The vectors of one axis.
  public struct Axis {
    /// Where the vector [depth] for a query and a key at these places of the axis lies.
    public var vector: (_ query: Int, _ key: Int) -> UnsafePointer<Float>

    public init(vector: @escaping (_ query: Int, _ key: Int) -> UnsafePointer<Float>) { self.vector = vector }
  }

  private let depth: Int
  private let queries: Extent3
  private let keys: Extent3
  /// By place of the queries: those of rows, then those of columns, then those of frames.
  private let panels: [MatrixPanels]

  /// The terms of one query: for the keys' rows, columns and frames.
  public static func count(_ keys: Extent3) -> Int { keys.h + keys.w + keys.t }

  private static func lengths(_ queries: Extent3, _ keys: Extent3) -> [(queries: Int, keys: Int)] {
    [(queries.h, keys.h), (queries.w, keys.w), (queries.t, keys.t)]
  }

  /// The floats that the packed vectors take.
  public static func floats(
    depth: Int, queries: Extent3, keys: Extent3, _ format: ElementFormat, _ engine: Engine
  ) -> Int {
    lengths(queries, keys).reduce(0) {
      $0 + $1.queries * MatrixPanels.floats(depth: depth, outputs: $1.keys, format, engine)
    }
  }

  /// - Parameters:
  ///   - memory: `floats(depth:queries:keys:_:_:)` of them.
  ///   - format: Of the queries; the vectors are rounded to it.
  public init(
    depth: Int, queries: Extent3, keys: Extent3, memory: UnsafeMutablePointer<Float>, _ format: ElementFormat,
    _ engine: Engine
  ) {
    self.depth = depth
    self.queries = queries
    self.keys = keys
    var memory = memory
    panels = Self.lengths(queries, keys).flatMap { lengths in
      (0..<lengths.queries).map { _ in
        defer { memory += MatrixPanels.floats(depth: depth, outputs: lengths.keys, format, engine) }
        return MatrixPanels(depth: depth, outputs: lengths.keys, memory: memory, format, engine)
      }
    }
  }

  /// How many pieces there are to fill, and to compute for a head of an item.
  public var pieces: Int { panels.count }

  private func place(_ piece: Int) -> (axis: Int, index: Int) {
    if piece < queries.h { return (0, piece) }
    if piece < queries.h + queries.w { return (1, piece - queries.h) }
    return (2, piece - queries.h - queries.w)
  }

  /// Packs the vectors of one piece.
  ///
  /// - Parameter axes: Rows, columns, frames; nil for an axis without such positions.
  public func fill(_ piece: Int, _ axes: [Axis?]) {
    let (axis, index) = place(piece)
    guard let axis = axes[axis] else { return }
    for panel in 0..<panels[piece].panels { panels[piece].fill(panel, roundedColumns: { axis.vector(index, $0) }) }
  }

  /// Computes the terms of one piece for one head of an item.
  ///
  /// - Parameters:
  ///   - hasPositions: Rows, columns, frames; the terms of an axis without positions are 0.
  ///   - start: The channels of the head at the item's first query in their format, `pitch` floats from one query to the next.
  ///   - terms: [queries], `termPitch` floats from one to the next: rows, columns, frames.
  public func compute(
    _ piece: Int, _ hasPositions: [Bool], _ start: UnsafePointer<Float>, pitch: Int,
    into terms: UnsafeMutablePointer<Float>, termPitch: Int, _ engine: Engine, _ thread: Int
  ) {
    let (axis, index) = place(piece)
    let (count, panels) = (queries.h * queries.w, panels[piece])
    let (first, length): (Int, Int) = [(0, keys.h), (keys.h, keys.w), (keys.h + keys.w, keys.t)][axis]
    // Runs of queries at even distances: lines of every frame, columns through all frames, frames.
    let (runs, runStep, offset, queriesOfRun, step): (Int, Int, Int, Int, Int) =
      switch axis {
      case 0: (queries.t, count, index * queries.w, queries.w, 1)
      case 1: (1, 0, index, queries.t * queries.h, queries.w)
      default: (1, 0, index * count, count, 1)
      }
    let block = 384
    let table = UnsafeMutableRawPointer(engine.scratch(2 * block, thread)).bindMemory(
      to: UnsafePointer<Float>.self, capacity: block)
    for run in 0..<runs {
      for begin in stride(from: 0, to: queriesOfRun, by: block) {
        let query = offset + run * runStep + begin * step
        let many = min(block, queriesOfRun - begin)
        let target = terms + (query * termPitch + first)
        if hasPositions[axis] {
          panels.multiply(
            start + query * pitch, pitch: step * pitch, count: many, into: target, outputPitch: step * termPitch,
            table: table)
        } else {
          for i in 0..<many { (target + i * step * termPitch).update(repeating: 0, count: length) }
        }
      }
    }
  }
}

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

  private let places: RelativePlaces
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
    places = RelativePlaces(queries: queries, keys: keys)
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

  /// Packs the vectors of one piece.
  ///
  /// - Parameter axes: Rows, columns, frames; nil for an axis without such positions.
  public func fill(_ piece: Int, _ axes: [Axis?]) {
    let place = places[piece]
    guard let axis = axes[place.axis] else { return }
    for panel in 0..<panels[piece].panels {
      panels[piece].fill(panel, roundedColumns: { axis.vector(place.index, $0) })
    }
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
    let (place, panels) = (places[piece], panels[piece])
    let table = UnsafeMutableRawPointer(engine.scratch(2 * RelativePlaces.block, thread)).bindMemory(
      to: UnsafePointer<Float>.self, capacity: RelativePlaces.block)
    place.forEachRun { query, many in
      let target = terms + (query * termPitch + place.first)
      if hasPositions[place.axis] {
        panels.multiply(
          start + query * pitch, pitch: place.step * pitch, count: many, into: target,
          outputPitch: place.step * termPitch, table: table)
      } else {
        for i in 0..<many { (target + i * place.step * termPitch).update(repeating: 0, count: place.keys) }
      }
    }
  }
}

internal import MicroKernels
public import Tensors

/// The way back from the gradients of the terms that ``RelativeTerms`` computed: to the queries, and to the vectors of the
/// distances. All in float32.
public struct RelativeTermGradients: Sendable {
  private let depth: Int
  private let places: RelativePlaces
  /// The vectors of every place of the queries, [keys of the axis, depth].
  private let panels: [MatrixPanels]

  /// The floats that the packed vectors take.
  public static func floats(depth: Int, queries: Extent3, keys: Extent3, _ engine: Engine) -> Int {
    let places = RelativePlaces(queries: queries, keys: keys)
    return (0..<places.count).reduce(0) {
      $0 + MatrixPanels.floats(depth: places[$1].keys, outputs: depth, .float32, engine)
    }
  }

  /// - Parameter memory: `floats(depth:queries:keys:_:)` of them.
  public init(
    depth: Int, queries: Extent3, keys: Extent3, memory: UnsafeMutablePointer<Float>, _ engine: Engine
  ) {
    self.depth = depth
    let places = RelativePlaces(queries: queries, keys: keys)
    self.places = places
    var memory = memory
    panels = (0..<places.count).map { piece in
      defer { memory += MatrixPanels.floats(depth: places[piece].keys, outputs: depth, .float32, engine) }
      return MatrixPanels(depth: places[piece].keys, outputs: depth, memory: memory, .float32, engine)
    }
  }

  /// The pieces of an axis: rows, columns, frames; one for every place of the queries.
  public func pieces(ofAxis axis: Int) -> Range<Int> { places.pieces(ofAxis: axis) }

  /// Packs the vectors of one piece.
  public func fill(_ piece: Int, _ axis: RelativeTerms.Axis) {
    let place = places[piece]
    for panel in 0..<panels[piece].panels { panels[piece].fill(panel, rows: { axis.vector(place.index, $0) }) }
  }

  /// Adds what the terms of one piece give to the gradients of the queries, for one head of an item.
  ///
  /// Two pieces of one axis share no query, those of two axes do.
  ///
  /// - Parameters:
  ///   - terms: The gradients of the terms: [queries], `termPitch` floats from one to the next: rows, columns, frames.
  ///   - target: The channels of the head at the item's first query, `pitch` floats from one query to the next.
  public func add(
    _ piece: Int, _ terms: UnsafePointer<Float>, termPitch: Int, into target: UnsafeMutablePointer<Float>, pitch: Int,
    _ engine: Engine, _ thread: Int
  ) {
    let place = places[piece]
    let table = UnsafeMutableRawPointer(engine.scratch(2 * RelativePlaces.block, thread)).bindMemory(
      to: UnsafePointer<Float>.self, capacity: RelativePlaces.block)
    place.forEachRun { query, count in
      panels[piece].multiply(
        terms + (query * termPitch + place.first), pitch: place.step * termPitch, count: count,
        into: target + query * pitch, outputPitch: place.step * pitch, adding: true, table: table)
    }
  }

  /// The floats of the sums of a piece: ``sumPitch`` for every key of the axis.
  public func sumFloats(_ piece: Int) -> Int { (places[piece].keys + 5) / 6 * 6 * sumPitch }
  public var sumPitch: Int { (depth + 15) / 16 * 16 }
  /// Where the queries of a piece lie along the axis, and how many keys there are.
  public func place(_ piece: Int) -> (index: Int, keys: Int) { (places[piece].index, places[piece].keys) }

  /// Adds what the queries of one piece give to the gradients of its vectors, for one head of an item.
  ///
  /// - Parameters:
  ///   - queries: The channels of the head at the item's first query, `pitch` floats from one query to the next.
  ///   - sums: ``sumFloats(_:)`` of them.
  public func addVectors(
    _ piece: Int, _ terms: UnsafePointer<Float>, termPitch: Int, _ queries: UnsafePointer<Float>, pitch: Int,
    into sums: UnsafeMutablePointer<Float>, _ engine: Engine, _ thread: Int
  ) {
    let place = places[piece]
    let block = RelativePlaces.block
    let left = UnsafeMutableRawPointer(engine.scratch(4 * block, thread)).bindMemory(
      to: UnsafePointer<Float>.self, capacity: 2 * block)
    let right = left + block
    place.forEachRun { query, count in
      for i in 0..<count {
        left[i] = terms + ((query + i * place.step) * termPitch + place.first)
        right[i] = queries + (query + i * place.step) * pitch
      }
      engine.kernels.gradients.outerProducts(
        OuterProducts(
          left: left, right: right, count: count, rows: place.keys, columns: depth, sums: sums, pitch: sumPitch))
    }
  }
}

/// The places of queries along height, width and time, one after the other, and the queries at each.
struct RelativePlaces: Sendable {
  let queries: Extent3
  let keys: Extent3
  /// The queries that are taken together.
  static let block = 384

  /// One place of one axis.
  struct Place {
    let axis: Int
    /// Along the axis.
    let index: Int
    /// The terms of the axis: the first one's number, and how many there are.
    let first: Int
    let keys: Int
    /// Runs of queries at even distances: how many, from one to the next, the first query of all, the queries of one, and from
    /// one of them to the next.
    fileprivate let runs: Int
    fileprivate let runStep: Int
    fileprivate let offset: Int
    fileprivate let queriesOfRun: Int
    let step: Int

    /// Calls a body with the first query and the number of queries of every block; they lie `step` apart.
    func forEachRun(_ body: (_ query: Int, _ count: Int) -> Void) {
      for run in 0..<runs {
        for begin in stride(from: 0, to: queriesOfRun, by: RelativePlaces.block) {
          body(offset + run * runStep + begin * step, min(RelativePlaces.block, queriesOfRun - begin))
        }
      }
    }
  }

  var count: Int { queries.h + queries.w + queries.t }

  func pieces(ofAxis axis: Int) -> Range<Int> {
    switch axis {
    case 0: 0..<queries.h
    case 1: queries.h..<queries.h + queries.w
    default: queries.h + queries.w..<count
    }
  }

  subscript(piece: Int) -> Place {
    let area = queries.h * queries.w
    if piece < queries.h {
      // Lines of every frame.
      return Place(
        axis: 0, index: piece, first: 0, keys: keys.h, runs: queries.t, runStep: area, offset: piece * queries.w,
        queriesOfRun: queries.w, step: 1)
    }
    if piece < queries.h + queries.w {
      // Columns through all frames.
      let index = piece - queries.h
      return Place(
        axis: 1, index: index, first: keys.h, keys: keys.w, runs: 1, runStep: 0, offset: index,
        queriesOfRun: queries.t * queries.h, step: queries.w)
    }
    let index = piece - queries.h - queries.w
    return Place(
      axis: 2, index: index, first: keys.h + keys.w, keys: keys.t, runs: 1, runStep: 0, offset: index * area,
      queriesOfRun: area, step: 1)
  }
}

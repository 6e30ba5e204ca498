internal import Kernels
internal import Parallel
internal import Tensors

extension MultiHeadAttention: TrainableOperator {
  public var parameters: [Parameter] { positions?.parameters ?? [] }
  public var keepsItemsApart: Bool { true }
  public var readsOutput: Bool { false }

  /// The weights of all pairs are computed once more, block by block: see `AttentionKeyGradients`.
  ///
  /// A piece is a segment of the queries of a head of an item, cut by the shapes alone; what they add to the gradients of keys
  /// and values is summed in the segments' order.
  public func backward(_ pass: BackwardPass) { AttentionBackward(self, pass).run() }
}

/// One backward pass of an attention.
private struct AttentionBackward {
  private let attention: MultiHeadAttention
  private let pass: BackwardPass
  private let engine: Engine
  private let depth: Int
  private let queries: FeatureMap
  private let keys: FeatureMap
  private let extra: Int
  /// Segments of the queries of a head.
  private let segments: Int
  private let segment: Int
  /// Height, width and time; nil without relative positions.
  private let rows: [RelativePositions.Rows?]?
  private let termPitch: Int

  private static let wantedPieces = 64

  init(_ attention: MultiHeadAttention, _ pass: BackwardPass) {
    self.attention = attention
    self.pass = pass
    engine = pass.engine
    queries = pass.inputs[0]
    keys = pass.inputs[1]
    depth = queries.channels / attention.heads
    extra = attention.hasExtraKey ? 1 : 0
    rows = attention.positions?.rows(queries: queries.extent, keys: keys.extent)
    termPitch = rows == nil ? 0 : RelativeTerms.count(keys.extent)
    let block = AttentionKeyGradients.queries(extent: keys.extent, extra: extra)
    let blocks = (queries.extent.count + block - 1) / block
    let heads = max(1, queries.batch * attention.heads)
    // Whole blocks, as many in each.
    let wanted = min(blocks, (Self.wantedPieces + heads - 1) / heads)
    segment = (blocks + wanted - 1) / wanted * block
    segments = (queries.extent.count + segment - 1) / segment
  }

  /// The heads of all items.
  private var heads: Int { queries.batch * attention.heads }

  /// Where the channels of a head begin at a position of an item.
  private func start(_ map: FeatureMap, _ head: Int, _ position: Int = 0) -> UnsafeMutablePointer<Float> {
    let (item, head) = (head / attention.heads, head % attention.heads)
    return map.start + (item * map.extent.count + position) * map.pitch + head * depth
  }

  func run() {
    let keyFloats = AttentionKeyGradients.floats(depth: depth, extent: keys.extent, extra: extra, engine)
    let sumFloats = AttentionKeyGradients.sumFloats(depth: depth, extent: keys.extent, extra: extra)
    let termFloats = (heads * queries.extent.count * termPitch + 15) / 16 * 16
    let vectorFloats =
      rows == nil
      ? 0
      : max(
        RelativeTerms.floats(depth: depth, queries: queries.extent, keys: keys.extent, .float32, engine),
        RelativeTermGradients.floats(depth: depth, queries: queries.extent, keys: keys.extent, engine))
    // A line more after the terms: kernels read beyond the last row.
    let floats = heads * keyFloats + heads * segments * sumFloats + termFloats + 16 + vectorFloats
    engine.withSharedScratch(floats) { memory in
      let sums = memory + heads * keyFloats
      let terms = sums + heads * segments * sumFloats
      let vectors = terms + (termFloats + 16)
      let packed = (0..<heads).map {
        AttentionKeyGradients(
          depth: depth, extent: keys.extent, extra: extra, memory: memory + $0 * keyFloats, engine)
      }
      engine.pool.forEach(heads) { pack(packed[$0], $0) }
      if let rows { computeTerms(rows, into: terms, vectors) }
      engine.pool.forEach(heads * segments) { piece, thread in
        let sums = sums + piece * sumFloats
        sums.update(repeating: 0, count: sumFloats)
        differentiate(packed[piece / segments], piece / segments, piece % segments, terms, into: sums, thread)
      }
      if let first = packed.first { addSums(sums, sumFloats, valueSums: first.valueSums) }
      if let rows { differentiateTerms(rows, terms, vectors) }
    }
  }

  private func pack(_ packed: AttentionKeyGradients, _ head: Int) {
    func place(_ key: Int, _ map: Int) -> UnsafePointer<Float> {
      if key < keys.extent.count { return UnsafePointer(start(pass.inputs[map], head, key)) }
      return UnsafePointer(start(pass.inputs[map + 2], head))
    }
    packed.fill(key: { place($0, 1) }, value: { place($0, 2) })
  }

  /// The terms of all queries, as in the forward pass.
  private func computeTerms(
    _ rows: [RelativePositions.Rows?], into terms: UnsafeMutablePointer<Float>, _ memory: UnsafeMutablePointer<Float>
  ) {
    let relative = RelativeTerms(
      depth: depth, queries: queries.extent, keys: keys.extent, memory: memory, .float32, engine)
    let axes = rows.map { rows in rows.map { RelativeTerms.Axis(vector: $0.vector) } }
    engine.pool.forEach(relative.pieces) { relative.fill($0, axes) }
    let hasPositions = rows.map { $0 != nil }
    engine.pool.forEach(heads * relative.pieces) { piece, thread in
      let head = piece / relative.pieces
      relative.compute(
        piece % relative.pieces, hasPositions, start(queries, head), pitch: queries.pitch,
        into: terms + head * queries.extent.count * termPitch, termPitch: termPitch, engine, thread)
    }
  }

  /// Computes the gradients of a segment of the queries of a head, and of the terms, which take the terms' place.
  private func differentiate(
    _ packed: AttentionKeyGradients, _ head: Int, _ segment: Int, _ terms: UnsafeMutablePointer<Float>,
    into sums: UnsafeMutablePointer<Float>, _ thread: Int
  ) {
    let end = min(queries.extent.count, (segment + 1) * self.segment)
    let (gradient, target) = (pass.gradient, pass.targets[0])
    for first in stride(from: segment * self.segment, to: end, by: packed.queries) {
      let count = min(packed.queries, end - first)
      let relative = rows == nil ? nil : terms + (head * queries.extent.count + first) * termPitch
      let block = AttentionKeys.Queries(
        start: start(queries, head, first), pitch: queries.pitch, count: count, scale: 1 / Float(depth).squareRoot(),
        relative: relative.map { UnsafePointer($0) }, relativePitch: termPitch)
      packed.add(
        block,
        AttentionKeyGradients.Gradients(
          start: start(gradient, head, first), pitch: gradient.pitch, target: target.map { start($0.map, head, first) },
          targetPitch: target?.map.pitch ?? 0, adds: target?.adds ?? false, relative: relative),
        into: sums, engine, thread)
      guard let target, attention.addsQueries else { continue }
      for query in first..<first + count {
        let (from, to) = (start(gradient, head, query), start(target.map, head, query))
        for c in 0..<depth { to[c] += from[c] }
      }
    }
  }

  /// Adds the segments' sums up.
  private func addSums(_ sums: UnsafeMutablePointer<Float>, _ sumFloats: Int, valueSums: Int) {
    let (count, pitch) = (keys.extent.count, AttentionKeyGradients.sumPitch(depth: depth))
    for (input, offset) in [(1, 0), (2, valueSums)] {
      engine.pool.forEach(heads) { head in
        for key in 0..<count + extra {
          // After those with a place the extra one, an input of its own.
          let isPlaced = key < count
          guard let target = pass.targets[isPlaced ? input : input + 2] else { continue }
          let to = start(target.map, head, isPlaced ? key : 0)
          if !target.adds { to.update(repeating: 0, count: depth) }
          for segment in 0..<segments {
            let from = sums + (head * segments + segment) * sumFloats + offset + key * pitch
            for c in 0..<depth { to[c] += from[c] }
          }
        }
      }
    }
  }

  /// What the gradients of the terms give to those of the queries and of the tables.
  private func differentiateTerms(
    _ rows: [RelativePositions.Rows?], _ terms: UnsafeMutablePointer<Float>, _ memory: UnsafeMutablePointer<Float>
  ) {
    let relative = RelativeTermGradients(
      depth: depth, queries: queries.extent, keys: keys.extent, memory: memory, engine)
    let step = queries.extent.count * termPitch
    for (axis, rows) in rows.enumerated() {
      guard let rows else { continue }
      let pieces = relative.pieces(ofAxis: axis)
      if let target = pass.targets[0] {
        engine.pool.forEach(pieces.count) {
          relative.fill(pieces.lowerBound + $0, RelativeTerms.Axis(vector: rows.vector))
        }
        engine.pool.forEach(pieces.count * heads) { piece, thread in
          let head = piece / pieces.count
          relative.add(
            pieces.lowerBound + piece % pieces.count, terms + head * step, termPitch: termPitch,
            into: start(target.map, head), pitch: target.map.pitch, engine, thread)
        }
      }
      guard let table = attention.positions?.parameter(axis), table.isTrained else { continue }
      addVectors(relative, pieces, rows, terms, to: table)
    }
  }

  /// Adds the gradients of the vectors of an axis to those of its table.
  private func addVectors(
    _ relative: RelativeTermGradients, _ pieces: Range<Int>, _ rows: RelativePositions.Rows,
    _ terms: UnsafePointer<Float>, to table: Parameter
  ) {
    let floats = relative.sumFloats(pieces.lowerBound)
    let sums = Tensor(zeros: [pieces.count, floats])
    let step = queries.extent.count * termPitch
    nonisolated(unsafe) let terms = terms
    engine.pool.forEach(pieces.count) { piece, thread in
      for head in 0..<heads {
        relative.addVectors(
          pieces.lowerBound + piece, terms + head * step, termPitch: termPitch, start(queries, head),
          pitch: queries.pitch, into: sums.storage.pointer + piece * floats, engine, thread)
      }
    }
    let gradient = Tensor(zeros: rows.table.shape)
    for piece in pieces {
      let (index, keys) = relative.place(piece)
      for key in 0..<keys {
        let from = sums.storage.pointer + ((piece - pieces.lowerBound) * floats + key * relative.sumPitch)
        let to = gradient.storage.pointer + rows.index(index, key) * depth
        for c in 0..<depth { to[c] += from[c] }
      }
    }
    RelativePositions.addUnstretched(gradient, to: table.gradient)
  }
}

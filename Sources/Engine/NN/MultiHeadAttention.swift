internal import Glibc
public import Kernels
internal import Parallel
public import Tensors

/// The attention of a transformer, head by head: the mean of the values, weighed by the softmax over the keys of the
/// products of a query with them.
///
/// Inputs: queries N, [T, H, W], C; keys and values N, [T', H', W'], C; then, where it has an extra key, that one and its
/// value: N, [1, 1, 1], C. A head has C / heads channels, those of head h from h C / heads on.
///
/// Scores of all queries never exist at a time: see `AttentionKeys`.
///
/// Source: Vaswani et al., "Attention Is All You Need", 2017; Fan et al., "Multiscale Vision Transformers", 2021; Li et al.,
/// "MViTv2", 2022, for relative positions and the addition of the queries.
public struct MultiHeadAttention: Operator {
  public var heads: Int
  /// Whether a key without a place follows: that of a class token.
  public var hasExtraKey: Bool
  public var positions: RelativePositions?
  /// Whether each query is added to what is made of it.
  public var addsQueries: Bool

  public init(
    heads: Int, hasExtraKey: Bool = false, positions: RelativePositions? = nil, addsQueries: Bool = false
  ) {
    precondition(heads > 0, "an attention has a head at least")
    self.heads = heads
    self.hasExtraKey = hasExtraKey
    self.positions = positions
    self.addsQueries = addsQueries
  }

  public var name: String {
    "attention of \(heads) head\(heads == 1 ? "" : "s")" + (hasExtraKey ? ", extra key" : "")
      + (positions == nil ? "" : ", relative positions") + (addsQueries ? " + queries" : "")
  }
  public var writesSlices: Bool { true }

  public var weightBytes: Int { (positions?.tables ?? []).reduce(0) { $0 + 4 * ($1?.count ?? 0) } }

  public func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    let (queries, keys, values) = (inputs[0], inputs[1], inputs[2])
    var extra = keys
    extra.extent = .one
    guard keys.matches(values), keys.batch == queries.batch, keys.channels == queries.channels,
      queries.channels % heads == 0, queries.extent.count > 0, keys.extent.count > 0,
      !hasExtraKey || inputs[3].matches(extra) && inputs[4].matches(extra)
    else {
      throw .unsuited(
        operation: "an \(name)", needs: "queries, keys and values of one width, which the heads divide", found: inputs)
    }
    let depth = queries.channels / heads
    guard positions?.tables.allSatisfy({ $0.map { $0.shape[1] == depth } ?? true }) ?? true else {
      throw .unsuited(
        operation: "an \(name)", needs: "vectors of \(depth) channels for relative positions", found: inputs)
    }
    return queries
  }

  /// Every query meets every key twice.
  public func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int {
    let keys = inputs[1].extent.count + (hasExtraKey ? 1 : 0)
    let terms = positions == nil ? 0 : RelativeTerms.count(inputs[1].extent)
    return inputs[0].positions * inputs[0].channels * (2 * keys + terms)
  }

  public func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    // Products of bfloat16 take pairs of channels.
    let isBFloat16 = output.channels / heads % 2 == 0 && (inputs + [output]).allSatisfy { $0.format == .bfloat16 }
    if isBFloat16 { return attend(inputs, into: output, engine) }
    let maps = inputs.map { $0.float32() }
    if output.format == .float32 { return attend(maps, into: output, engine) }
    let means = FeatureMap(zeros: output.batch, output.extent, channels: output.channels)
    attend(maps, into: means, engine)
    for position in 0..<output.positions {
      for c in 0..<output.channels {
        output.set(means.value(position: position, channel: c), position: position, channel: c)
      }
    }
  }

  /// - Parameters:
  ///   - maps: The inputs, all of the output's format.
  private func attend(_ maps: [FeatureMap], into output: FeatureMap, _ engine: Engine) {
    let (depth, format) = (output.channels / heads, output.format)
    let (queries, keys) = (maps[0], maps[1])
    let extra = hasExtraKey ? 1 : 0
    let rows = positions?.rows(queries: queries.extent, keys: keys.extent)
    let keyFloats = AttentionKeys.floats(depth: depth, extent: keys.extent, extra: extra, format, engine)
    let termPitch = RelativeTerms.count(keys.extent)
    let vectorFloats =
      rows == nil ? 0 : RelativeTerms.floats(depth: depth, queries: queries.extent, keys: keys.extent, format, engine)
    let termFloats = rows == nil ? 0 : (heads * queries.extent.count * termPitch + 15) / 16 * 16
    engine.withSharedScratch(heads * keyFloats + vectorFloats + termFloats) { memory in
      let packed = (0..<heads).map {
        AttentionKeys(depth: depth, extent: keys.extent, extra: extra, memory: memory + $0 * keyFloats, format, engine)
      }
      let terms = memory + (heads * keyFloats + vectorFloats)
      let relative = rows.map { rows in
        let relative = RelativeTerms(
          depth: depth, queries: queries.extent, keys: keys.extent, memory: memory + heads * keyFloats, format, engine)
        let axes = rows.map { rows in rows.map { RelativeTerms.Axis(vector: $0.vector) } }
        engine.pool.forEach(relative.pieces) { relative.fill($0, axes) }
        return (terms: relative, hasPositions: rows.map { $0 != nil })
      }
      for item in 0..<output.batch {
        engine.pool.forEach(heads) { head in pack(packed[head], head, item, maps) }
        if let (relative, hasPositions) = relative {
          func floats(_ head: Int) -> Int { head * depth * format.bytes / 4 }
          let first = queries.start + item * queries.extent.count * queries.pitch
          engine.pool.forEach(heads * relative.pieces) { piece, thread in
            let head = piece % heads
            relative.compute(
              piece / heads, hasPositions, first + floats(head), pitch: queries.pitch,
              into: terms + head * queries.extent.count * termPitch, termPitch: termPitch, engine, thread)
          }
        }
        let together = packed[0].queries
        let blocks = (queries.extent.count + together - 1) / together
        engine.pool.forEach(heads * blocks) { piece, thread in
          let (head, block) = (piece / blocks, piece % blocks)
          let first = block * together
          attend(
            packed[head], head, item, first, queries, relative == nil ? nil : UnsafePointer(terms), termPitch, output,
            engine, thread)
        }
      }
    }
  }

  private func pack(_ packed: AttentionKeys, _ head: Int, _ item: Int, _ maps: [FeatureMap]) {
    let (keys, values) = (maps[1], maps[2])
    let (count, channel) = (keys.extent.count, keys.channels / heads * head * keys.format.bytes / 4)
    func place(_ key: Int, _ map: FeatureMap, _ extra: FeatureMap?) -> UnsafePointer<Float> {
      if key < count { return UnsafePointer(map.start) + (item * count + key) * map.pitch + channel }
      return UnsafePointer(extra!.start) + item * extra!.pitch + channel
    }
    let (extraKey, extraValue) = hasExtraKey ? (maps[3], maps[4]) : (nil, nil)
    packed.fill(key: { place($0, keys, extraKey) }, value: { place($0, values, extraValue) })
  }

  /// Computes a block of queries of a head.
  private func attend(
    _ packed: AttentionKeys, _ head: Int, _ item: Int, _ first: Int, _ queries: FeatureMap,
    _ terms: UnsafePointer<Float>?, _ termPitch: Int, _ output: FeatureMap, _ engine: Engine, _ thread: Int
  ) {
    let (depth, all) = (output.channels / heads, queries.extent.count)
    let channel = head * depth * output.format.bytes / 4
    let start = queries.start + (item * all + first) * queries.pitch + channel
    let block = AttentionKeys.Queries(
      start: start, pitch: queries.pitch, count: min(packed.queries, all - first),
      scale: 1 / Float(depth).squareRoot(), relative: terms.map { $0 + (head * all + first) * termPitch },
      relativePitch: termPitch)
    packed.attend(
      block, into: output.start + (item * all + first) * output.pitch + channel, outputPitch: output.pitch,
      addsQueries: addsQueries, engine, thread)
  }

  /// The definition in Double, query by query.
  public func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let (queries, keys, values) = (inputs[0], inputs[1], inputs[2])
    let (depth, count, all) = (output.channels / heads, keys.extent.count, queries.extent.count)
    let rows = positions?.rows(queries: queries.extent, keys: keys.extent) ?? [nil, nil, nil]
    engine.pool.forEach(queries.positions * heads) { piece in
      let (position, head) = (piece / heads, piece % heads)
      let (item, query) = (position / all, position % all)
      let channels = head * depth..<(head + 1) * depth
      func product(_ vector: (Int) -> Float) -> Double {
        channels.reduce(0) {
          $0 + Double(queries.value(position: position, channel: $1)) * Double(vector($1))
        }
      }
      func place(_ index: Int, _ extent: Extent3) -> [Int] {
        [index / extent.w % extent.h, index % extent.w, index / (extent.h * extent.w)]
      }
      // One with a place, then perhaps the extra one.
      let sources = (0..<count).map { (item * count + $0, 1) } + (hasExtraKey ? [(item, 3)] : [])
      let logits = sources.enumerated().map { key, source in
        var logit =
          product { inputs[source.1].value(position: source.0, channel: $0) } / Double(depth).squareRoot()
        guard key < count else { return logit }
        for (axis, (own, other)) in zip(place(query, queries.extent), place(key, keys.extent)).enumerated() {
          if let vector = rows[axis]?.vector(own, other) { logit += product { vector[$0 - channels.lowerBound] } }
        }
        return logit
      }
      let largest = logits.max() ?? 0
      let powers = logits.map { exp($0 - largest) }
      let sum = powers.reduce(0, +)
      for c in channels {
        var y = addsQueries ? Double(queries.value(position: position, channel: c)) : 0
        for (power, source) in zip(powers, sources) {
          let map = source.1 == 1 ? values : inputs[4]
          y += power / sum * Double(map.value(position: source.0, channel: c))
        }
        output.set(Float(y), position: position, channel: c)
      }
    }
  }
}

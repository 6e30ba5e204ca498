internal import Checkpoint
internal import Configuration
internal import Kernels
internal import NN
internal import Tensors
internal import VideoModels

/// The attention of a block, with its layers.
struct MViTAttention {
  private let network: MViTBackbone
  private let block: MViTBackbone.Block
  private let kind: MultiHeadAttention
  /// Those that make queries, keys and values.
  private let projections: [DenseLayer]
  /// The last layer, whose outputs are added to the shortcut.
  let output: DenseLayer
  private let pools: [Pooling]

  enum Role: Int, CaseIterable {
    case query, key, value

    /// What the names of its layers end with.
    var letter: String { ["q", "k", "v"][rawValue] }
  }

  /// - Parameter scope: Of the attention.
  init(_ builder: inout NetworkBuilder, _ network: MViTBackbone, _ block: MViTBackbone.Block, _ scope: WeightReader) {
    self.network = network
    self.block = block
    kind = MultiHeadAttention(
      heads: block.heads, positions: Self.relativePositions(&builder, network, block, scope),
      addsQueries: network.addsQueries)
    projections = Self.projections(&builder, network, block, scope)
    output = builder.denseLayer(
      scope["proj"], inputs: block.attention, outputs: block.attention, hint: Key.mvitDimMul.name)
    var pools: [Pooling] = []
    for role in Role.allCases { pools.append(Self.pooling(&builder, network, block, scope, role)) }
    self.pools = pools
  }

  /// Adds everything but the last layer.
  ///
  /// - Parameters:
  ///   - needs: What is read of its tokens.
  ///   - queries: How queries are pooled, where the caller pools as much.
  func build(
    _ builder: inout NetworkBuilder, _ x: Tokens, needs: Tokens.Parts, queries: Pooling? = nil
  ) -> Tokens {
    var made: [Tokens] = []
    for role in Role.allCases {
      let pool = (role == .query ? queries : nil) ?? pools[role.rawValue]
      // Keys and values are of all tokens.
      let seen = role == .query ? x.only(needs) : x
      let layer = projections[role.rawValue]
      if network.poolsFirst {
        made.append(builder.dense(pooled(&builder, seen, pool, channels: block.width), layer))
      } else {
        made.append(pooled(&builder, builder.dense(seen, layer), pool, channels: block.attention))
      }
    }
    let (queries, keys, values) = (made[0], made[1], made[2])
    let extra = [keys.classToken, values.classToken].compactMap { $0 }
    let inputs = [keys.map!, values.map!] + extra
    var kind = kind
    kind.hasExtraKey = !extra.isEmpty
    var ofClassToken = kind
    // It has no place, and its query is not added.
    (ofClassToken.positions, ofClassToken.addsQueries) = (nil, false)
    return Tokens(
      map: queries.map.map { builder.network.add(kind, [$0] + inputs) },
      classToken: queries.classToken.map { builder.network.add(ofClassToken, [$0] + inputs) })
  }

  /// The layers that make queries, keys and values: one of three times the width in the file, or three.
  private static func projections(
    _ builder: inout NetworkBuilder, _ network: MViTBackbone, _ block: MViTBackbone.Block, _ scope: WeightReader
  ) -> [DenseLayer] {
    let (bias, hint) = (network.hasProjectionBias, Key.mvitDimMul.name)
    if network.poolsFirst || network.hasSeparateProjections {
      var layers: [DenseLayer] = []
      for role in Role.allCases {
        layers.append(
          builder.denseLayer(
            scope[role.letter], inputs: block.width, outputs: block.attention, hasBias: bias, hint: hint))
      }
      return layers
    }
    let joint: DenseLayer
    if bias && !network.hasKeyBias {
      let weight = builder.layerTensor(scope["qkv"], "weight", [3 * block.attention, block.width], hint: hint)
      func own(_ name: String) -> [Float]? { scope.tensor(name, [block.attention], hint: hint)?.array }
      let none = [Float](repeating: 0, count: block.attention)
      let values = (own(MViTNames.queryBias) ?? none) + none + (own(MViTNames.valueBias) ?? none)
      joint = DenseLayer(
        weight, builder.layerTensor(made: Tensor([values.count], values), scope["qkv"], "bias", .bias))
    } else {
      joint = builder.denseLayer(
        scope["qkv"], inputs: block.width, outputs: 3 * block.attention, hasBias: bias, hint: hint)
    }
    return Role.allCases.map { joint.part($0.rawValue, of: 3) }
  }

  // MARK: Pools

  /// How queries, keys or values are pooled, with its weights.
  struct Pooling {
    /// nil where they are not.
    let pool: MViTBackbone.Pool?
    /// Of a learned pool.
    let kernel: LayerTensor?
    let norm: LayerNormalization?
  }

  var poolOfQueries: Pooling { pools[Role.query.rawValue] }

  private static func pooling(
    _ builder: inout NetworkBuilder, _ network: MViTBackbone, _ block: MViTBackbone.Block, _ scope: WeightReader,
    _ role: Role
  ) -> Pooling {
    let heads = network.pooling == .unsharedConvolution ? 1 : block.heads
    guard let pool = role == .query ? block.queryPool : block.keyPool else {
      return Pooling(pool: nil, kernel: nil, norm: nil)
    }
    if !network.pooling.isLearned { return Pooling(pool: pool, kernel: nil, norm: nil) }
    let depth = (network.poolsFirst ? block.width : block.attention) / heads
    let shape = [depth, 1, pool.kernel.t, pool.kernel.h, pool.kernel.w]
    let kernel = builder.layerTensor(
      scope, "pool_\(role.letter).weight", shape, hint: Key.mvitHeadMul.name,
      kernelHint: Key.mvitPoolKvqKernel.name,
      change: network.convertsKernels
        ? WeightChange(MViTPatches.repetition) { MViTPatches.repeated($0, to: shape) } : nil)
    return Pooling(
      pool: pool, kernel: kernel,
      norm: builder.layerNorm(
        scope["norm_\(role.letter)"], channels: depth, groups: heads, hint: MViTNames.widthKey))
  }

  /// Pools the map and, where the pool is learned, normalises all tokens head by head.
  func pooled(_ builder: inout NetworkBuilder, _ x: Tokens, _ pooling: Pooling, channels: Int) -> Tokens {
    guard let pool = pooling.pool else { return x }
    var y = x
    if let map = x.map {
      if network.pooling == .maximum {
        let pooling = MaxPooling(kernel: pool.kernel, stride: pool.stride, padding: pool.padding)
        y.map = builder.network.maxPool(map, pooling)
      } else {
        let shape = ConvolutionShape(
          channels, channels, kernel: pool.kernel, stride: pool.stride, padding: pool.padding, groups: channels)
        y.map = builder.depthwise(map, shape, sharing: pooling.kernel)
      }
    }
    guard let norm = pooling.norm else { return y }
    return builder.normalize(y, norm)
  }

  // MARK: Relative positions

  private static func relativePositions(
    _ builder: inout NetworkBuilder, _ network: MViTBackbone, _ block: MViTBackbone.Block, _ scope: WeightReader
  ) -> RelativePositions? {
    if !network.hasSpacePositions && !network.hasTimePositions { return nil }
    let depth = block.attention / block.heads
    func table(_ builder: inout NetworkBuilder, _ name: String, _ rows: Int, _ isThere: Bool) -> LayerTensor? {
      if !isThere { return nil }
      let change = WeightChange(MViTPositions.stretching) { file in
        let isTable = file.shape.count == 2 && file.shape[0] > 0 && file.shape[1] == depth
        return isTable ? RelativePositions.stretched(file, to: rows) : nil
      }
      return builder.layerTensor(scope, name, [rows, depth], hint: Key.mvitHeadMul.name, change: change)
    }
    let height = table(&builder, "rel_pos_h", block.spaceRows, network.hasSpacePositions)
    let width = table(&builder, "rel_pos_w", block.spaceRows, network.hasSpacePositions)
    let time = table(&builder, "rel_pos_t", block.timeRows, network.hasTimePositions)
    return builder.relativePositions(height: height, width: width, time: time)
  }
}

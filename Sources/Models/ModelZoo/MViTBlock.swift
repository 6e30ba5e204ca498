internal import Checkpoint
internal import Configuration
internal import Kernels
internal import NN
internal import Tensors
internal import VideoModels

/// A block of MViT: attention and dense layers, each around a shortcut.
struct MViTBlock {
  private let network: MViTBackbone
  private let block: MViTBackbone.Block
  private let scope: WeightReader
  private let isScaled: Bool

  /// - Parameter isScaled: Whether the file has a scale for each channel of what attention and dense layers add to the
  ///   shortcut.
  init(
    _ network: MViTBackbone, _ block: MViTBackbone.Block, _ scope: WeightReader, isScaled: Bool = false
  ) {
    self.network = network
    self.block = block
    self.scope = scope
    self.isScaled = isScaled
  }

  /// - Parameter needs: What is read of the block's tokens.
  func build(_ builder: inout NetworkBuilder, _ x: Tokens, needs: Tokens.Parts) -> Tokens {
    let normalized = builder.normalize(x, scope["norm1"], channels: block.width)
    let widensFirst = network.widensInAttention && block.width != block.output
    var skip = x.only(needs)
    // The shortcut is made of what the attention sees, where it is made at all.
    if widensFirst { skip = builder.dense(normalized.only(needs), projection()) }
    if let pool = block.skipPool, let map = skip.map {
      skip.map = builder.network.maxPool(
        map, MaxPooling(kernel: pool.kernel, stride: pool.stride, padding: pool.padding))
    }
    let y = attention(&builder, normalized, needs: needs, adding: skip)
    let z = builder.normalize(y, scope["norm2"], channels: block.attention)
    let dense = scope["mlp"]
    let hidden = builder.dense(
      z,
      DenseWeights(dense["fc1"], inputs: block.attention, outputs: block.hidden, hint: Key.mvitMlpRatio.name),
      epilogue: .gelu)
    let widensLast = !network.widensInAttention && block.width != block.output
    return builder.dense(
      hidden,
      scaled(
        DenseWeights(dense["fc2"], inputs: block.hidden, outputs: block.output, hint: Key.mvitMlpRatio.name),
        by: MViTNames.scales.dense),
      adding: widensLast ? builder.dense(z, projection()) : y)
  }

  /// Of the shortcut of a block that widens.
  private func projection() -> DenseWeights {
    DenseWeights(scope["proj"], inputs: block.width, outputs: block.output, hint: Key.mvitDimMul.name)
  }

  /// The last layer of a branch with the branch's scales in it.
  private func scaled(_ layer: DenseWeights, by name: String) -> DenseWeights {
    guard isScaled, let scales = scope.tensor(name, [layer.bias.count], hint: MViTNames.widthKey) else { return layer }
    // Where shapes alone are compared, weights are shared.
    return scope.givesCopies ? layer.scaled(by: scales.array) : layer
  }

  // MARK: Attention

  enum Role: Int, CaseIterable {
    case query, key, value

    /// What the names of its layers end with.
    var letter: String { ["q", "k", "v"][rawValue] }
  }

  /// - Parameters:
  ///   - needs: What is read of its tokens.
  ///   - skip: What they are added to.
  ///   - queries: How queries are pooled, where the caller pools as much.
  func attention(
    _ builder: inout NetworkBuilder, _ x: Tokens, needs: Tokens.Parts, adding skip: Tokens, queries: Pooling? = nil
  ) -> Tokens {
    let attention = scope["attn"]
    let layers = projections(attention)
    let made = Role.allCases.map { role in
      let pool = (role == .query ? queries : nil) ?? pooling(role)
      // Keys and values are of all tokens.
      let seen = role == .query ? x.only(needs) : x
      let layer = layers[role.rawValue]
      if network.poolsFirst {
        return builder.dense(pooled(&builder, seen, pool, channels: block.width), layer)
      }
      return pooled(&builder, builder.dense(seen, layer), pool, channels: block.attention)
    }
    let (queries, keys, values) = (made[0], made[1], made[2])
    let extra = [keys.classToken, values.classToken].compactMap { $0 }
    let inputs = [keys.map!, values.map!] + extra
    let kind = MultiHeadAttention(
      heads: block.heads, hasExtraKey: !extra.isEmpty, positions: relativePositions(attention),
      addsQueries: network.addsQueries)
    var ofClassToken = kind
    // It has no place, and its query is not added.
    (ofClassToken.positions, ofClassToken.addsQueries) = (nil, false)
    let attended = Tokens(
      map: queries.map.map { builder.network.add(kind, [$0] + inputs) },
      classToken: queries.classToken.map { builder.network.add(ofClassToken, [$0] + inputs) })
    return builder.dense(
      attended,
      scaled(
        DenseWeights(
          attention["proj"], inputs: block.attention, outputs: block.attention, hint: Key.mvitDimMul.name),
        by: MViTNames.scales.attention),
      adding: skip)
  }

  /// The layers that make queries, keys and values: one of three times the width in the file, or three.
  private func projections(_ scope: WeightReader) -> [DenseWeights] {
    let bias = network.hasProjectionBias
    if network.poolsFirst || network.hasSeparateProjections {
      return Role.allCases.map {
        DenseWeights(
          scope[$0.letter], inputs: block.width, outputs: block.attention, hasBias: bias, hint: Key.mvitDimMul.name)
      }
    }
    var joint = DenseWeights(
      scope["qkv"], inputs: block.width, outputs: 3 * block.attention, hasBias: bias && network.hasKeyBias,
      hint: Key.mvitDimMul.name)
    if bias && !network.hasKeyBias {
      func own(_ name: String) -> [Float]? { scope.tensor(name, [block.attention], hint: Key.mvitDimMul.name)?.array }
      let none = [Float](repeating: 0, count: block.attention)
      joint = DenseWeights(
        weights: joint.weights,
        bias: (own(MViTNames.queryBias) ?? none) + none + (own(MViTNames.valueBias) ?? none))
    }
    return Role.allCases.map { joint.part($0.rawValue, of: 3) }
  }

  /// How queries, keys or values are pooled, with its weights.
  struct Pooling {
    /// nil where they are not.
    let pool: MViTBackbone.Pool?
    /// Of a learned pool.
    let kernel: Tensor?
    let norm: LayerNormalization?
    let heads: Int
  }

  func poolOfQueries() -> Pooling { pooling(.query) }

  private func pooling(_ role: Role) -> Pooling {
    let attention = scope["attn"]
    let heads = network.pooling == .unsharedConvolution ? 1 : block.heads
    guard let pool = role == .query ? block.queryPool : block.keyPool else {
      return Pooling(pool: nil, kernel: nil, norm: nil, heads: heads)
    }
    if !network.pooling.isLearned { return Pooling(pool: pool, kernel: nil, norm: nil, heads: heads) }
    let depth = (network.poolsFirst ? block.width : block.attention) / heads
    return Pooling(
      pool: pool, kernel: kernel(attention, role, pool, depth: depth),
      norm: LayerNormalization(attention["norm_\(role.letter)"], channels: depth, groups: heads), heads: heads)
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
        y.map = builder.network.convolution(
          map, shape, weights: weights(shape, pooling.kernel), bias: [Float](repeating: 0, count: channels))
      }
    }
    guard let norm = pooling.norm else { return y }
    return y.each { value, _ in builder.network.normalize(value, norm) }
  }

  private func kernel(_ scope: WeightReader, _ role: Role, _ pool: MViTBackbone.Pool, depth: Int) -> Tensor {
    let shape = [depth, 1, pool.kernel.t, pool.kernel.h, pool.kernel.w]
    return scope.tensor(
      "pool_\(role.letter).weight", shape, hint: Key.mvitHeadMul.name, kernelHint: Key.mvitPoolKvqKernel.name,
      change: network.convertsKernels
        ? WeightChange(MViTPatches.repetition) { MViTPatches.repeated($0, to: shape) } : nil)
      ?? Tensor(zeros: shape)
  }

  /// The kernel of one head for all of them, or that of a mean, which counts the padding.
  private func weights(_ shape: ConvolutionShape, _ kernel: Tensor?) -> Tensor {
    let result = Tensor(zeros: shape.weightShape)
    for index in 0..<result.count {
      result.mutableValues[index] = kernel.map { $0.values[index % $0.count] } ?? 1 / Float(shape.kernel.count)
    }
    return result
  }

  private func relativePositions(_ scope: WeightReader) -> RelativePositions? {
    if !network.hasSpacePositions && !network.hasTimePositions { return nil }
    let depth = block.attention / block.heads
    func table(_ name: String, _ rows: Int, _ isThere: Bool) -> Tensor? {
      if !isThere { return nil }
      let change = WeightChange(MViTPositions.stretching) { file in
        let isTable = file.shape.count == 2 && file.shape[0] > 0 && file.shape[1] == depth
        return isTable ? RelativePositions.stretched(file, to: rows) : nil
      }
      let table = scope.tensor(name, [rows, depth], hint: Key.mvitHeadMul.name, change: change)
      return table ?? Tensor(zeros: [rows, depth])
    }
    return RelativePositions(
      height: table("rel_pos_h", block.spaceRows, network.hasSpacePositions),
      width: table("rel_pos_w", block.spaceRows, network.hasSpacePositions),
      time: table("rel_pos_t", block.timeRows, network.hasTimePositions))
  }
}

internal import Checkpoint
internal import Configuration
internal import Kernels
public import NN
internal import Tensors
internal import VideoModels

extension MViTBackbone {
  /// What a reversible network has of its own.
  ///
  /// Two streams go through its blocks, y1 = x1 + attention(x2), y2 = x2 + dense layers(y1), and are one where the map is
  /// pooled and widens, and at the end.
  ///
  /// Source: Mangalam et al., "Reversible Vision Transformers", 2022; PySlowFast's public behaviour.
  public struct Reversible: Sendable, Equatable {
    /// How two streams become one.
    public enum Fusion: Sendable, Equatable {
      case each(StreamFusion)
      /// Their channels side by side.
      case concatenation
      /// The same, plus two dense layers of them.
      ///
      /// - Parameters:
      ///   - factor: How many times as wide the layer between is.
      ///   - isNormalized: Whether the dense layers are of normalised channels.
      case dense(factor: Double, isNormalized: Bool)

      /// How many times as many channels it gives.
      var widening: Int {
        if case .each = self { 1 } else { 2 }
      }
    }

    /// The blocks that pool and widen: `MVIT.REV.BUFFER_LAYERS`.
    public var transitions: Set<Int>
    /// Before each of these, and at the end.
    public var inside: Fusion
    public var atEnd: Fusion
  }
}

/// Builds the blocks of a reversible network, and what makes one map of their streams.
struct ReversibleMViT {
  private let network: MViTBackbone
  private let reversible: MViTBackbone.Reversible

  static let scope = "rev_backbone"
  static let layers = "layers"
  static let fusionAtEnd = "fuse"

  init(_ network: MViTBackbone, _ reversible: MViTBackbone.Reversible) {
    self.network = network
    self.reversible = reversible
  }

  /// - Returns: The normalised map, or the normalised mean of it.
  func build(_ builder: inout NetworkBuilder, _ x: Value) -> Value {
    var (a, b) = (x, x)
    for (index, block) in network.blocks.enumerated() {
      let scope = builder.weights[Self.scope]["\(Self.layers).\(index)"]
      if reversible.transitions.contains(index) {
        let fused = fuse(&builder, a, b, reversible.inside, scope["pre_q_fuse"], channels: block.width)
        let made = transition(&builder, fused, index, scope)
        (a, b) = (made, made)
      } else {
        let (norm, own) = attention(&builder, block, scope["F"])
        let attended = own.build(&builder, builder.normalize(tokens(b), norm), needs: .map)
        a = network.addBranch(&builder, attended, own.output, to: tokens(a), block: index, branch: 0).map!
        b = inner(&builder, a, index, scope, adding: b)
      }
      builder.network.setName(a, "\(Self.layers).\(index).p0")
      builder.network.setName(b, "\(Self.layers).\(index).p1")
    }
    let channels = network.featureChannels[0]
    let fusion = builder.weights[Self.fusionAtEnd]
    let norm = builder.layerNorm(builder.weights[MViTNames.norm], channels: channels, hint: MViTNames.widthKey)
    if network.output == .mean {
      let fused = fuse(&builder, a, b, reversible.atEnd, fusion, channels: channels)
      return builder.network.normalize(builder.network.globalAverage(fused), norm)
    }
    let both = builder.network.normalize(builder.network.concatenate([a, b]), norm)
    return fused(&builder, both, reversible.atEnd, fusion, channels: channels)
  }

  private func tokens(_ map: Value) -> Tokens { Tokens(map: map, classToken: nil) }

  /// The attention of a block, and the normalisation before it.
  private func attention(
    _ builder: inout NetworkBuilder, _ block: MViTBackbone.Block, _ scope: WeightReader
  ) -> (LayerNormalization, MViTAttention) {
    let norm = builder.layerNorm(scope["norm"], channels: block.width, hint: MViTNames.widthKey)
    return (norm, MViTAttention(&builder, network, block, scope["attn"]))
  }

  /// The dense layers of a block.
  private func inner(
    _ builder: inout NetworkBuilder, _ x: Value, _ index: Int, _ scope: WeightReader, adding other: Value
  ) -> Value {
    let block = network.blocks[index]
    let norm = builder.layerNorm(scope["G"]["norm"], channels: block.output, hint: MViTNames.widthKey)
    let layers = DenseLayers(
      &builder, scope["G"]["mlp"], inputs: block.output, hidden: block.hidden, outputs: block.output)
    let hidden = layers.hidden(&builder, tokens(builder.network.normalize(x, norm)), network)
    return network.addBranch(&builder, hidden, layers.second, to: tokens(other), block: index, branch: 1).map!
  }

  /// A block that is not reversible: the shortcut is pooled as the queries are.
  private func transition(
    _ builder: inout NetworkBuilder, _ x: Value, _ index: Int, _ scope: WeightReader
  ) -> Value {
    let block = network.blocks[index]
    let (norm, own) = attention(&builder, block, scope["F"])
    let pool = own.poolOfQueries
    var skip = tokens(x)
    let projection =
      block.width == block.output
      ? nil
      : builder.denseLayer(
        scope["res_proj"], inputs: block.width, outputs: block.output, hint: Key.mvitDimMul.name)
    if let projection, !network.poolsFirst { skip = builder.dense(skip, projection) }
    skip = own.pooled(&builder, skip, pool, channels: network.poolsFirst ? block.width : block.output)
    if let projection, network.poolsFirst { skip = builder.dense(skip, projection) }
    let attended = own.build(&builder, tokens(builder.network.normalize(x, norm)), needs: .map, queries: pool)
    let y = network.addBranch(&builder, attended, own.output, to: skip, block: index, branch: 0).map!
    return inner(&builder, y, index, scope, adding: y)
  }

  /// - Parameter channels: That come out.
  private func fuse(
    _ builder: inout NetworkBuilder, _ a: Value, _ b: Value, _ fusion: MViTBackbone.Reversible.Fusion,
    _ scope: WeightReader, channels: Int
  ) -> Value {
    if case .each(let kind) = fusion { return builder.network.add(kind, [a, b]) }
    return fused(&builder, builder.network.concatenate([a, b]), fusion, scope, channels: channels)
  }

  /// What becomes of channels that lie side by side.
  private func fused(
    _ builder: inout NetworkBuilder, _ both: Value, _ fusion: MViTBackbone.Reversible.Fusion, _ scope: WeightReader,
    channels: Int
  ) -> Value {
    guard case .dense(let factor, let isNormalized) = fusion else { return both }
    var (x, scope) = (tokens(both), scope["fuse_fn"])
    if isNormalized {
      let norm = builder.layerNorm(scope["0"], channels: channels, epsilon: 1e-5, hint: MViTNames.widthKey)
      x = builder.normalize(x, norm)
      scope = scope["1"]
    }
    let layers = DenseLayers(
      &builder, scope, inputs: channels, hidden: Int(Double(channels) * factor), outputs: channels)
    let hidden = builder.dense(x, layers.first, epilogue: .gelu)
    return builder.dense(hidden, layers.second, adding: tokens(both)).map!
  }
}

internal import Checkpoint
internal import Configuration
internal import Kernels
internal import NN
internal import Tensors
internal import VideoModels

/// A block of MViT with its layers: attention and dense layers, each around a shortcut.
struct MViTBlock {
  private let network: MViTBackbone
  private let block: MViTBackbone.Block
  private let index: Int
  private let firstNorm: LayerNormalization
  private let attention: MViTAttention
  private let secondNorm: LayerNormalization
  private let denseLayers: DenseLayers
  /// Of the shortcut of a block that widens.
  private let projection: DenseLayer?

  /// - Parameters:
  ///   - index: The block's.
  ///   - scope: The block's.
  ///   - isScaled: Whether the file has a scale for each channel of what attention and dense layers add to the
  ///     shortcut.
  init(
    _ builder: inout NetworkBuilder, _ network: MViTBackbone, _ index: Int, _ scope: WeightReader,
    isScaled: Bool = false
  ) {
    self.network = network
    self.index = index
    let block = network.blocks[index]
    self.block = block
    firstNorm = builder.layerNorm(scope["norm1"], channels: block.width, hint: MViTNames.widthKey)
    attention = MViTAttention(&builder, network, block, scope["attn"])
    secondNorm = builder.layerNorm(scope["norm2"], channels: block.attention, hint: MViTNames.widthKey)
    denseLayers = DenseLayers(
      &builder, scope["mlp"], inputs: block.attention, hidden: block.hidden, outputs: block.output)
    projection =
      block.width == block.output
      ? nil
      : builder.denseLayer(
        scope["proj"], inputs: block.width, outputs: block.output, hint: Key.mvitDimMul.name)
    if isScaled {
      for (layer, name) in [
        (attention.output, MViTNames.scales.attention), (denseLayers.second, MViTNames.scales.dense),
      ] {
        // Where shapes alone are compared, weights are shared.
        guard let scales = scope.tensor(name, [layer.outputCount], hint: MViTNames.widthKey), scope.givesCopies else {
          continue
        }
        layer.scale(by: scales.array)
      }
    }
  }

  /// - Parameter needs: What is read of the block's tokens.
  func build(_ builder: inout NetworkBuilder, _ x: Tokens, needs: Tokens.Parts) -> Tokens {
    let normalized = builder.normalize(x, firstNorm)
    var skip = x.only(needs)
    // The shortcut is made of what the attention sees, where it is made at all.
    if network.widensInAttention, let projection { skip = builder.dense(normalized.only(needs), projection) }
    if let pool = block.skipPool, let map = skip.map {
      skip.map = builder.network.maxPool(
        map, MaxPooling(kernel: pool.kernel, stride: pool.stride, padding: pool.padding))
    }
    let attended = attention.build(&builder, normalized, needs: needs)
    let y = network.addBranch(&builder, attended, attention.output, to: skip, block: index, branch: 0)
    let z = builder.normalize(y, secondNorm)
    let hidden = denseLayers.hidden(&builder, z, network)
    var shortcut = y
    if !network.widensInAttention, let projection { shortcut = builder.dense(z, projection) }
    return network.addBranch(&builder, hidden, denseLayers.second, to: shortcut, block: index, branch: 1)
  }
}

/// Two dense layers with a GELU between them.
struct DenseLayers {
  let first: DenseLayer
  let second: DenseLayer

  /// - Parameter scope: Of both.
  init(_ builder: inout NetworkBuilder, _ scope: WeightReader, inputs: Int, hidden: Int, outputs: Int) {
    first = builder.denseLayer(scope["fc1"], inputs: inputs, outputs: hidden, hint: Key.mvitMlpRatio.name)
    second = builder.denseLayer(scope["fc2"], inputs: hidden, outputs: outputs, hint: Key.mvitMlpRatio.name)
  }

  /// Adds the first one and what lies between.
  func hidden(_ builder: inout NetworkBuilder, _ x: Tokens, _ network: MViTBackbone) -> Tokens {
    builder.dropout(builder.dense(x, first, epilogue: .gelu), probability: network.regularization.dropout)
  }
}

extension MViTBackbone {
  /// Adds the last layer of a branch to a shortcut.
  ///
  /// - Parameters:
  ///   - block: Its number, with which the share of branches grows that a training leaves out.
  ///   - branch: 0 for the attention, 1 for the dense layers.
  func addBranch(
    _ builder: inout NetworkBuilder, _ x: Tokens, _ layer: DenseLayer, to shortcut: Tokens, block: Int, branch: Int
  ) -> Tokens {
    x.with(
      builder.addBranch(
        x.values, layer, to: shortcut.values, dropout: regularization.dropout,
        probability: regularization.dropPath(block: block, of: blocks.count), number: 2 * block + branch))
  }
}

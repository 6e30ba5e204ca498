internal import Checkpoint
internal import Kernels
public import NN
public import Tensors
public import VideoModels

/// MViT, and ViT as MViT without pooling, as a table.
///
/// Tokens are a map, T x H x W positions of patches, and beside it, where there is one, the class token: convolutions and
/// pools see the map alone, and what both go through has its weights once.
///
/// Source: Fan et al., "Multiscale Vision Transformers", 2021; Li et al., "MViTv2", 2022; PySlowFast's public behaviour.
public struct MViTBackbone: Backbone, Equatable {
  /// A pool of queries, keys or values.
  public struct Pool: Sendable, Equatable {
    public var kernel: Extent3
    public var stride: Extent3

    public init(kernel: Extent3, stride: Extent3) {
      self.kernel = kernel
      self.stride = stride
    }

    /// What lies around the map.
    var padding: Extent3 { Extent3(kernel.t / 2, kernel.h / 2, kernel.w / 2) }

    /// The extent after it.
    func output(for input: Extent3) -> Extent3 {
      ConvolutionShape(1, 1, kernel: kernel, stride: stride, padding: padding).output(for: input)
    }
  }

  /// `MVIT.MODE`
  public enum Pooling: String, Sendable, CaseIterable {
    case convolution = "conv"
    /// Every channel has a kernel of its own, whatever its head.
    case unsharedConvolution = "conv_unshared"
    case maximum = "max"
    case average = "avg"

    var isLearned: Bool { self == .convolution || self == .unsharedConvolution }
  }

  /// One block: attention, then two dense layers.
  public struct Block: Sendable, Equatable {
    /// Channels that come in, inside the attention, between the dense layers, and that go out.
    public var width: Int
    public var attention: Int
    public var hidden: Int
    public var output: Int
    public var heads: Int
    /// nil for none.
    public var queryPool: Pool?
    public var keyPool: Pool?
    /// How the shortcut is pooled: as the queries, with a kernel of its own; nil for none.
    public var skipPool: Pool?
    /// The rows of the tables of relative positions: those of height and width, and those of time.
    public var spaceRows: Int
    public var timeRows: Int
  }

  /// Absolute positions.
  public enum Positions: Sendable, Equatable {
    case none
    /// A vector for every token.
    case joint
    /// The same, added twice: the fixed sines and cosines are, in PySlowFast.
    case jointTwice
    /// A vector for every place of a frame, one for every frame, and the class token's.
    case separate
    /// Sines and cosines of a token's number, which no file has: VideoMAE's.
    case sines
  }

  /// What the head is given.
  public enum Output: Sendable, Equatable {
    case classToken
    /// The mean of the map, normalised.
    case mean
    /// The normalised map.
    case map
  }

  public var frames: Int
  public var inChannels: Int
  /// The side of the square clips, or, of whole frames, that of the squares that the tables of positions are for.
  public var crop: Int
  /// Whether clips may be of any size, as whole frames with boxes are.
  public var takesWholeFrames: Bool
  /// Whether the last patches of a row or column reach beyond the frame where it does not end with one, so that every pixel
  /// lies in a patch; else what is left over is cut off.
  public var coversFrames: Bool
  public var patch: Pool
  public var patchPadding: Extent3
  public var width: Int
  public var blocks: [Block]
  public var pooling: Pooling
  public var poolsFirst: Bool
  public var hasClassToken: Bool
  public var positions: Positions
  /// How absolute positions become those of a map of another height or width.
  public var resizing: PositionResizing
  public var normalizesStem: Bool
  public var hasSpacePositions: Bool
  public var hasTimePositions: Bool
  /// `MVIT.RESIDUAL_POOLING`
  public var addsQueries: Bool
  /// `MVIT.DIM_MUL_IN_ATT`: whether blocks widen in their attention, else in their dense layers.
  public var widensInAttention: Bool
  public var hasSeparateProjections: Bool
  public var hasProjectionBias: Bool
  /// Whether keys have a bias where queries and values have one.
  public var hasKeyBias: Bool
  /// Whether weights of a network of pictures become those of one of clips, or the other way round:
  /// `TRAIN.CHECKPOINT_IN_INIT`.
  public var convertsKernels: Bool
  public var output: Output
  /// nil for a network that is not.
  public var reversible: Reversible?
  public var regularization = Regularization()

  public var inputs: [PathwayInput] { [PathwayInput(channels: inChannels, frames: Array(0..<frames))] }
  public var featureChannels: [Int] { [(blocks.last?.output ?? width) * (reversible?.atEnd.widening ?? 1)] }
  public var stageChannels: [Int] { [width] + blocks.flatMap { [$0.attention, $0.hidden, $0.output] } }
  public var featureStride: Int {
    blocks.reduce(patch.stride.h) { $0 * ($1.queryPool?.stride.h ?? 1) }
  }

  /// The patches of a clip.
  public var grid: Extent3 {
    Extent3(frames / patch.stride.t, crop / patch.stride.h, crop / patch.stride.w)
  }

  /// PySlowFast's transformers take square clips of one size; of frames with boxes this program's take any.
  public func checkSize(height: Int, width: Int) throws(VideoModelError) {
    if takesWholeFrames { return }
    if height != crop || width != crop { throw .wrongSize(expected: crop, height: height, width: width) }
  }

  public func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value] {
    var tokens = embedding(&builder, inputs[0])
    if let reversible, let map = tokens.map {
      let map = ReversibleMViT(self, reversible).build(&builder, map)
      builder.setName(MViTNames.norm, [map])
      return [map]
    }
    // No key of a configuration says it.
    let isScaled = blocks.indices.contains { index in
      let scope = builder.weights[MViTNames.block(index)]
      return scope.isInFile(MViTNames.scales.attention) || scope.isInFile(MViTNames.scales.dense)
    }
    for index in blocks.indices {
      let isLast = index == blocks.count - 1
      // What the head does not see of the last block is not computed.
      let needs: Tokens.Parts = !isLast ? .all : output == .classToken ? .classToken : .map
      tokens = MViTBlock(&builder, self, index, builder.weights[MViTNames.block(index)], isScaled: isScaled)
        .build(&builder, tokens, needs: needs)
      tokens.setName("\(MViTNames.blocks).\(index)", &builder)
    }
    let norm = builder.layerNorm(
      builder.weights[MViTNames.norm], channels: featureChannels[0], hint: MViTNames.widthKey)
    if output == .mean, let map = tokens.map {
      tokens = Tokens(map: builder.network.globalAverage(map), classToken: nil)
    }
    tokens = builder.normalize(tokens, norm)
    tokens.setName(MViTNames.norm, &builder)
    return [(output == .classToken ? tokens.classToken : tokens.map)!]
  }

  /// Patches, the class token, absolute positions.
  private func embedding(_ builder: inout NetworkBuilder, _ clip: Value) -> Tokens {
    let positions = MViTPositions(self, &builder)
    var map = MViTPatches(self).build(&builder, clip)
    builder.setName(MViTNames.patches, [map])
    if !positions.map.isEmpty {
      let embedding = PositionEmbedding(
        positions.map, channels: width, extent: grid, resizing: takesWholeFrames ? resizing : nil)
      map = builder.network.add(embedding, [map])
    }
    let token =
      hasClassToken ? builder.network.add(ConstantToken(positions.classToken, channels: width), [map]) : nil
    let tokens = builder.dropout(Tokens(map: map, classToken: token), probability: regularization.dropout)
    if !normalizesStem { return tokens }
    let norm = builder.layerNorm(builder.weights[MViTNames.stemNorm], channels: width, hint: MViTNames.widthKey)
    return builder.normalize(tokens, norm)
  }
}

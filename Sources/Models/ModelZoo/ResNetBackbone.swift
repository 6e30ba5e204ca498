public import NN
public import Tensors
public import VideoModels

/// C2D, I3D, Slow or SlowFast as a table: what is built is read off from here.
///
/// Stages are res2 to res5; every list over pathways has one entry for C2D, I3D and Slow, and two (slow, fast) for
/// SlowFast. Sources: Feichtenhofer et al., "SlowFast Networks for Video Recognition", 2019; Wang et al., "Non-local
/// Neural Networks", 2018; PySlowFast's public behaviour.
public struct ResNetBackbone: Backbone, Equatable {
  /// The first layers of a pathway: convolution [kernel, 7, 7] stride [1, 2, 2], then max pooling.
  public struct Stem: Sendable, Equatable {
    public var inChannels: Int
    public var width: Int
    public var temporalKernel: Int

    public init(inChannels: Int, width: Int, temporalKernel: Int) {
      self.inChannels = inChannels
      self.width = width
      self.temporalKernel = temporalKernel
    }
  }

  /// One pathway of a residual stage.
  public struct Stage: Sendable, Equatable {
    /// The temporal kernel of each block; their count is the depth of the stage.
    public var temporalKernels: [Int]
    public var inner: Int
    public var width: Int
    public var stride: Int
    public var dilation: Int
    public var nonLocal: NonLocal?

    public init(
      temporalKernels: [Int], inner: Int, width: Int, stride: Int, dilation: Int, nonLocal: NonLocal? = nil
    ) {
      self.temporalKernels = temporalKernels
      self.inner = inner
      self.width = width
      self.stride = stride
      self.dilation = dilation
      self.nonLocal = nonLocal
    }
  }

  /// Non-local blocks of a stage.
  public struct NonLocal: Sendable, Equatable {
    /// The residual blocks after which one stands.
    public var after: [Int]
    public var groups: Int
    public var pool: Extent3
    public var attention: Attention
    /// Whether phi and g are convolved before they are pooled; PySlowFast pools what they are made of.
    public var poolsConvolved: Bool
    /// Whether its last convolution has a bias beside the normalisation.
    public var hasOutputBias: Bool

    public init(
      after: [Int], groups: Int, pool: Extent3, attention: Attention, poolsConvolved: Bool = false,
      hasOutputBias: Bool = true
    ) {
      self.after = after
      self.groups = groups
      self.pool = pool
      self.attention = attention
      self.poolsConvolved = poolsConvolved
      self.hasOutputBias = hasOutputBias
    }
  }

  /// How the fast pathway flows into the slow one.
  public struct Fusion: Sendable, Equatable {
    public var alpha: Int
    public var kernel: Int
    public var channelRatio: Int
    /// Whether the lateral convolutions stand alone, without normalisation and ReLU.
    public var isBare: Bool
    public var slowFrames: SlowFrames

    public init(
      alpha: Int, kernel: Int, channelRatio: Int, isBare: Bool = false, slowFrames: SlowFrames = .spread
    ) {
      self.alpha = alpha
      self.kernel = kernel
      self.channelRatio = channelRatio
      self.isBare = isBare
      self.slowFrames = slowFrames
    }
  }

  /// Which frames of the clip the slow pathway takes, one of every `alpha`.
  public enum SlowFrames: Sendable, Equatable {
    /// From the first to the last at equal distances, rounded down.
    case spread
    /// The first of every `alpha`.
    case strided
  }

  /// What the two or three convolutions of a residual block are.
  public enum Transform: Sendable, Equatable {
    /// [T, 1, 1], [1, 3, 3], [1, 1, 1]
    case bottleneck(groups: Int, strideOn1x1: Bool)
    /// [T, 3, 3], [1, 3, 3]
    case basic
  }

  public var stems: [Stem]
  /// [stage][pathway]
  public var stages: [[Stage]]
  public var transform: Transform
  public var fusion: Fusion?
  /// Pooling between res2 and res3, per pathway: kernel and stride.
  public var pathwayPools: [Extent3]
  /// Frames of the clip at the fast rate.
  public var frames: Int

  public init(
    stems: [Stem], stages: [[Stage]], transform: Transform, fusion: Fusion?, pathwayPools: [Extent3], frames: Int
  ) {
    self.stems = stems
    self.stages = stages
    self.transform = transform
    self.fusion = fusion
    self.pathwayPools = pathwayPools
    self.frames = frames
  }

  public var pathways: Int { stems.count }

  /// Channels of the features that the head sees, per pathway.
  public var featureChannels: [Int] { stages.last!.map(\.width) }

  public var stageChannels: [Int] { stems.map(\.width) + stages.joined().flatMap { [$0.inner, $0.width] } }

  public var inputs: [PathwayInput] {
    let all = Array(0..<frames)
    let rates = fusion == nil ? [all] : [slowFrames, all]
    return zip(stems, rates).map { PathwayInput(channels: $0.inChannels, frames: $1) }
  }

  /// The stem's convolution and pooling, and the first block of every stage.
  public var featureStride: Int { stages.reduce(4) { $0 * $1[0].stride } }

  /// Which frames of the clip the slow pathway takes.
  public var slowFrames: [Int] {
    guard let fusion else { return Array(0..<frames) }
    let count = frames / fusion.alpha
    if count <= 1 { return count == 1 ? [0] : [] }
    if fusion.slowFrames == .strided { return (0..<count).map { $0 * fusion.alpha } }
    // The reference truncates positions that PyTorch's linspace computes in float32, from both ends to the middle:
    // from 160 frames on that is not always the exact position rounded down.
    let last = Float(frames - 1)
    let step = last / Float(count - 1)
    return (0..<count).map { index in
      let fromEnd = Float(count - 1 - index)
      return Int(index < count / 2 ? step * Float(index) : last.addingProduct(-step, fromEnd))
    }
  }
}

internal import Checkpoint
internal import Configuration
internal import Kernels
public import NN
internal import Tensors
public import VideoModels

/// R(2+1)D or CSN as a table: a ResNet of bottlenecks whose 3x3x3 convolutions are factorised.
///
/// Sources: Tran et al., "A Closer Look at Spatiotemporal Convolutions for Action Recognition", 2018; Tran et al., "Video
/// Classification with Channel-Separated Convolutional Networks", 2019; PyTorchVideo's public behaviour.
public struct FactorisedBackbone: Backbone, Equatable {
  /// What a 3x3x3 convolution is made of.
  public enum Kind: Sendable, Equatable, CaseIterable {
    /// R(2+1)D: one along time, then one in space; normalised and rectified between the two.
    case timeAndSpace
    /// CSN: each channel by itself; the 1x1x1 convolutions around it join channels.
    case channels
  }

  public var kind: Kind
  public var frames: Int
  public var inChannels: Int
  /// Channels of the stem; res2 to res5 have 4, 8, 16 and 32 times as many.
  public var width: Int
  /// The number of blocks of res2 to res5.
  public var depths: [Int]

  public init(_ kind: Kind, frames: Int, inChannels: Int = 3, width: Int, depths: [Int]) {
    self.kind = kind
    self.frames = frames
    self.inChannels = inChannels
    self.width = width
    self.depths = depths
  }

  public var inputs: [PathwayInput] { [PathwayInput(channels: inChannels, frames: Array(0..<frames))] }
  public var featureChannels: [Int] { [width << (1 + depths.count)] }
  public var stageChannels: [Int] { [width] + depths.indices.flatMap { [width << $0, 4 * width << $0] } }
  /// The stem, and either its pool or res2, halve height and width, and so do res3 to res5.
  public var featureStride: Int { 32 }

  public func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value] {
    var x = stem(&builder, inputs[0])
    builder.setName(StageNames.stage(1), [x])
    var channels = width
    for (index, depth) in depths.enumerated() {
      let number = index + 2
      for i in 0..<depth {
        x = block(
          &builder, x, from: channels, inner: width << index, stride: i == 0 ? kind.strides[index] : .one,
          builder.weights[StageNames.block(i, stage: number, pathway: 0)])
        channels = 4 * width << index
      }
      builder.setName(StageNames.stage(number), [x])
    }
    return [x]
  }

  private var widthKey: String { Key.resnetWidthPerGroup.name }

  private func stem(_ builder: inout NetworkBuilder, _ x: Value) -> Value {
    let shape = ConvolutionShape(
      inChannels, width, kernel: Extent3(kind.stemKernel, 7, 7), stride: Extent3(1, 2, 2),
      padding: Extent3(kind.stemKernel / 2, 3, 3))
    let y = builder.convolution(
      x, shape, builder.weights[StageNames.stem(pathway: 0)], StageNames.stemConvolution, norm: "bn", epilogue: .relu,
      widthKey: widthKey, kernelKey: Key.modelArch.name)
    if !kind.poolsStem { return y }
    return builder.network.maxPool(
      y, MaxPooling(kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1)))
  }

  /// ReLU(shortcut + c(b(a(x)))), b being the factorised convolution.
  private func block(
    _ builder: inout NetworkBuilder, _ x: Value, from channels: Int, inner: Int, stride: Extent3, _ scope: WeightReader
  ) -> Value {
    let out = 4 * inner
    var shortcut = x
    if stride != .one || channels != out {
      let shape = ConvolutionShape(channels, out, kernel: .one, stride: stride)
      shortcut = builder.convolution(
        x, shape, scope, StageNames.shortcut, norm: StageNames.shortcut + "_bn", widthKey: widthKey)
    }
    let branch = scope[StageNames.branch]
    func convolution(_ y: Value, _ name: String, _ shape: ConvolutionShape) -> Value {
      builder.convolution(
        y, shape, branch, name, norm: name + "_bn", epilogue: .relu, widthKey: widthKey, kernelKey: Key.modelArch.name)
    }
    var y = convolution(x, "a", ConvolutionShape(channels, inner, kernel: .one))
    switch kind {
    case .timeAndSpace:
      let time = ConvolutionShape(
        inner, inner, kernel: Extent3(3, 1, 1), stride: Extent3(stride.t, 1, 1), padding: Extent3(1, 0, 0))
      let space = ConvolutionShape(
        inner, inner, kernel: Extent3(1, 3, 3), stride: Extent3(1, stride.h, stride.w), padding: Extent3(0, 1, 1))
      y = convolution(y, StageNames.branchInTime, time)
      y = convolution(y, "b", space)
    case .channels:
      let shape = ConvolutionShape(
        inner, inner, kernel: Extent3(3, 3, 3), stride: stride, padding: Extent3(1, 1, 1), groups: inner)
      y = convolution(y, "b", shape)
    }
    let joined = builder.convolution(
      y, ConvolutionShape(inner, out, kernel: .one), branch, "c", norm: "c_bn", epilogue: .relu, adding: shortcut,
      widthKey: widthKey, branchGain: NetworkBuilder.branchGain)
    builder.nameModule(joined, scope)
    return joined
  }
}

extension FactorisedBackbone.Kind {
  /// The frames that the stem's convolution sees.
  var stemKernel: Int { self == .channels ? 3 : 1 }

  /// Whether the stem ends with a pool that halves height and width.
  var poolsStem: Bool { self == .channels }

  /// The strides of the first blocks of res2 to res5.
  var strides: [Extent3] {
    switch self {
    case .timeAndSpace: [Extent3(1, 2, 2), Extent3(1, 2, 2), Extent3(2, 2, 2), Extent3(2, 2, 2)]
    case .channels: [.one, Extent3(2, 2, 2), Extent3(2, 2, 2), Extent3(2, 2, 2)]
    }
  }

  /// Of how many frames one is left.
  public var timeStride: Int { strides.reduce(1) { $0 * $1.t } }

  /// The kind of network that a file's tensors may be of, as any of them tells; nil for others.
  init?(_ tensors: TensorIndex) {
    guard tensors.hasStages else { return nil }
    if !tensors.branchParts.isDisjoint(with: [StageNames.branchInTime, StageNames.branchInTime + "_bn"]) {
      self = .timeAndSpace
    } else if tensors.stem(pathway: 0)?[2] == Self.channels.stemKernel
      || tensors.convolutions("b").contains(where: { $0[0] > 1 && $0[1] == 1 && $0[2] == 3 })
    {
      self = .channels
    } else {
      return nil
    }
  }
}

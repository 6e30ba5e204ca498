internal import Checkpoint
internal import Configuration
internal import Kernels
public import NN
internal import Tensors
public import VideoModels

/// X3D as a table.
///
/// Source: Feichtenhofer, "X3D: Expanding Architectures for Efficient Video Recognition", 2020; PySlowFast's public
/// behaviour.
public struct X3DBackbone: Backbone, Equatable {
  /// One residual stage: its first block halves height and width.
  public struct Stage: Sendable, Equatable {
    public var depth: Int
    /// Channels of the depthwise convolutions.
    public var inner: Int
    public var width: Int
    public var dilation: Int

    public init(depth: Int, inner: Int, width: Int, dilation: Int = 1) {
      self.depth = depth
      self.inner = inner
      self.width = width
      self.dilation = dilation
    }
  }

  public var frames: Int
  public var inChannels: Int
  /// Channels of the stem.
  public var stem: Int
  /// The frames that the stem's depthwise convolution sees.
  public var stemKernel: Int
  public var stages: [Stage]
  /// The frames that every block's 3x3 convolution sees.
  public var temporalKernel: Int
  /// `X3D.CHANNELWISE_3x3x3`: each channel by itself, else in this many groups.
  public var groups: Int?
  /// `RESNET.STRIDE_1X1`
  public var strideOn1x1: Bool
  /// Whether the first shortcut, which changes no width, is normalised.
  public var normalisesFirstShortcut: Bool

  public init(
    frames: Int, inChannels: Int = 3, stem: Int, stemKernel: Int = 5, stages: [Stage], temporalKernel: Int = 3,
    groups: Int? = nil, strideOn1x1: Bool = false, normalisesFirstShortcut: Bool = true
  ) {
    self.frames = frames
    self.inChannels = inChannels
    self.stem = stem
    self.stemKernel = stemKernel
    self.stages = stages
    self.temporalKernel = temporalKernel
    self.groups = groups
    self.strideOn1x1 = strideOn1x1
    self.normalisesFirstShortcut = normalisesFirstShortcut
  }

  public var inputs: [PathwayInput] { [PathwayInput(channels: inChannels, frames: Array(0..<frames))] }
  public var featureChannels: [Int] { [stages.last!.width] }
  public var stageChannels: [Int] { [stem] + stages.flatMap { [$0.width, $0.inner] } }
  /// The stem and every stage halve height and width.
  public var featureStride: Int { 2 << stages.count }

  /// Rounds a width as the reference does: to the nearest multiple of `divisor`, at least that, and up where rounding
  /// down would lose more than a tenth.
  public static func rounded(_ width: Int, by factor: Double, divisor: Int) -> Int {
    if factor == 0 { return width }
    let scaled = Double(width) * factor
    var result = max(divisor, Int(scaled + Double(divisor) / 2) / divisor * divisor)
    if Double(result) < 0.9 * scaled { result += divisor }
    return result
  }

  /// The channels between the two layers of a squeeze-and-excitation.
  static func squeezed(_ inner: Int) -> Int { rounded(inner, by: 0.0625, divisor: 8) }

  public func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value] {
    var x = stem(&builder, inputs[0])
    builder.setName(StageNames.stage(1), [x])
    var channels = stem
    for (index, stage) in stages.enumerated() {
      let number = index + 2
      for i in 0..<stage.depth {
        x = block(
          &builder, x, from: channels, stage, index: i, normalisesShortcut: number > 2 || normalisesFirstShortcut,
          builder.weights[StageNames.block(i, stage: number, pathway: 0)])
        channels = stage.width
      }
      builder.setName(StageNames.stage(number), [x])
    }
    return [x]
  }

  /// 1x3x3 in space, then each channel by itself in time; nothing between the two.
  private func stem(_ builder: inout NetworkBuilder, _ x: Value) -> Value {
    let scope = builder.weights[StageNames.stem(pathway: 0)]
    let space = ConvolutionShape(
      inChannels, stem, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1))
    let time = ConvolutionShape(
      stem, stem, kernel: Extent3(stemKernel, 1, 1), padding: Extent3(stemKernel / 2, 0, 0), groups: stem)
    let y = builder.convolution(
      x, space, scope, StageNames.stemInSpace, norm: nil, hasBias: false, widthKey: Key.x3dWidthFactor.name)
    let stem = builder.convolution(
      y, time, scope, StageNames.stemConvolution, norm: "bn", epilogue: .relu, widthKey: Key.x3dWidthFactor.name)
    builder.nameModule(stem, scope)
    return stem
  }

  /// ReLU(shortcut + c(swish(SE(b(a(x)))))), SE in every other block.
  private func block(
    _ builder: inout NetworkBuilder, _ x: Value, from channels: Int, _ stage: Stage, index: Int,
    normalisesShortcut: Bool, _ scope: WeightReader
  ) -> Value {
    let stride = index == 0 ? 2 : 1
    let (first, second) = strideOn1x1 ? (stride, 1) : (1, stride)
    var shortcut = x
    if index == 0 || channels != stage.width {
      let shape = ConvolutionShape(channels, stage.width, kernel: .one, stride: Extent3(1, stride, stride))
      shortcut = builder.convolution(
        x, shape, scope, StageNames.shortcut, norm: normalisesShortcut ? StageNames.shortcut + "_bn" : nil,
        hasBias: false, widthKey: Key.x3dWidthFactor.name)
    }
    let branch = scope[StageNames.branch]
    let a = ConvolutionShape(channels, stage.inner, kernel: .one, stride: Extent3(1, first, first))
    var y = builder.convolution(
      x, a, branch, "a", norm: "a_bn", epilogue: .relu, widthKey: Key.x3dBottleneckFactor.name)
    let b = ConvolutionShape(
      stage.inner, stage.inner, kernel: Extent3(temporalKernel, 3, 3), stride: Extent3(1, second, second),
      padding: Extent3(temporalKernel / 2, stage.dilation, stage.dilation),
      dilation: Extent3(1, stage.dilation, stage.dilation), groups: groups ?? stage.inner)
    let isGated = index % 2 == 0
    y = builder.convolution(
      y, b, branch, "b", norm: "b_bn", epilogue: isGated ? .none : .swish, widthKey: Key.x3dBottleneckFactor.name)
    if isGated {
      let factors = builder.squeezeExcitation(y, stage.inner, Self.squeezed(stage.inner), branch["se"])
      y = builder.network.scale(y, by: factors, .swish)
    }
    builder.nameModule(y, branch["b_relu"])
    let c = ConvolutionShape(stage.inner, stage.width, kernel: .one)
    let joined = builder.convolution(
      y, c, branch, "c", norm: "c_bn", epilogue: .relu, adding: shortcut, widthKey: Key.x3dWidthFactor.name,
      branchGain: NetworkBuilder.branchGain)
    builder.nameModule(joined, scope)
    return joined
  }
}

extension NetworkBuilder {
  /// The factors of a squeeze-and-excitation: the means of all channels through two layers, ReLU and sigmoid.
  ///
  /// Source: Hu et al., "Squeeze-and-Excitation Networks", 2017.
  ///
  /// - Parameters:
  ///   - channels: Of x.
  ///   - squeezed: Between the layers.
  /// - Returns: N, [1, 1, 1], channels in float32.
  mutating func squeezeExcitation(_ x: Value, _ channels: Int, _ squeezed: Int, _ scope: WeightReader) -> Value {
    let mean = network.globalAverage(x)
    let hidden = convolution(
      mean, ConvolutionShape(channels, squeezed, kernel: .one), scope, "fc1", norm: nil, epilogue: .relu,
      hasBias: true, output: .float32)
    return convolution(
      hidden, ConvolutionShape(squeezed, channels, kernel: .one), scope, "fc2", norm: nil, epilogue: .sigmoid,
      hasBias: true, output: .float32)
  }
}

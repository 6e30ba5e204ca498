internal import Checkpoint
internal import Configuration
internal import Kernels
internal import NN
internal import Tensors
internal import VideoModels

/// One residual block as a table row.
struct ResidualBlock {
  let inChannels: Int
  let inner: Int
  let width: Int
  let temporalKernel: Int
  let stride: Int
  let dilation: Int
  let transform: ResNetBackbone.Transform
  /// The configuration key that sets its widths.
  let widthKey: String

  /// The convolutions of the branch in order, under their names.
  var branch: [(name: String, shape: ConvolutionShape)] {
    let time = Extent3(temporalKernel, 1, 1)
    let plane = Extent3(1, 3, 3)
    let widened = Extent3(1, dilation, dilation)
    let around = Extent3(0, dilation, dilation)
    switch transform {
    case .bottleneck(let groups, let strideOn1x1):
      let first = strideOn1x1 ? stride : 1
      let second = strideOn1x1 ? 1 : stride
      return [
        (
          "a",
          ConvolutionShape(
            inChannels, inner, kernel: time, stride: Extent3(1, first, first),
            padding: Extent3(temporalKernel / 2, 0, 0))
        ),
        (
          "b",
          ConvolutionShape(
            inner, inner, kernel: plane, stride: Extent3(1, second, second), padding: around, dilation: widened,
            groups: groups)
        ),
        ("c", ConvolutionShape(inner, width, kernel: .one)),
      ]
    case .basic:
      return [
        (
          "a",
          ConvolutionShape(
            inChannels, width, kernel: Extent3(temporalKernel, 3, 3), stride: Extent3(1, stride, stride),
            padding: Extent3(temporalKernel / 2, 1, 1))
        ),
        ("b", ConvolutionShape(width, width, kernel: plane, padding: around, dilation: widened)),
      ]
    }
  }

  /// The convolution of the shortcut; nil where it is the identity.
  var shortcut: ConvolutionShape? {
    if inChannels == width && stride == 1 { return nil }
    return ConvolutionShape(inChannels, width, kernel: .one, stride: Extent3(1, stride, stride))
  }
}

extension NetworkBuilder {
  /// ReLU(shortcut + branch): the sum and the last ReLU are fused into the branch's last convolution.
  mutating func residualBlock(_ x: Value, _ block: ResidualBlock, _ scope: WeightReader) -> Value {
    var shortcut = x
    if let shape = block.shortcut {
      shortcut = convolution(
        x, shape, scope, StageNames.shortcut, norm: StageNames.shortcut + "_bn", widthKey: block.widthKey)
    }
    var y = x
    let branch = block.branch
    for (i, layer) in branch.enumerated() {
      let last = i == branch.count - 1
      y = convolution(
        y, layer.shape, scope[StageNames.branch], layer.name, norm: layer.name + "_bn", epilogue: .relu,
        adding: last ? shortcut : nil, widthKey: block.widthKey, kernelKey: Key.resnetNumBlockTempKernel.name,
        branchGain: last ? Self.branchGain : nil)
    }
    nameModule(y, scope)
    return y
  }

  /// x + bn(conv_out(attention)): no ReLU.
  mutating func nonLocalBlock(
    _ x: Value, _ kind: ResNetBackbone.NonLocal, channels: Int, widthKey: String, _ scope: WeightReader
  ) -> Value {
    let inner = channels / 2
    let reduce = ConvolutionShape(channels, inner, kernel: .one)
    let grouped = network.framesToBatch(x, groups: kind.groups)
    let theta = convolution(grouped, reduce, scope, "conv_theta", norm: nil, widthKey: widthKey)
    func pooled(_ x: Value) -> Value {
      kind.pool == .one ? x : network.maxPool(x, MaxPooling(kernel: kind.pool, stride: kind.pool))
    }
    let source = kind.poolsConvolved ? grouped : pooled(grouped)
    var phi = convolution(source, reduce, scope, "conv_phi", norm: nil, widthKey: widthKey)
    var g = convolution(source, reduce, scope, "conv_g", norm: nil, widthKey: widthKey)
    if kind.poolsConvolved { (phi, g) = (pooled(phi), pooled(g)) }
    let y = network.attention(kind.attention, theta: theta, phi: phi, g: g)
    let expand = ConvolutionShape(inner, channels, kernel: .one)
    // A dot product over `inner` channels grows with their root, and is multiplied once more.
    let gain = kind.attention == .softmax ? Self.branchGain : Self.branchGain / (8 * Float(inner).squareRoot())
    let out = convolution(
      y, expand, scope, "conv_out", norm: "bn", adding: grouped, hasBias: kind.hasOutputBias, widthKey: widthKey,
      branchGain: gain)
    let joined = network.batchToFrames(out, groups: kind.groups)
    nameModule(joined, scope)
    return joined
  }
}

internal import Checkpoint
internal import Kernels
internal import NN
internal import Tensors

/// One residual block as a table row.
struct ResidualBlock {
  let inChannels: Int
  let inner: Int
  let width: Int
  let temporalKernel: Int
  let stride: Int
  let dilation: Int
  let transform: Architecture.Transform

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
  /// The scale at the end of a branch among random weights. The reference begins at 0, and so would leave every branch
  /// unseen; at 1 each block triples the square of its input, which 33 blocks and products of it carry beyond float32.
  private static let branchGain: Float = 0.2

  /// ReLU(shortcut + branch): the sum and the last ReLU are fused into the branch's last convolution.
  mutating func residualBlock(_ x: Value, _ block: ResidualBlock, _ scope: WeightReader) -> Value {
    var shortcut = x
    if let shape = block.shortcut {
      shortcut = convolution(x, shape, scope, "branch1", norm: "branch1_bn")
    }
    var y = x
    let branch = block.branch
    for (i, layer) in branch.enumerated() {
      let last = i == branch.count - 1
      y = convolution(
        y, layer.shape, scope["branch2"], layer.name, norm: layer.name + "_bn", epilogue: .relu,
        adding: last ? shortcut : nil, kernelKey: "RESNET.NUM_BLOCK_TEMP_KERNEL",
        branchGain: last ? Self.branchGain : nil)
    }
    return y
  }

  /// x + bn(conv_out(attention)): no ReLU.
  mutating func nonLocalBlock(
    _ x: Value, _ kind: Architecture.NonLocal, channels: Int, _ scope: WeightReader
  ) -> Value {
    let inner = channels / 2
    let reduce = ConvolutionShape(channels, inner, kernel: .one)
    let grouped = network.framesToBatch(x, groups: kind.groups)
    let theta = convolution(grouped, reduce, scope, "conv_theta", norm: nil)
    let pooled =
      kind.pool == .one ? grouped : network.maxPool(grouped, MaxPooling(kernel: kind.pool, stride: kind.pool))
    let phi = convolution(pooled, reduce, scope, "conv_phi", norm: nil)
    let g = convolution(pooled, reduce, scope, "conv_g", norm: nil)
    let y = network.attention(kind.attention, theta: theta, phi: phi, g: g)
    let expand = ConvolutionShape(inner, channels, kernel: .one)
    // A dot product over `inner` channels grows with their root, and is multiplied once more.
    let gain = kind.attention == .softmax ? Self.branchGain : Self.branchGain / (8 * Float(inner).squareRoot())
    let out = convolution(
      y, expand, scope, "conv_out", norm: "bn", adding: grouped, hasBias: true, branchGain: gain)
    return network.batchToFrames(out, groups: kind.groups)
  }

  /// Adds a convolution with its batch normalisation folded in, or with its own bias where there is none.
  ///
  /// - Parameters:
  ///   - kernelKey: The configuration key that sets the extent of the kernel, for the report of misfits.
  ///   - branchGain: Where the normalisation ends a branch: its scale among random weights.
  mutating func convolution(
    _ x: Value, _ shape: ConvolutionShape, _ scope: WeightReader, _ name: String, norm: String?,
    epilogue: Epilogue = .none, adding residual: Value? = nil, hasBias: Bool = false, kernelKey: String? = nil,
    branchGain: Float? = nil
  ) -> Value {
    let isThin = scope.scope.contains("pathway1") || scope.scope.hasSuffix("fuse")
    let widthKey = isThin ? "SLOWFAST.BETA_INV" : "RESNET.WIDTH_PER_GROUP"
    let weight =
      scope.tensor("\(name).weight", shape.weightShape, hint: widthKey, kernelHint: kernelKey)
      ?? Tensor(zeros: shape.weightShape)
    var bias = [Float](repeating: 0, count: shape.outChannels)
    if hasBias || norm == nil, let own = scope.tensor("\(name).bias", [shape.outChannels], hint: widthKey) {
      bias = own.array
    }
    if let norm {
      BatchNorm(scope[norm], channels: shape.outChannels, widthKey, branchGain: branchGain).fold(into: weight, &bias)
    }
    return network.convolution(x, shape, weights: weight, bias: bias, adding: residual, epilogue: epilogue)
  }
}

/// A batch normalisation in evaluation: y = (x - mean) / sqrt(variance + 1e-5) * weight + bias.
struct BatchNorm {
  private let weight: [Float]
  private let bias: [Float]
  private let mean: [Float]
  private let variance: [Float]

  init(_ scope: WeightReader, channels: Int, _ hint: String?, branchGain: Float?) {
    func read(_ name: String, _ gain: Float? = nil) -> [Float] {
      scope.tensor(name, [channels], hint: hint, branchGain: gain)?.array ?? [Float](repeating: 0, count: channels)
    }
    weight = read("weight", branchGain)
    bias = read("bias")
    mean = read("running_mean")
    variance = read("running_var")
  }

  /// Folds the normalisation into the weights [out, ...] and the bias [out] of the convolution before it, in place:
  /// the reader made this copy of the weights for us.
  func fold(into weights: Tensor, _ convolutionBias: inout [Float]) {
    let depth = weights.count / max(1, weight.count)
    for o in weight.indices {
      let scale = Double(weight[o]) / (Double(variance[o]) + 1e-5).squareRoot()
      for i in o * depth..<(o + 1) * depth {
        weights.storage.pointer[i] = Float(Double(weights.storage.pointer[i]) * scale)
      }
      convolutionBias[o] = Float((Double(convolutionBias[o]) - Double(mean[o])) * scale + Double(bias[o]))
    }
  }
}

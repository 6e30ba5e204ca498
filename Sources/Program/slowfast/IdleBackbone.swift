internal import Checkpoint
internal import Kernels
internal import NN
internal import Tensors
internal import VideoModels

/// Takes the frames of another backbone and computes next to nothing of them.
struct IdleBackbone: Backbone {
  let inputs: [PathwayInput]
  let frames: Int
  /// That of the backbone whose place it takes: heads for whole clips average windows of its positions.
  let featureStride: Int

  let featureChannels = [2]

  func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value] {
    let shape = ConvolutionShape(
      self.inputs[0].channels, 2, kernel: .one, stride: Extent3(1, featureStride, featureStride))
    return [builder.convolution(inputs[0], shape, builder.weights["idle"], "conv", norm: nil)]
  }
}

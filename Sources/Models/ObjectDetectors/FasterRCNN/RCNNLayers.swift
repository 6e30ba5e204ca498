internal import Checkpoint
internal import Kernels
internal import NN
internal import Tensors

/// Makes the layers of Faster R-CNN from weights under a library's names, normalisations folded in.
///
/// A tensor that is missing or has another shape is recorded by the reader and replaced by zeros.
struct RCNNLayers {
  let weights: WeightReader

  /// A layer's weights and bias, its normalisation folded into both.
  func folded(_ tensors: LayerTensors, _ shape: [Int]) -> (weights: Tensor, bias: [Float]) {
    let outputs = shape[0]
    let weight = weights.tensor(tensors.weight, shape) ?? Tensor(zeros: shape)
    var bias = tensors.bias.map { vector($0, outputs) } ?? [Float](repeating: 0, count: outputs)
    guard let norm = tensors.norm else { return (weight, bias) }
    let (scale, shift) = (vector(norm.scale, outputs), vector(norm.shift, outputs))
    let mean = norm.statistics.map { vector($0.mean, outputs) }
    let variance = norm.statistics.map { vector($0.variance, outputs) }
    let depth = weight.count / max(1, outputs)
    for o in 0..<outputs {
      let factor = Double(scale[o]) / (Double(variance?[o] ?? 1) + norm.epsilon).squareRoot()
      for i in o * depth..<(o + 1) * depth {
        weight.storage.pointer[i] = Float(Double(weight.storage.pointer[i]) * factor)
      }
      bias[o] = Float((Double(bias[o]) - Double(mean?[o] ?? 0)) * factor + Double(shift[o]))
    }
    return (weight, bias)
  }

  private func vector(_ name: String, _ count: Int) -> [Float] {
    weights.tensor(name, [count])?.array ?? [Float](repeating: 0, count: count)
  }

  /// Adds a convolution of pictures to a network.
  func convolution(
    _ network: inout Network, _ x: Value, _ tensors: LayerTensors, _ shape: ConvolutionShape,
    adding residual: Value? = nil, epilogue: Epilogue = .none
  ) -> Value {
    let (weights, bias) = folded(tensors, shape.weightShape)
    return network.convolution(x, shape, weights: weights, bias: bias, adding: residual, epilogue: epilogue)
  }
}

extension ConvolutionShape {
  /// A square convolution of pictures that keeps their extent, but for its stride.
  init(picture inChannels: Int, _ outChannels: Int, side: Int, stride: Int = 1, groups: Int = 1) {
    self.init(
      inChannels, outChannels, kernel: Extent3(1, side, side), stride: Extent3(1, stride, stride),
      padding: Extent3(0, side / 2, side / 2), groups: groups)
  }
}

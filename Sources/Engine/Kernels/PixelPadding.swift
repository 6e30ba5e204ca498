internal import MicroKernels
internal import Tensors

/// What frames of padding count in a convolution of pixels, where they are passed over: nothing, as zeros do. Integers of pixels that
/// stand for 0 do not exist (`PixelScale.zero`), so that the bias has what all of the kernel's frames count of them.
struct PixelPadding {
  /// Of the input.
  private let shape: ConvolutionShape
  /// [out][kernel's frames] Sums of the weights, with what integers count that stand for 0.
  private let moved: [[Float]]

  init(_ shape: ConvolutionShape, _ weights: PixelWeights, _ scale: PixelScale) {
    self.shape = shape
    moved = (0..<shape.outChannels).map { o in
      weights.sums(output: o).map { Float(Double($0) * Double(scale.zero)) }
    }
  }

  /// Floats of a frame's biases: a register more, which the kernels load.
  var pitch: Int { (shape.outChannels + 31) / 16 * 16 }

  /// [output's frames][out] The bias, which is less by what integers of padding count, as it is without the frames of padding.
  func biases(_ store: ConvolutionStore, frames: Int) -> Storage {
    let result = Storage(count: store.output.extent.t * pitch)
    guard let scales = store.quantized?.scales else { return result }
    for t in 0..<store.output.extent.t {
      let inside = shape.framesInside(t, of: frames)
      for o in 0..<shape.outChannels {
        let outside = (0..<shape.kernel.t).reduce(Float(0)) { inside.contains($1) ? $0 : $0 + moved[o][$1] }
        result.pointer[t * pitch + o] = store.bias[o] + outside * scales[o]
      }
    }
    return result
  }
}

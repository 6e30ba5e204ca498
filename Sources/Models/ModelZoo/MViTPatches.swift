internal import Checkpoint
internal import Configuration
internal import Kernels
internal import NN
internal import Tensors
internal import VideoModels

/// The convolution that makes tokens of a clip: a patch each.
struct MViTPatches {
  private let network: MViTBackbone

  init(_ network: MViTBackbone) { self.network = network }

  private var shape: ConvolutionShape {
    let (kernel, before) = (network.patch.kernel, network.patchPadding)
    var shape = ConvolutionShape(
      network.inChannels, network.width, kernel: kernel, stride: network.patch.stride, padding: before)
    if network.takesWholeFrames && network.coversFrames {
      // As many patches as the stride goes into the frame, rounded up.
      shape.paddingAfter.h = max(before.h, kernel.h - 1 - before.h)
      shape.paddingAfter.w = max(before.w, kernel.w - 1 - before.w)
    }
    return shape
  }

  func build(_ builder: inout NetworkBuilder, _ clip: Value) -> Value {
    let shape = shape
    return builder.convolution(
      clip, shape, builder.weights[MViTNames.patches], "proj", norm: nil, widthKey: MViTNames.widthKey,
      kernelKey: MViTNames.patchKey,
      change: network.convertsKernels
        ? WeightChange(shape.kernel.t == 1 ? Self.addition : Self.repetition) {
          Self.converted($0, to: shape.weightShape)
        } : nil)
  }

  // MARK: TRAIN.CHECKPOINT_IN_INIT

  static let repetition = "repeated for every frame, as a training begins (\(Key.trainCheckpointInInit.name))"
  private static let addition = "added up over the frames, as a training begins (\(Key.trainCheckpointInInit.name))"

  /// The kernel of patches of clips made of one of pictures, or the other way round; nil where it is neither.
  ///
  /// Source: PySlowFast, which repeats the kernel for every frame and does not divide, and adds the frames up.
  static func converted(_ file: Tensor, to shape: [Int]) -> Tensor? {
    if file.shape.count == 4 {
      return repeated(file.reshaped([file.shape[0], file.shape[1], 1, file.shape[2], file.shape[3]]), to: shape)
    }
    guard file.shape.count == 5, shape[2] == 1, file.shape[..<2] == shape[..<2], file.shape[3...] == shape[3...] else {
      return nil
    }
    let (times, area) = (file.shape[2], shape[3] * shape[4])
    let result = Tensor(zeros: shape)
    for kernel in 0..<shape[0] * shape[1] {
      for time in 0..<times {
        for place in 0..<area {
          result.mutableValues[kernel * area + place] += file.values[(kernel * times + time) * area + place]
        }
      }
    }
    return result
  }

  /// A kernel of one frame for each of several; nil where the other extents differ.
  static func repeated(_ file: Tensor, to shape: [Int]) -> Tensor? {
    guard file.shape.count == 5, file.shape[2] == 1, file.shape[..<2] == shape[..<2], file.shape[3...] == shape[3...]
    else { return nil }
    let (times, area) = (shape[2], shape[3] * shape[4])
    let result = Tensor(zeros: shape)
    for kernel in 0..<shape[0] * shape[1] {
      for place in 0..<times * area {
        result.mutableValues[kernel * times * area + place] = file.values[kernel * area + place % area]
      }
    }
    return result
  }
}

internal import Parallel
internal import Tensors

extension Convolution {
  /// Output pixels per block: enough rows that reordering the weights, which OpenBLAS does in every call, is a small
  /// part, at most 8 MB of gathered rows, and enough blocks to share among threads.
  private func blockPixels(_ pixels: Int) -> Int {
    let limit = (8 << 20) / 4 / shape.depth
    return max(16, min(512, limit, (pixels + 7) / 8))
  }

  func runIM2Col(_ input: FeatureMap, _ store: ConvolutionStore) {
    let output = store.output
    let block = blockPixels(output.pixels)
    let scratch = (0..<engine.pool.threads).map { _ in Storage(count: block * shape.depth) }
    engine.pool.forEach((output.pixels + block - 1) / block) { piece, thread in
      let pixels = piece * block..<min(output.pixels, (piece + 1) * block)
      for group in 0..<shape.groups {
        gather(input, output.extent, pixels, group: group, into: scratch[thread].pointer)
        multiply(scratch[thread].pointer, stride: shape.depth, pixels, group: group, into: output)
      }
      store.finish(pixels)
    }
  }

  func runPointwise(_ input: FeatureMap, _ store: ConvolutionStore) {
    let output = store.output
    let block = blockPixels(output.pixels)
    engine.pool.forEach((output.pixels + block - 1) / block) { piece in
      let pixels = piece * block..<min(output.pixels, (piece + 1) * block)
      multiply(input.start + pixels.lowerBound * input.pitch, stride: input.pitch, pixels, group: 0, into: output)
      store.finish(pixels)
    }
  }

  /// Multiplies gathered rows with a group's weights into the output's channels of that group.
  private func multiply(
    _ rows: UnsafePointer<Float>, stride: Int, _ pixels: Range<Int>, group: Int, into output: FeatureMap
  ) {
    let outputs = shape.outChannels / shape.groups
    matrixProduct(
      rows: pixels.count, columns: outputs, depth: shape.depth, a: rows, aStride: stride,
      b: packed.pointer + group * shape.depth * outputs, bStride: outputs,
      c: output.start + pixels.lowerBound * output.pitch + group * outputs, cStride: output.pitch)
  }

  /// Copies what each output pixel sees, tap by tap, into one row; zeros where a tap falls into the padding.
  private func gather(
    _ input: FeatureMap, _ extent: Extent3, _ pixels: Range<Int>, group: Int, into rows: UnsafeMutablePointer<Float>
  ) {
    let channels = shape.inChannels / shape.groups
    let source = UnsafePointer(input.start) + group * channels
    var target = rows
    for pixel in pixels {
      let place = ConvolutionPlace(pixel, extent, shape)
      for kt in 0..<shape.kernel.t {
        let t = place.t + kt * shape.dilation.t
        for kh in 0..<shape.kernel.h {
          let h = place.h + kh * shape.dilation.h
          let inside = t >= 0 && t < input.extent.t && h >= 0 && h < input.extent.h
          let row = ((place.n * input.extent.t + t) * input.extent.h + h) * input.extent.w
          for kw in 0..<shape.kernel.w {
            let w = place.w + kw * shape.dilation.w
            if inside && w >= 0 && w < input.extent.w {
              target.update(from: source + (row + w) * input.pitch, count: channels)
            } else {
              target.update(repeating: 0, count: channels)
            }
            target += channels
          }
        }
      }
    }
  }
}

/// Where the first tap of an output pixel lies in the input; it may be in the padding.
struct ConvolutionPlace {
  let n: Int
  let t: Int
  let h: Int
  let w: Int

  init(_ pixel: Int, _ extent: Extent3, _ shape: ConvolutionShape) {
    w = pixel % extent.w * shape.stride.w - shape.padding.w
    h = pixel / extent.w % extent.h * shape.stride.h - shape.padding.h
    t = pixel / (extent.w * extent.h) % extent.t * shape.stride.t - shape.padding.t
    n = pixel / extent.count
  }
}

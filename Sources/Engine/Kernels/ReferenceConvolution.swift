internal import Parallel
internal import Tensors

/// The definition, product by product, summed in Double: slow and plain.
struct ReferenceConvolution: ConvolutionMethod {
  let shape: ConvolutionShape
  /// [out, in / groups, T, H, W], as they came.
  let weights: Storage

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let output = store.output
    let inputs = shape.inChannels / shape.groups
    let outputs = shape.outChannels / shape.groups
    engine.pool.forEach(output.positions) { position in
      let place = ConvolutionPlace(position, output.extent, shape)
      for o in 0..<shape.outChannels {
        var sum = 0.0
        var weight = weights.pointer + o * shape.depth
        for c in 0..<inputs {
          for kt in 0..<shape.kernel.t {
            for kh in 0..<shape.kernel.h {
              for kw in 0..<shape.kernel.w {
                let t = place.t + kt * shape.dilation.t
                let h = place.h + kh * shape.dilation.h
                let w = place.w + kw * shape.dilation.w
                if t >= 0, t < input.extent.t, h >= 0, h < input.extent.h, w >= 0, w < input.extent.w {
                  let at = ((place.n * input.extent.t + t) * input.extent.h + h) * input.extent.w + w
                  sum += Double(weight.pointee) * Double(input.value(position: at, channel: o / outputs * inputs + c))
                }
                weight += 1
              }
            }
          }
        }
        output.set(store.finish(Float(sum), position: position, channel: o), position: position, channel: o)
      }
    }
  }
}

internal import MicroKernels
internal import Parallel
public import Tensors

extension Engine {
  /// Makes integers of a map's numbers, in every channel those next to them.
  ///
  /// - Parameters:
  ///   - input: In float32 or bfloat16.
  ///   - output: N, extent and C of the input, integers; where these stand for no negative numbers, such become 0.
  public func quantize(_ input: FeatureMap, into output: FeatureMap) {
    guard let scales = output.scales, input.format != .uint8 else {
      preconditionFailure("numbers become integers")
    }
    precondition(
      input.batch == output.batch && input.extent == output.extent && input.channels == output.channels,
      "quantized maps must be alike")
    if usesReferences {
      for position in 0..<input.positions {
        for c in 0..<input.channels {
          output.set(input.value(position: position, channel: c), position: position, channel: c)
        }
      }
      return
    }
    // The kernels load whole registers.
    let factors = Storage(count: input.channels + 16)
    for (c, scale) in scales.values.enumerated() { factors.pointer[c] = 1 / scale }
    let block = max(1, 16_384 / max(1, input.channels))
    pool.forEach((input.positions + block - 1) / block) { piece in
      let first = piece * block
      kernels.integers.quantize(
        QuantizedRows(
          input: input.start + first * input.pitch, inputPitch: input.pitch,
          output: output.start + first * output.pitch, outputPitch: output.pitch,
          factors: factors.pointer, positions: min(block, input.positions - first), channels: input.channels,
          zero: Float(scales.zero), inputIsBFloat16: input.format == .bfloat16))
    }
  }
}

internal import MicroKernels
internal import Parallel
public import Tensors

extension Engine {
  /// Normalises the channels of every position in groups: `(x - mean) / sqrt(variance + epsilon) * weight + bias`.
  ///
  /// Source: Ba et al., "Layer Normalization", 2016.
  ///
  /// - Parameters:
  ///   - weight: [channels of a group].
  ///   - bias: [channels of a group].
  ///   - output: As the input, in its format; may be the input.
  public func normalize(
    _ input: FeatureMap, groups: Int, weight: Storage, bias: Storage, epsilon: Float, into output: FeatureMap
  ) {
    precondition(
      input.batch == output.batch && input.extent == output.extent && input.channels == output.channels
        && input.format == output.format && input.channels == groups * weight.count && weight.count == bias.count,
      "normalised maps must be alike, and have a weight and a bias for every channel of a group")
    if usesReferences {
      return normalizeReference(input, groups: groups, weight: weight, bias: bias, epsilon: epsilon, into: output)
    }
    var run = kernels.normalizeRows
    if input.format == .bfloat16, let bfloat16 = kernels.bfloat16 { run = bfloat16.normalizeRows }
    // Enough positions that a piece is worth its start.
    let block = max(1, 8192 / max(1, input.channels))
    pool.forEach((input.positions + block - 1) / block) { [run] piece in
      let first = piece * block
      run(
        NormalizedRows(
          input: input.start + first * input.pitch, inputPitch: input.pitch,
          output: output.start + first * output.pitch, outputPitch: output.pitch, weight: weight.pointer,
          bias: bias.pointer, positions: min(block, input.positions - first), groups: groups, channels: weight.count,
          epsilon: epsilon))
    }
  }

  /// Computes the same by the definition, in Double.
  public func normalizeReference(
    _ input: FeatureMap, groups: Int, weight: Storage, bias: Storage, epsilon: Float, into output: FeatureMap
  ) {
    let channels = weight.count
    pool.forEach(input.positions) { position in
      for group in 0..<groups {
        let values = (0..<channels).map { Double(input.value(position: position, channel: group * channels + $0)) }
        let mean = values.reduce(0, +) / Double(channels)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(channels)
        let std = (variance + Double(epsilon)).squareRoot()
        for c in 0..<channels {
          let y = (values[c] - mean) / std * Double(weight.pointer[c]) + Double(bias.pointer[c])
          output.set(Float(y), position: position, channel: group * channels + c)
        }
      }
    }
  }
}

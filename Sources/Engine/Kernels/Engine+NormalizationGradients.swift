internal import MicroKernels
internal import Parallel
public import Tensors

extension Engine {
  /// Computes the gradients of what `normalize(_:groups:weight:bias:epsilon:into:)` read and of its weight and bias.
  ///
  /// Sums over some hundreds of rows are taken in float32, those of all in Double, in an order that the threads have no part
  /// in.
  ///
  /// - Parameters:
  ///   - input: What was normalised, in float32.
  ///   - gradient: By what came of it.
  ///   - weight: [channels of a group].
  ///   - target: Where the input's gradient goes, which may be the gradient; nil where nobody asks for it.
  ///   - adds: Whether the target keeps what it holds.
  /// - Returns: By channel of a group, the gradients of weight and bias.
  public func normalizationGradients(
    _ input: FeatureMap, groups: Int, weight: Storage, epsilon: Float, _ gradient: FeatureMap,
    into target: FeatureMap?, adds: Bool
  ) -> (weight: [Double], bias: [Double]) {
    let (channels, positions, run) = (weight.count, input.positions, kernels.gradients.normalizedRowGradients)
    precondition(
      input.channels == groups * channels && gradient.channels == input.channels && gradient.positions == positions
        && (target.map { $0.channels == input.channels && $0.positions == positions } ?? true),
      "the gradients of a normalisation are as its input is")
    let block = max(1, 256 / groups)
    let pieces = max(1, min(64, positions / block))
    var totals = [Double](repeating: 0, count: 2 * pieces * channels)
    totals.withUnsafeMutableBufferPointer { totals in
      nonisolated(unsafe) let totals = totals.baseAddress!
      pool.forEach(pieces) { piece, thread in
        let width = (channels + 15) / 16 * 16
        let sums = scratch(2 * width, thread)
        let total = totals + 2 * piece * channels
        let end = positions * (piece + 1) / pieces
        for first in stride(from: positions * piece / pieces, to: end, by: block) {
          sums.update(repeating: 0, count: 2 * width)
          run(
            NormalizedRowGradients(
              input: input.start + first * input.pitch, inputPitch: input.pitch,
              gradient: gradient.start + first * gradient.pitch, gradientPitch: gradient.pitch,
              target: target.map { $0.start + first * $0.pitch }, targetPitch: target?.pitch ?? 0, adds: adds,
              weight: weight.pointer, weightSums: sums, biasSums: sums + width,
              positions: min(block, end - first), groups: groups, channels: channels, epsilon: epsilon))
          for c in 0..<channels {
            total[c] += Double(sums[c])
            total[channels + c] += Double(sums[width + c])
          }
        }
      }
    }
    var result = (weight: [Double](repeating: 0, count: channels), bias: [Double](repeating: 0, count: channels))
    for piece in 0..<pieces {
      for c in 0..<channels {
        result.weight[c] += totals[2 * piece * channels + c]
        result.bias[c] += totals[(2 * piece + 1) * channels + c]
      }
    }
    return result
  }

  /// Computes `target (+)= gradient * f'(inputs' sum)` for the function that an epilogue is.
  ///
  /// - Parameters:
  ///   - inputs: One or two, in float32.
  ///   - target: May be the gradient.
  ///   - adds: Whether the target keeps what it holds.
  public func functionGradients(
    _ inputs: [FeatureMap], _ epilogue: Epilogue, _ gradient: FeatureMap, into target: FeatureMap, adds: Bool
  ) {
    let run = kernels.gradients.functionGradients
    forEachBlock(gradient, BatchSplit()) { positions, _ in
      let first = positions.lowerBound
      run(
        FunctionGradients(
          input: inputs[0].start + first * inputs[0].pitch, inputPitch: inputs[0].pitch,
          other: inputs.count > 1 ? UnsafePointer(inputs[1].start + first * inputs[1].pitch) : nil,
          otherPitch: inputs.last?.pitch ?? 0, gradient: gradient.start + first * gradient.pitch,
          gradientPitch: gradient.pitch, target: target.start + first * target.pitch, targetPitch: target.pitch,
          adds: adds, positions: positions.count, channels: gradient.channels, epilogue: epilogue.code))
    }
  }
}

internal import MicroKernels
internal import Tensors

/// The weights of a convolution as integers of 8 bits, -127 to 127, with a step for every output channel.
///
/// What stands for a number of an input channel is part of the weights: they are multiplied with the channel's scale before
/// they are rounded, so that the products' sums are those of the integers.
///
/// Sources: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018;
/// Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019.
struct QuantizedWeights {
  /// [out, in, taps]
  let integers: [Int8]
  /// By output channel: what an integer's product counts.
  let steps: [Float]
  /// [out] With what the rounding of the weights has taken from the outputs on the average.
  let bias: [Float]

  /// - Parameters:
  ///   - weights: [out, in, T, H, W] of a convolution without groups.
  ///   - means: By input channel, of the numbers; nil corrects no bias.
  init(_ weights: Storage, _ bias: [Float], _ shape: ConvolutionShape, _ scales: ChannelScales, means: [Float]?) {
    let taps = shape.kernel.count
    var integers = [Int8](repeating: 0, count: shape.outChannels * shape.depth)
    var steps = [Float](repeating: 1, count: shape.outChannels)
    var corrected = bias
    for o in 0..<shape.outChannels {
      let row = weights.pointer + o * shape.depth
      var largest: Float = 0
      for c in 0..<shape.inChannels {
        for tap in 0..<taps { largest = max(largest, abs(row[c * taps + tap]) * scales.values[c]) }
      }
      let step = largest / 127
      guard step > 0, step.isFinite else { continue }
      steps[o] = step
      var lost = 0.0
      for c in 0..<shape.inChannels {
        var missing: Float = 0
        for tap in 0..<taps {
          let weight = row[c * taps + tap] * scales.values[c]
          let rounded = (weight / step).rounded(.toNearestOrEven)
          integers[o * shape.depth + c * taps + tap] = Int8(min(max(rounded, -127), 127))
          missing += weight - rounded * step
        }
        if let means { lost += Double(missing * means[c] / scales.values[c]) }
      }
      corrected[o] += Float(lost)
    }
    self.integers = integers
    self.steps = steps
    self.bias = corrected
  }

  /// The weights that the integers stand for: [out, in, T, H, W].
  func numbers(_ shape: ConvolutionShape, _ scales: ChannelScales) -> Storage {
    let taps = shape.kernel.count
    let result = Storage(count: integers.count)
    for index in integers.indices {
      let (o, c) = (index / shape.depth, index % shape.depth / taps)
      result.pointer[index] = Float(integers[index]) * steps[o] / scales.values[c]
    }
    return result
  }
}

extension PackedPanels {
  /// Packs integers, four input channels to a float: the rows are ordered tap by tap and four by four.
  init(_ weights: QuantizedWeights, _ shape: ConvolutionShape, _ engine: Engine) {
    let taps = shape.kernel.count
    let fours = shape.inChannels / 4
    self.init(depth: taps * fours, outputs: shape.outChannels, .uint8, engine) { first, count, width, target in
      let integers = weights.integers
      for tap in 0..<taps {
        for four in 0..<fours {
          let row = UnsafeMutableRawPointer(target + (tap * fours + four) * width).assumingMemoryBound(to: Int8.self)
          for o in 0..<count {
            let from = (first + o) * shape.depth + 4 * four * taps + tap
            for i in 0..<4 { row[4 * o + i] = integers[from + i * taps] }
          }
        }
      }
    }
  }
}

/// What a run makes of the sums of products of integers: their steps, bias and residual in the output's own terms.
final class IntegerOutputs {
  /// The store, with these.
  private(set) var store: ConvolutionStore
  /// Steps, bias and the residual's factors, each with a register's worth after it.
  private let numbers: Storage

  init(_ steps: [Float], _ store: ConvolutionStore) {
    let count = steps.count
    let room = (count + 31) / 16 * 16
    numbers = Storage(count: 3 * room)
    let (scales, bias, factors) = (numbers.pointer, numbers.pointer + room, numbers.pointer + 2 * room)
    let (output, residual) = (store.output.scales, store.residual?.scales)
    for o in 0..<count {
      let inverse = output.map { 1 / $0.values[o] } ?? 1
      scales[o] = steps[o] * inverse
      factors[o] = (residual?.values[o] ?? 1) * inverse
      bias[o] =
        store.bias[o] * inverse + Float(output?.zero ?? 0) - Float(residual?.zero ?? 0) * factors[o]
    }
    self.store = store
    self.store.bias = UnsafePointer(bias)
    self.store.quantized = QuantizedOutputs(
      scales: scales, residualScales: factors, outputIsUInt8: output != nil, residualIsUInt8: residual != nil)
  }
}

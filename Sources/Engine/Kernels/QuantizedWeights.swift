internal import MicroKernels
internal import Parallel
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

  init(integers: [Int8], steps: [Float], bias: [Float]) {
    (self.integers, self.steps, self.bias) = (integers, steps, bias)
  }

  /// - Parameters:
  ///   - weights: [out, in, T, H, W] of a convolution without groups.
  ///   - means: By input channel, of the numbers; nil corrects no bias.
  init(
    _ weights: Storage, _ bias: [Float], _ shape: ConvolutionShape, _ scales: ChannelScales, means: [Float]?,
    _ engine: Engine
  ) {
    let (taps, depth) = (shape.kernel.count, shape.depth)
    var steps = [Float](repeating: 1, count: shape.outChannels)
    var corrected = bias
    let spread = Storage(count: depth)
    for index in 0..<depth { spread.pointer[index] = scales.values[index / taps] }
    integers = [Int8](unsafeUninitializedCapacity: shape.outChannels * depth) { integers, count in
      count = shape.outChannels * depth
      let outputs = engine.pool.map(shape.outChannels) { o, thread in
        let memory = engine.scratch.floats(2 * depth + shape.inChannels, thread: thread)
        let row = RoundedRow(count: depth, scaled: memory, missing: memory + depth)
        let target = UnsafeMutableBufferPointer(rebasing: integers[o * depth..<(o + 1) * depth])
        guard let step = row.round(weights.pointer + o * depth, spread.pointer, target) else {
          return (step: Float(1), lost: Float(0))
        }
        return (step, means.map { row.lost(taps, $0, scales.values, memory + 2 * depth) } ?? 0)
      }
      for (o, output) in outputs.enumerated() {
        steps[o] = output.step
        corrected[o] += output.lost
      }
    }
    self.steps = steps
    self.bias = corrected
  }

  /// The bias less what inputs count that stand for 0.
  ///
  /// - Parameter zero: Their integer.
  func bias(without zero: Int) -> [Float] {
    if zero == 0 { return bias }
    let depth = integers.count / max(1, bias.count)
    return bias.indices.map { o in
      let sum = integers[o * depth..<(o + 1) * depth].reduce(0) { $0 + Int($1) }
      return Float(Double(bias[o]) - Double(zero) * Double(sum) * Double(steps[o]))
    }
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

/// The weights of an output, being rounded: loops over numbers that do not depend on each other, for registers.
private struct RoundedRow {
  let count: Int
  /// Room for the weights times their channels' scales.
  let scaled: UnsafeMutablePointer<Float>
  /// Room for what rounding takes from each.
  let missing: UnsafeMutablePointer<Float>

  /// Adding it leaves an integer in the lowest bits, rounded to even: 1.5 x 2^23.
  private static let shift: Float = 12_582_912

  /// - Parameter scales: By weight.
  /// - Returns: What an integer counts; nil, and integers of 0, where no number says that.
  func round(
    _ weights: UnsafePointer<Float>, _ scales: UnsafePointer<Float>, _ integers: UnsafeMutableBufferPointer<Int8>
  ) -> Float? {
    // Numbers without their signs are in the order of their bits.
    var largest: Int32 = 0
    for index in 0..<count {
      let number = weights[index] * scales[index]
      scaled[index] = number
      largest = max(largest, Int32(bitPattern: number.bitPattern & 0x7fff_ffff))
    }
    let step = Float(bitPattern: UInt32(bitPattern: largest)) / 127
    guard step > 0, step.isFinite, let integers = integers.baseAddress else {
      integers.update(repeating: 0)
      return nil
    }
    for index in 0..<count {
      let shifted = scaled[index] / step + Self.shift
      integers[index] = Int8(truncatingIfNeeded: Int32(bitPattern: shifted.bitPattern))
      missing[index] = scaled[index] - (shifted - Self.shift) * step
    }
    return step
  }

  /// What rounding has taken from the output on the average.
  ///
  /// - Parameters:
  ///   - means: Of the input's channels.
  ///   - scales: Theirs.
  ///   - room: For a number of each.
  func lost(_ taps: Int, _ means: [Float], _ scales: [Float], _ room: UnsafeMutablePointer<Float>) -> Float {
    means.withUnsafeBufferPointer { means in
      scales.withUnsafeBufferPointer { scales in
        for c in 0..<means.count {
          var sum: Float = 0
          for tap in 0..<taps { sum += missing[c * taps + tap] }
          room[c] = sum * means[c] / scales[c]
        }
      }
    }
    var total = 0.0
    for c in 0..<means.count { total += Double(room[c]) }
    return Float(total)
  }
}

extension QuantizedWeights {
  /// Four weights of neighbouring input channels, as the products read them.
  func four(_ shape: ConvolutionShape, output: Int, channel: Int, tap: Int) -> Float {
    var bits: UInt32 = 0
    for i in 0..<4 {
      let integer = integers[output * shape.depth + (channel + i) * shape.kernel.count + tap]
      bits |= UInt32(UInt8(bitPattern: integer)) << UInt32(8 * i)
    }
    return Float(bitPattern: bits)
  }
}

extension PackedPanels {
  /// Packs integers, four input channels to a float: the rows are ordered tap by tap and four by four.
  init(_ weights: QuantizedWeights, _ shape: ConvolutionShape, _ engine: Engine) {
    let taps = shape.kernel.count
    let fours = shape.inChannels / 4
    self.init(depth: taps * fours, outputs: shape.outChannels, .uint8, engine) { first, count, width, target in
      weights.integers.withUnsafeBufferPointer { integers in
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
}

extension ConvolutionStore {
  /// The store of sums of products of integers: their steps, bias and residual in the output's own terms.
  ///
  /// - Parameters:
  ///   - steps: [out] What an integer of the sums counts.
  ///   - body: Gets the store, which ends with it.
  func ofIntegers(_ steps: [Float], _ body: (ConvolutionStore) -> Void) {
    let count = steps.count
    let room = (count + 31) / 16 * 16
    // Each with a register's worth after it.
    let numbers = Storage(count: 3 * room)
    let (scales, bias, factors) = (numbers.pointer, numbers.pointer + room, numbers.pointer + 2 * room)
    let (output, added) = (self.output.scales, residual?.scales)
    for o in 0..<count {
      let inverse = output.map { 1 / $0.values[o] } ?? 1
      scales[o] = steps[o] * inverse
      factors[o] = (added?.values[o] ?? 1) * inverse
      bias[o] = self.bias[o] * inverse + Float(output?.zero ?? 0) - Float(added?.zero ?? 0) * factors[o]
    }
    var store = self
    store.bias = UnsafePointer(bias)
    store.quantized = QuantizedOutputs(
      scales: scales, residualScales: factors, outputIsUInt8: output != nil, residualIsUInt8: added != nil)
    // The store has their addresses only.
    withExtendedLifetime(numbers) { body(store) }
  }
}

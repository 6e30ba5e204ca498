internal import BFloat16
internal import Parallel
internal import Tensors

/// A matrix [depth, outputs] cut into panels of columns as the product kernels read them: [panel][depth][columns].
/// Every panel has the kernels' full width but the last, which is as narrow as whole registers allow; what it has too
/// many is zero.
struct PackedPanels: Sendable {
  private let memory: WeightMemory.Part
  let depth: Int
  let outputs: Int

  /// Where the panel of an output lies; `output` must be the first one of its panel.
  func panel(_ output: Int) -> UnsafePointer<Float> { UnsafePointer(memory.pointer) + output * depth }

  /// The same, for filling a matrix of zeros.
  func mutablePanel(_ output: Int) -> UnsafeMutablePointer<Float> { memory.pointer + output * depth }

  /// Makes a matrix of zeros.
  init(depth: Int, outputs: Int, _ engine: Engine) {
    self.depth = depth
    self.outputs = outputs
    memory = engine.weights.zeros(depth * engine.kernels.gemm.padded(outputs))
  }

  /// - Parameters:
  ///   - format: Of what it is multiplied with.
  ///   - fill: Writes one panel's part of the matrix: given its first output, how many outputs it really has, its width, and
  ///     where element [0, 0] goes.
  init(
    depth: Int, outputs: Int, _ format: ElementFormat, _ engine: Engine,
    fill: (_ first: Int, _ count: Int, _ width: Int, _ target: UnsafeMutablePointer<Float>) -> Void
  ) {
    self.init(depth: depth, outputs: outputs, engine)
    let kernels = engine.kernels.products(format)
    withoutActuallyEscaping(fill) { fill in
      engine.pool.forEach((outputs + kernels.panel - 1) / kernels.panel) { index in
        let first = index * kernels.panel
        let count = min(kernels.panel, outputs - first)
        fill(first, count, kernels.padded(count), mutablePanel(first))
      }
    }
  }

  /// Packs the weights of a group of a convolution in bfloat16, two input channels to a float: the rows are ordered
  /// tap by tap and pair by pair.
  ///
  /// - Parameter parts: With 2, what rounding has taken from the weights follows as a second matrix below the first.
  init(bfloat16 weights: Storage, _ shape: ConvolutionShape, group: Int, parts: Int, _ engine: Engine) {
    let taps = shape.kernel.count
    let pairs = shape.inChannels / shape.groups / 2
    let outputs = shape.outChannels / shape.groups
    let source = weights.pointer + group * outputs * shape.depth
    self.init(depth: parts * shape.depth / 2, outputs: outputs, .bfloat16, engine) { first, count, width, target in
      for pair in 0..<pairs {
        for tap in 0..<taps {
          let row = target + (tap * pairs + pair) * width
          let from = source + first * shape.depth + 2 * pair * taps + tap
          for o in 0..<count {
            let (low, high) = (from[o * shape.depth], from[o * shape.depth + taps])
            row[o] = packedPair(low, high)
            if parts == 2 {
              row[shape.depth / 2 * width + o] = packedPair(
                low - float32(bfloat16(low)), high - float32(bfloat16(high)))
            }
          }
        }
      }
    }
  }

  /// Packs the weights of a group of a convolution, the rows ordered tap by tap and channel by channel.
  init(_ weights: Storage, _ shape: ConvolutionShape, group: Int, _ engine: Engine) {
    let taps = shape.kernel.count
    let inputs = shape.inChannels / shape.groups
    let outputs = shape.outChannels / shape.groups
    let source = weights.pointer + group * outputs * shape.depth
    self.init(depth: shape.depth, outputs: outputs, .float32, engine) { first, count, width, target in
      for c in 0..<inputs {
        for tap in 0..<taps {
          let row = target + (tap * inputs + c) * width
          let from = source + first * shape.depth + c * taps + tap
          for o in 0..<count { row[o] = from[o * shape.depth] }
        }
      }
    }
  }
}

/// Two numbers rounded to bfloat16 in one float, the first one in the lower half.
func packedPair(_ low: Float, _ high: Float) -> Float {
  Float(bitPattern: UInt32(bfloat16(high)) << 16 | UInt32(bfloat16(low)))
}

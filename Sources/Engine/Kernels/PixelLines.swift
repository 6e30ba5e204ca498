internal import MicroKernels
internal import Tensors

/// Inner loops over integers of pixels for one instruction set.
struct PixelKernels: Sendable {
  /// Products of fours with positions in the lanes: what the rows call a float is four of them.
  let row: @Sendable (PlanarRow) -> Void
  let quantize: @Sendable (PixelLine) -> Void
}

/// Lines of pixels of three channels as integers: a float holds those of a pixel, and a byte that a weight of zero meets.
struct PixelLines {
  let kernels: PixelKernels
  let scale: PixelScale

  static let channels = 3

  /// Writes every `step`th pixel of a line, from the `first`.
  ///
  /// - Parameters:
  ///   - line: Of the input, counted through its frames and batch.
  ///   - parts: For each the first pixel, how many there are, and where they go.
  func write(
    _ input: FeatureMap, line: Int, step: Int,
    _ parts: [(first: Int, count: Int, target: UnsafeMutablePointer<Float>)]
  ) {
    let count = input.extent.w * Self.channels
    let from = UnsafePointer(input.start) + line * input.extent.w * input.pitch
    // A register more, and the byte after the last pixel.
    withUnsafeTemporaryAllocation(byteCount: count + 72, alignment: 64) { memory in
      let bytes = memory.baseAddress.unsafelyUnwrapped
      if input.pitch == Self.channels {
        quantize(from, count, bytes)
      } else {
        for w in 0..<input.extent.w { quantize(from + w * input.pitch, Self.channels, bytes + w * Self.channels) }
      }
      (bytes + count).storeBytes(of: 0, as: UInt8.self)
      for part in parts {
        let source = bytes + part.first * Self.channels
        let target = UnsafeMutableRawPointer(part.target)
        for i in 0..<part.count {
          let pixel = source.loadUnaligned(fromByteOffset: i * step * Self.channels, as: UInt32.self)
          target.storeBytes(of: pixel, toByteOffset: 4 * i, as: UInt32.self)
        }
      }
    }
  }

  private func quantize(_ from: UnsafePointer<Float>, _ count: Int, _ bytes: UnsafeMutableRawPointer) {
    kernels.quantize(
      PixelLine(input: from, count: count, factor: 1 / scale.step, offset: scale.zero, bytes: bytes))
  }
}

/// The weights of a first layer as integers: what a position sees of a line is one tap, of four channels a column.
///
/// Pixels are like their neighbours, so that what rounding takes from each weight would add up. It is therefore handed on to
/// the next one, channel by channel and column by column, there and back through the lines: pictures of one colour lose half
/// of a step in all (error feedback, as in Floyd and Steinberg, "An Adaptive Algorithm for Spatial Greyscale", 1976).
struct PixelWeights {
  /// Of these taps.
  let shape: ConvolutionShape
  let quantized: QuantizedWeights

  /// - Parameter bias: [out] To which is added what integers count that stand for 0.
  init(_ weights: Storage, _ bias: [Float], _ shape: ConvolutionShape, _ scale: PixelScale) {
    let (lines, width, channels) = (shape.kernel.t * shape.kernel.h, shape.kernel.w, shape.inChannels)
    let taps = ConvolutionShape(
      4 * width, shape.outChannels, kernel: Extent3(shape.kernel.t, shape.kernel.h, 1))
    var integers = [Int8](repeating: 0, count: taps.outChannels * taps.depth)
    var steps: [Float] = []
    var moved: [Float] = []
    for o in 0..<shape.outChannels {
      let own = weights.pointer + o * shape.depth
      let largest = (0..<shape.depth).reduce(Float(0)) { max($0, abs(own[$1])) }
      let step = largest * scale.step / 127
      steps.append(step > 0 && step.isFinite ? step : 1)
      var (missing, sum) = (Float(0), 0)
      for line in 0..<lines where step > 0 && step.isFinite {
        for column in 0..<width {
          let w = line % 2 == 0 ? column : width - 1 - column
          for c in 0..<channels {
            let number = own[(c * lines + line) * width + w] * scale.step / step + missing
            let integer = min(127, max(-127, number.rounded(.toNearestOrEven)))
            missing = number - integer
            sum += Int(integer)
            integers[(o * 4 * width + 4 * w + c) * lines + line] = Int8(integer)
          }
        }
      }
      moved.append(Float(Double(bias[o]) - Double(scale.zero) * Double(sum) * Double(steps[o])))
    }
    self.shape = taps
    quantized = QuantizedWeights(integers: integers, steps: steps, bias: moved)
  }

  /// The sums of an output's weights, by the kernel's frame.
  func sums(output: Int) -> [Int] {
    let own = quantized.integers[output * shape.depth..<(output + 1) * shape.depth]
    var sums = [Int](repeating: 0, count: shape.kernel.t)
    for (index, integer) in own.enumerated() {
      sums[index % (shape.kernel.t * shape.kernel.h) / shape.kernel.h] += Int(integer)
    }
    return sums
  }

  /// The four weights of a column in a line, as the products read them.
  func four(output: Int, line: Int, column: Int) -> Float {
    let lines = shape.kernel.t * shape.kernel.h
    var bits: UInt32 = 0
    for i in 0..<4 {
      let integer = quantized.integers[(output * shape.inChannels + 4 * column + i) * lines + line]
      bits |= UInt32(UInt8(bitPattern: integer)) << UInt32(8 * i)
    }
    return Float(bitPattern: bits)
  }
}

internal import MicroKernels
internal import Tensors

/// Lines of pixels of three channels as integers, one after the other without a gap: what a position sees of a line is read in
/// words of four bytes, of which weights of zero meet those after the last pixel.
struct PixelLines {
  let kernels: PixelKernels
  let scale: PixelScale

  static let channels = 3

  /// Words of so many pixels.
  static func words(_ pixels: Int) -> Int { (channels * pixels + 3) / 4 }

  /// Makes a line's integers.
  ///
  /// - Parameters:
  ///   - line: Of the input, counted through its frames and batch.
  ///   - before: Pixels of padding before the line.
  ///   - count: Bytes of the line with its padding; more of it than that is left out.
  ///   - body: Gets them; they end with it.
  func withBytes(
    _ input: FeatureMap, line: Int, before: Int, count: Int, _ body: (_ bytes: UnsafeRawPointer) -> Void
  ) {
    let (width, first) = (input.extent.w, before * Self.channels)
    let from = UnsafePointer(input.start) + line * width * input.pitch
    let inside = max(0, min(width * Self.channels, count - first))
    // What is made of the pixels is followed by a register's worth.
    withUnsafeTemporaryAllocation(byteCount: first + inside + max(72, count - first - inside), alignment: 64) {
      memory in
      let bytes = memory.baseAddress.unsafelyUnwrapped
      let around = UInt8(scale.zero.rounded())
      bytes.initializeMemory(as: UInt8.self, repeating: around, count: first)
      if input.pitch == Self.channels {
        quantize(from, inside, bytes + first)
      } else {
        for w in 0..<(inside + Self.channels - 1) / Self.channels {
          quantize(from + w * input.pitch, Self.channels, bytes + (first + w * Self.channels))
        }
      }
      let end = first + inside
      (bytes + end).initializeMemory(as: UInt8.self, repeating: around, count: max(0, count - end))
      body(UnsafeRawPointer(bytes))
    }
  }

  private func quantize(_ from: UnsafePointer<Float>, _ count: Int, _ bytes: UnsafeMutableRawPointer) {
    kernels.quantize(PixelLine(input: from, count: count, factor: 1 / scale.step, offset: scale.zero, bytes: bytes))
  }
}

/// The weights of a first layer as integers: what a position sees of a line is one tap, whose channels are the bytes of the line.
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
    let bytes = 4 * PixelLines.words(width)
    let taps = ConvolutionShape(
      bytes, shape.outChannels, kernel: Extent3(shape.kernel.t, shape.kernel.h, 1))
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
            integers[(o * bytes + channels * w + c) * lines + line] = Int8(integer)
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

  /// The four weights of a word of a line, as the products read them.
  func four(output: Int, line: Int, word: Int) -> Float {
    quantized.four(shape, output: output, channel: 4 * word, tap: line)
  }
}

import Kernels
import Parallel
import Tensors
import TestSupport
import Testing

/// More threads than there are blocks of positions: output channels are divided as well.
struct ManyThreadsTests {
  static let shapes = [
    ConvolutionShape(320, 416, kernel: .one),
    ConvolutionShape(96, 200, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1)),
    ConvolutionShape(136, 264, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0)),
    ConvolutionShape(64, 320, kernel: Extent3(7, 1, 1), stride: Extent3(4, 1, 1), padding: Extent3(3, 0, 0)),
  ]
  static let extent = Extent3(8, 7, 11)

  @Test(arguments: shapes, InstructionSet.available)
  func bitsAreThoseOfOneThread(_ shape: ConvolutionShape, _ set: InstructionSet) throws {
    let kernels = try KernelTable(set)
    let example = ConvolutionCase(shape: shape, extent: Self.extent)
    let formats: [ElementFormat] = kernels.supportsBFloat16 ? [.float32, .bfloat16] : [.float32]
    for format in formats {
      func output(_ threads: Int) -> [Float] {
        let engine = Engine(threads: threads, kernels: kernels, activations: format)
        let convolution = Convolution(
          shape, weights: example.weights, bias: example.bias, engine: engine, input: format, algorithm: .direct)
        return run(convolution, map(example.input, format), format)
      }
      let expected = output(1)
      for threads in [2, 16, 64] { #expect(output(threads) == expected, "\(format), \(threads) threads") }
    }
  }

  @Test(arguments: shapes, InstructionSet.available)
  func integersAreThoseOfOneThread(_ shape: ConvolutionShape, _ set: InstructionSet) throws {
    let kernels = try KernelTable(set)
    let example = ConvolutionCase(shape: shape, extent: Self.extent)
    let scales = ChannelScales((0..<shape.inChannels).map { 0.004 + 0.0001 * Float($0 % 9) })
    let input = FeatureMap(
      zeros: 1, Self.extent, channels: shape.inChannels, format: .uint8, scales: scales)
    let numbers = example.input
    for position in 0..<input.positions {
      for c in 0..<shape.inChannels {
        input.set(max(0, numbers.value(position: position, channel: c)), position: position, channel: c)
      }
    }
    let own = ChannelScales((0..<shape.outChannels).map { 0.02 + 0.001 * Float($0 % 5) })
    func output(_ threads: Int) -> [Float] {
      let convolution = Convolution(
        quantizing: shape, weights: example.weights, bias: example.bias,
        engine: Engine(threads: threads, kernels: kernels, quantizes: true), input: scales)
      return run(convolution, input, .uint8, own)
    }
    let expected = output(1)
    #expect(expected.contains { $0 > 0 })
    for threads in [16, 64] { #expect(output(threads) == expected, "\(threads) threads") }
  }

  private func map(_ map: FeatureMap, _ format: ElementFormat) -> FeatureMap {
    let result = FeatureMap(zeros: map.batch, map.extent, channels: map.channels, format: format)
    for position in 0..<map.positions {
      for c in 0..<map.channels {
        result.set(map.value(position: position, channel: c), position: position, channel: c)
      }
    }
    return result
  }

  private func run(
    _ convolution: Convolution, _ input: FeatureMap, _ format: ElementFormat, _ scales: ChannelScales? = nil
  ) -> [Float] {
    let shape = convolution.shape
    func made() -> FeatureMap {
      FeatureMap(
        zeros: 1, shape.output(for: input.extent), channels: shape.outChannels, format: format, scales: scales)
    }
    let (output, residual) = (made(), made())
    for position in 0..<residual.positions {
      for c in 0..<shape.outChannels {
        residual.set(Float((position + 5 * c) % 11) / 8, position: position, channel: c)
      }
    }
    convolution.run(input, into: output, adding: residual, epilogue: .relu)
    return output.channelsFirst().array
  }
}

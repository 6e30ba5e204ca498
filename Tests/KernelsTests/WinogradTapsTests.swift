import Kernels
import Parallel
import Tensors
import TestSupport
import Testing

/// Weights that are transformed while they are multiplied: those of many channels.
struct WinogradTapsTests {
  /// Large enough to be kept as taps, whose first 128 outputs and whose others are few enough to be transformed once.
  struct Layer: Sendable, CustomTestStringConvertible {
    let algorithm: ConvolutionAlgorithm
    let shape: ConvolutionShape
    let extent: Extent3
    var testDescription: String { "\(algorithm) \(shape) on \(extent)" }
  }

  static let layers = [
    // Tiles in two groups, of which each has its points.
    Layer(
      algorithm: .winogradSpace,
      shape: ConvolutionShape(120, 256, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1)), extent: Extent3(3, 75, 78)
    ),
    Layer(
      algorithm: .winogradSpace,
      shape: ConvolutionShape(
        120, 264, kernel: Extent3(1, 3, 3), padding: Extent3(0, 2, 2), dilation: Extent3(1, 2, 2)),
      extent: Extent3(2, 9, 13)),
    Layer(
      algorithm: .winogradTime, shape: ConvolutionShape(696, 256, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0)),
      extent: Extent3(7, 5, 9)),
  ]

  @Test(arguments: layers, InstructionSet.available)
  func bitsAreThoseOfWeightsThatAreTransformedOnce(_ layer: Layer, _ set: InstructionSet) throws {
    let (shape, kernels) = (layer.shape, try KernelTable(set))
    let example = ConvolutionCase(shape: shape, extent: layer.extent)
    let (input, weights, bias) = (example.input, example.weights, example.bias)
    func output(_ channels: Range<Int>, threads: Int) -> [Float] {
      var part = shape
      part.outChannels = channels.count
      let own = weights.array[channels.lowerBound * shape.depth..<channels.upperBound * shape.depth]
      let convolution = Convolution(
        part, weights: Tensor(part.weightShape, own), bias: Array(bias[channels]),
        engine: Engine(threads: threads, kernels: kernels), algorithm: layer.algorithm)
      let output = FeatureMap(zeros: 1, layer.extent, channels: channels.count)
      let residual = FeatureMap(zeros: 1, layer.extent, channels: channels.count)
      for position in 0..<residual.positions {
        for c in channels {
          residual.set(Float((position + 3 * c) % 7) - 3, position: position, channel: c - channels.lowerBound)
        }
      }
      convolution.run(input, into: output, adding: residual, epilogue: .relu)
      return output.channelsFirst().array
    }
    // Whole panels of every set: sums of narrower ones are taken in another order.
    let half = 128
    let expected = output(0..<half, threads: 2) + output(half..<shape.outChannels, threads: 2)
    for threads in [1, 13] {
      let found = output(0..<shape.outChannels, threads: threads)
      #expect(zip(found, expected).allSatisfy { $0.bitPattern == $1.bitPattern }, "\(threads) threads")
    }
  }
}

import Kernels
import Tensors
import TestSupport
import Testing

struct RoIAlignKernelsTests {
  /// Random weighted lines per bin on one axis.
  struct Axis {
    var starts = [0]
    var offsets: [Int] = []
    var weights: [Float] = []

    init(bins: Int, lines: Int, stride: Int, _ generator: inout SeededGenerator) {
      for _ in 0..<bins {
        for line in 0..<lines where generator.uniform() < 0.4 {
          offsets.append(line * stride)
          weights.append(Float(generator.uniform(-1, 1)))
        }
        starts.append(offsets.count)
      }
    }
  }

  @Test("bins are weighted sums, their maximum on request", arguments: InstructionSet.available)
  func bins(set: InstructionSet) throws {
    let kernel = try KernelTable(set).roiAlign.bins
    for seed in 1...60 as ClosedRange<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let channels = Int.random(in: 1...300, using: &generator)
      let bins = Int.random(in: 1...5, using: &generator)
      let (height, width, pitch) = (6, 7, channels + Int.random(in: 0...3, using: &generator))
      let features = (0..<height * width * pitch).map { _ in Float(generator.uniform(-1, 1)) }
      let rows = Axis(bins: bins, lines: height, stride: width * pitch, &generator)
      let columns = Axis(bins: bins, lines: width, stride: pitch, &generator)
      var expected = [Float](repeating: 0, count: bins * bins * channels)
      for bin in 0..<bins * bins {
        for c in 0..<channels {
          var sum = 0.0
          for r in rows.starts[bin / bins]..<rows.starts[bin / bins + 1] {
            for k in columns.starts[bin % bins]..<columns.starts[bin % bins + 1] {
              let value = features[rows.offsets[r] + columns.offsets[k] + c]
              sum += Double(rows.weights[r]) * Double(columns.weights[k]) * Double(value)
            }
          }
          expected[bin * channels + c] = Float(sum)
        }
      }
      var found = [Float](repeating: 5, count: bins * bins * channels)
      kernel(
        features, channels, bins, rows.starts, rows.offsets, rows.weights, columns.starts, columns.offsets,
        columns.weights, &found, channels, false)
      let about = "\(set), seed \(seed), \(channels) channels, \(bins)x\(bins) bins"
      try #require(difference(found, expected, .reassociated, about) == nil)

      var maxima = [Float](repeating: 5, count: channels)
      kernel(
        features, channels, bins, rows.starts, rows.offsets, rows.weights, columns.starts, columns.offsets,
        columns.weights, &maxima, channels, true)
      let largest = (0..<channels).map { c in (0..<bins * bins).map { found[$0 * channels + c] }.max()! }
      try #require(difference(maxima, largest, .exact, about) == nil)
    }
  }
}

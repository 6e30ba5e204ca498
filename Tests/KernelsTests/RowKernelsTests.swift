import Kernels
import Tensors
import TestSupport
import Testing

struct RowKernelsTests {
  /// Calls a reduction on copies of rows.
  private func reduce(_ rows: [[Float]], _ kernel: RowKernels.Reduction) -> [Float] {
    let (count, channels) = (rows.count, rows[0].count)
    let tensor = Tensor([count, channels], rows.flatMap { $0 })
    let positions = (0..<count).map { UnsafePointer(tensor.storage.pointer + $0 * channels) }
    var output = [Float](repeating: 77, count: channels + 1)
    withExtendedLifetime(tensor) { kernel(positions, count, channels, &output) }
    #expect(output[channels] == 77)
    return Array(output.dropLast())
  }

  private func seededRows(_ seed: UInt64) -> [[Float]] {
    var generator = SeededGenerator(seed: seed)
    let channels = Int.random(in: 1...210, using: &generator)
    return (0..<Int.random(in: 1...33, using: &generator)).map { _ in
      (0..<channels).map { _ in Float(generator.uniform(-1, 1)) }
    }
  }

  @Test("largest and mean over pixels, on every set to the last bit", arguments: InstructionSet.available)
  func reductions(set: InstructionSet) throws {
    let kernels = try KernelTable(set).rows
    #expect(reduce([[1, -2, 3], [4, -5, -6]], kernels.largest) == [4, -2, 3])
    #expect(reduce([[1, -2, 3], [4, -5, -6]], kernels.mean) == [2.5, -3.5, -1.5])
    for seed in 1...80 as ClosedRange<UInt64> {
      let rows = seededRows(seed)
      let channels = rows[0].indices
      let largest = channels.map { c in rows.map { $0[c] }.max()! }
      try #require(difference(reduce(rows, kernels.largest), largest, .exact, "seed \(seed)") == nil)
      let mean = channels.map { c in Float(rows.reduce(0.0) { $0 + Double($1[c]) } / Double(rows.count)) }
      try #require(difference(reduce(rows, kernels.mean), mean, .exact, "seed \(seed)") == nil)
    }
  }

  @Test("a NaN wins the largest, wherever it stands", arguments: InstructionSet.available)
  func notANumber(set: InstructionSet) throws {
    let kernels = try KernelTable(set).rows
    for place in 0..<3 {
      var rows = [[Float]](repeating: (0..<37).map(Float.init), count: 3)
      for c in stride(from: 0, to: 37, by: 4) { rows[place][c] = .nan }
      let found = reduce(rows, kernels.largest)
      #expect(found.enumerated().allSatisfy { $0 % 4 == 0 ? $1.isNaN : $1 == Float($0) })
    }
  }
}

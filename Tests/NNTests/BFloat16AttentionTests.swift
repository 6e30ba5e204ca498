import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// Attention over maps in bfloat16, on every instruction set that has products of them.
@Suite(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"))
struct BFloat16AttentionTests {
  /// A map [items, extent, channels] of rounded numbers, channel after channel of each position.
  private func map(
    _ extent: Extent3, channels: Int, _ value: (_ position: Int, _ channel: Int) -> Float
  ) -> FeatureMap {
    let map = FeatureMap(zeros: 1, extent, channels: channels, format: .bfloat16)
    for position in 0..<map.positions {
      for c in 0..<channels { map.set(value(position, c), position: position, channel: c) }
    }
    return map
  }

  private func drawn(_ extent: Extent3, channels: Int, seed: UInt64) -> FeatureMap {
    let numbers = random([extent.count, channels], seed: seed).array
    return map(extent, channels: channels) { numbers[$0 * channels + $1] }
  }

  private func attend(
    _ kind: MultiHeadAttention, _ inputs: [FeatureMap], _ table: KernelTable, threads: Int = 2
  ) -> [Float] {
    let queries = inputs[0]
    let output = FeatureMap(zeros: 1, queries.extent, channels: queries.channels, format: .bfloat16)
    kind.run(inputs, into: output, engine: Engine(threads: threads, kernels: table, activations: .bfloat16))
    return output.float32().channelsFirst().array
  }

  private static var tables: [KernelTable] {
    InstructionSet.available.compactMap { try? KernelTable($0) }.filter(\.supportsBFloat16)
  }

  @Test func weighsByHand() {
    let line = Extent3(1, 1, 2)
    // Products 0 and 2 ln 3, of which the depth takes the root of 2: weights 1 : 9 where it is divided away, and the values
    // are 10 apart.
    let half = 1.098_632_8 * Float(2).squareRoot()
    let q = map(.one, channels: 2) { _, _ in 1 }
    let k = map(line, channels: 2) { position, _ in position == 0 ? 0 : half }
    let v = map(line, channels: 2) { position, c in position == 0 ? Float(c) : 10 + Float(c) }
    for table in Self.tables {
      let found = attend(MultiHeadAttention(heads: 1), [q, k, v], table)
      #expect(abs(found[0] - 9) < 0.05 && abs(found[1] - 10) < 0.05, "\(found) on \(table.instructionSet)")
    }
  }

  /// More keys than a block of any set, the largest products in the last ones, so that what came before is corrected, or in
  /// the first ones, so that it is not.
  @Test(arguments: [0, 1, 2]) func manyKeys(_ order: Int) {
    let (extent, queries) = (Extent3(5, 20, 23), Extent3(1, 5, 11))
    let (q, v) = (drawn(queries, channels: 12, seed: 1), drawn(extent, channels: 12, seed: 3))
    let numbers = random([extent.count, 12], seed: 2).array
    let k = map(extent, channels: 12) { position, c in
      let isLarge = order == 1 ? position >= 2000 : order == 2 ? position < 200 : false
      return numbers[position * 12 + c] * (isLarge ? 8 : 1)
    }
    let kind = MultiHeadAttention(heads: 2, addsQueries: order == 0)
    let expected = FeatureMap(zeros: 1, queries, channels: 12)
    kind.runReference([q, k, v], into: expected, engine: plain)
    for table in Self.tables {
      let gaps = zip(attend(kind, [q, k, v], table), expected.channelsFirst().array).map { abs($0 - $1) }
      #expect(gaps.max()! < 0.02, "\(gaps.max()!) on \(table.instructionSet)")
    }
  }

  /// What a query sees does not depend on those beside it, nor on who computes it.
  @Test func queriesAreAlone() {
    let keys = Extent3(2, 9, 9)
    let inputs = [drawn(Extent3(1, 7, 11), channels: 40, seed: 5)] + (6...7).map { drawn(keys, channels: 40, seed: $0) }
    let kind = MultiHeadAttention(heads: 2)
    for table in Self.tables {
      let all = attend(kind, inputs, table)
      #expect(attend(kind, inputs, table, threads: 1) == all)
      for position in [0, 31, 32, 76] {
        let one = map(.one, channels: 40) { _, c in inputs[0].value(position: position, channel: c) }
        let found = attend(kind, [one] + inputs[1...], table)
        #expect(found == (0..<40).map { all[$0 * 77 + position] }, "query \(position) on \(table.instructionSet)")
      }
    }
  }

  @Test func degenerateInputs() {
    func line(_ values: [Float]) -> FeatureMap { map(Extent3(1, 1, values.count), channels: 2) { i, _ in values[i] } }
    let kind = MultiHeadAttention(heads: 1)
    for table in Self.tables {
      func found(_ k: [Float], _ v: [Float]) -> [Float] { attend(kind, [line([1e4]), line(k), line(v)], table) }
      #expect(found([1e30], [7]) == [7, 7])
      // Large products leave the largest one's value, and those that are all alike the mean.
      #expect(found([1, 2, -3], [5, 6, 7]) == [6, 6])
      #expect(found([-1e30, -1e30], [2, 4]) == [3, 3])
      #expect(found(Array(repeating: 0, count: 33), (0..<33).map { $0 < 32 ? 1 : 34 }) == [2, 2])
      // A key that is no number weighs on all, wherever it stands: in a whole register or after the last one.
      for place in [0, 15, 16, 31, 32, 39] {
        let keys = (0..<40).map { $0 == place ? Float.nan : 1 }
        let isLost = found(keys, Array(repeating: 1, count: 40)).allSatisfy { $0.isNaN }
        #expect(isLost, "key \(place)")
      }
      let isLost = found([1, .infinity], [1, 2]).allSatisfy { $0.isNaN }
      #expect(isLost)
    }
  }
}

import Glibc
import Kernels
import NN
import Tensors
import TestSupport
import Testing

@Suite struct MultiHeadAttentionTests {
  private func attend(
    _ kind: MultiHeadAttention, _ tensors: [Tensor], _ engine: Engine = fast
  ) throws -> Tensor {
    var network = Network(engine: engine)
    let inputs = tensors.map { network.input(channels: $0.shape[1]) }
    network.output(network.add(kind, inputs))
    return try run(network, tensors).outputs[0].channelsFirst()
  }

  /// Queries, keys, values, then the extra key and value.
  private func tensors(
    _ queries: Extent3, _ keys: Extent3, channels: Int, batch: Int = 1, extra: Bool, seed: UInt64
  ) -> [Tensor] {
    let extents = [queries, keys, keys] + (extra ? [.one, .one] : [])
    return extents.enumerated().map { index, extent in
      random([batch, channels, extent.t, extent.h, extent.w], seed: seed * 10 + UInt64(index))
    }
  }

  private func positions(_ depth: Int, space: Int?, time: Int?, seed: UInt64) -> RelativePositions {
    RelativePositions(
      height: space.map { random([$0, depth], seed: seed) }, width: space.map { random([$0, depth], seed: seed + 1) },
      time: time.map { random([$0, depth], seed: seed + 2) })
  }

  @Test func weighsByHand() throws {
    // Two heads of one channel; two keys.
    let q = Tensor([1, 2, 1, 1, 1], [1, 0])
    let k = Tensor([1, 2, 1, 1, 2], [0, logf(3), 7, 9])
    let v = Tensor([1, 2, 1, 1, 2], [4, 8, 10, 20])
    // The first head's weights are 1 : 3, the second one's 1 : 1.
    let found = try attend(MultiHeadAttention(heads: 2), [q, k, v]).array
    #expect(difference(found, [7, 15], .rounding) == nil)
    // An extra key of the first head that weighs as both others together, and the queries on top.
    let extra = [Tensor([1, 2, 1, 1, 1], [logf(4), 0]), Tensor([1, 2, 1, 1, 1], [1, 0])]
    let kind = MultiHeadAttention(heads: 2, hasExtraKey: true, addsQueries: true)
    let more = try attend(kind, [q, k, v] + extra).array
    #expect(difference(more, [4 + 1, 10], .rounding) == nil)
  }

  @Test func relativePositionsByHand() throws {
    // One query of value 1 at column 1 of 2; keys of value 0; rows of the width's table are for distances -1, 0, 1.
    let q = Tensor([1, 1, 1, 1, 2], [1, 1])
    let (k, v) = (Tensor(zeros: [1, 1, 1, 1, 2]), Tensor([1, 1, 1, 1, 2], [0, 1]))
    let width = Tensor([3, 1], [logf(3), 0, logf(7)])
    let kind = MultiHeadAttention(heads: 1, positions: RelativePositions(height: nil, width: width, time: nil))
    // The first query is 0 from the first key and -1 from the second, the second one 1 and 0.
    let found = try attend(kind, [q, k, v]).array
    #expect(difference(found, [3.0 / 4, 1.0 / 8], .rounding) == nil)
  }

  /// Pools, heads, extra keys and positions as drawn; blocks of queries and keys that end anywhere.
  @Test(arguments: 0..<30) func agreesWithReference(_ seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let (heads, depth, extra) = (pick(1...3), pick(1...20), pick(0...1) == 1)
    let queries = Extent3(pick(1...3), pick(1...9), pick(1...9))
    let keys = Extent3(pick(1...3), pick(1...9), pick(1...9))
    let relative =
      pick(0...3) == 0
      ? nil
      : positions(
        depth, space: pick(0...4) == 0 ? nil : 2 * pick(1...9) - 1, time: pick(0...2) == 0 ? nil : 5, seed: 3)
    let kind = MultiHeadAttention(
      heads: heads, hasExtraKey: extra, positions: relative, addsQueries: pick(0...1) == 1)
    let inputs = tensors(
      queries, keys, channels: heads * depth, batch: pick(1...2), extra: extra, seed: UInt64(seed))
    let expected = try attend(kind, inputs, plain).array
    for set in InstructionSet.available {
      let engine = Engine(threads: 2, kernels: try KernelTable(set))
      let gap = difference(
        try attend(kind, inputs, engine).array, expected, .reassociated,
        "\(kind.name), \(queries) and \(keys) of \(depth) channels on \(set), seed \(seed)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  /// Maps in bfloat16: products of pairs. Weights and vectors are rounded, and the definition's are not.
  @Test(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"), arguments: 0..<24)
  func agreesWithReferenceInBFloat16(_ seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed) + 100)
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    // Every third one has more keys than a block, and every fifth an odd depth, which has no pairs.
    let (heads, half, extra) = (pick(1...3), pick(1...24), pick(0...1) == 1)
    let depth = seed % 5 == 4 ? 2 * half - 1 : 2 * half
    let queries = Extent3(pick(1...3), pick(1...9), pick(1...9))
    let keys = seed % 3 == 0 ? Extent3(3, pick(15...20), pick(15...20)) : Extent3(pick(1...3), pick(1...9), pick(1...9))
    let relative = pick(0...2) == 0 ? nil : positions(depth, space: 2 * pick(1...9) - 1, time: 5, seed: 3)
    let kind = MultiHeadAttention(
      heads: 2 * heads, hasExtraKey: extra, positions: relative, addsQueries: pick(0...1) == 1)
    let inputs = tensors(queries, keys, channels: 2 * heads * depth, batch: 2, extra: extra, seed: UInt64(seed))
      .map { tensor in
        let float = FeatureMap(channelsFirst: tensor)
        let map = FeatureMap(zeros: 2, float.extent, channels: float.channels, format: .bfloat16)
        for position in 0..<float.positions {
          for c in 0..<float.channels {
            map.set(float.value(position: position, channel: c), position: position, channel: c)
          }
        }
        return map
      }
    let expected = FeatureMap(zeros: 2, queries, channels: 2 * heads * depth)
    kind.runReference(inputs, into: expected, engine: plain)
    let tables = InstructionSet.available.compactMap { try? KernelTable($0) }.filter(\.supportsBFloat16)
    for table in tables {
      let engine = Engine(threads: 2, kernels: table, activations: .bfloat16)
      let found = FeatureMap(zeros: 2, queries, channels: 2 * heads * depth, format: .bfloat16)
      kind.run(inputs, into: found, engine: engine)
      let gaps = zip(found.float32().channelsFirst().array, expected.channelsFirst().array).map { abs($0 - $1) }
      #expect(
        gaps.max()! < 0.02, "\(kind.name), \(queries) and \(keys) of \(depth) on \(table.instructionSet), seed \(seed)")
    }
  }

  /// More keys than fit into a block: the running softmax.
  @Test func manyKeys() throws {
    let relative = positions(4, space: 45, time: 9, seed: 7)
    let kind = MultiHeadAttention(heads: 2, hasExtraKey: true, positions: relative)
    let inputs = tensors(Extent3(1, 5, 11), Extent3(5, 20, 23), channels: 8, extra: true, seed: 4)
    // Large products in the last keys, so that what came before is corrected.
    for i in stride(from: 0, to: inputs[1].count, by: 1) where i % 2300 >= 1900 { inputs[1].mutableValues[i] *= 8 }
    let found = try attend(kind, inputs).array
    #expect(difference(found, try attend(kind, inputs, plain).array, .reassociated) == nil)
  }

  @Test func threadsChangeNothing() throws {
    let kind = MultiHeadAttention(
      heads: 3, hasExtraKey: true, positions: positions(7, space: 19, time: 5, seed: 1), addsQueries: true)
    let inputs = tensors(Extent3(3, 40, 40), Extent3(3, 12, 12), channels: 21, batch: 2, extra: true, seed: 2)
    let one = try attend(kind, inputs, Engine(threads: 1)).array
    #expect(difference(try attend(kind, inputs, Engine(threads: 3)).array, one, .exact) == nil)
  }

  /// The order of keys without places does not matter, and a number added to every key changes nothing.
  @Test func keysHaveNoOrder() throws {
    let inputs = tensors(Extent3(1, 2, 3), Extent3(1, 1, 40), channels: 6, extra: false, seed: 9)
    let kind = MultiHeadAttention(heads: 2)
    let expected = try attend(kind, inputs).array
    func changed(_ x: Tensor, by shift: Float) -> Tensor {
      Tensor(x.shape, (0..<x.count).map { x.values[$0 / 40 * 40 + 39 - $0 % 40] + shift })
    }
    let found = try attend(kind, [inputs[0], changed(inputs[1], by: 0.5), changed(inputs[2], by: 0)]).array
    #expect(difference(found, expected, .reassociated) == nil)
  }

  @Test func degenerateInputs() throws {
    // A single key is the answer whatever its product.
    let one = [Tensor([1, 1, 1, 1, 1], [3]), Tensor([1, 1, 1, 1, 1], [1e30]), Tensor([1, 1, 1, 1, 1], [7])]
    for engine in [fast, plain] { #expect(try attend(MultiHeadAttention(heads: 1), one, engine).array == [7]) }
    // Large products leave the largest one's value.
    let large = [
      Tensor([1, 1, 1, 1, 1], [1e4]), Tensor([1, 1, 1, 1, 3], [1, 2, -3]), Tensor([1, 1, 1, 1, 3], [5, 6, 7]),
    ]
    #expect(try attend(MultiHeadAttention(heads: 1), large).array == [6])
    let nan = [large[0], Tensor([1, 1, 1, 1, 3], [1, .nan, 2]), large[2]]
    for engine in [fast, plain] { #expect(try attend(MultiHeadAttention(heads: 1), nan, engine).array[0].isNaN) }
    let error = #expect(throws: NetworkError.self) { try attend(MultiHeadAttention(heads: 2), one) }
    #expect("\(error!)".contains("of one width, which the heads divide"), "\(error!)")
    let tables = positions(2, space: 3, time: nil, seed: 1)
    #expect(throws: NetworkError.self) { try attend(MultiHeadAttention(heads: 1, positions: tables), one) }
  }

  /// A table for other distances is stretched: PyTorch's torch.nn.functional.interpolate(mode="linear") of these rows.
  @Test func tablesAreStretched() {
    let table = Tensor([3, 1], [0, 3, 9])
    let five = RelativePositions.stretched(table, to: 5).array
    #expect(difference(five, [0, 1.2, 3, 6.6, 9], .rounding) == nil, "\(five)")
    #expect(difference(RelativePositions.stretched(table, to: 1).array, [3], .rounding) == nil)
    #expect(RelativePositions.stretched(table, to: 3).array == table.array)
  }
}

import Kernels
import NN
import Tensors
import TestSupport
import Testing

@Suite struct LayerNormalizationTests {
  private func normalize(
    _ x: Tensor, _ norm: LayerNormalization, _ engine: Engine = fast
  ) throws -> Tensor {
    var network = Network(engine: engine)
    let input = network.input(channels: x.shape[1])
    network.output(network.normalize(input, norm))
    return try run(network, [x]).outputs[0].channelsFirst()
  }

  @Test func byHand() throws {
    let x = Tensor([1, 4, 1, 1, 1], [1, 3, 10, 14])
    // Mean 7, variance 27.5.
    let whole = LayerNormalization(weight: [1, 1, 1, 2], bias: [0, 0, 0, 5], epsilon: 0)
    let std = Float(27.5).squareRoot()
    #expect(difference(try normalize(x, whole).array, [-6 / std, -4 / std, 3 / std, 14 / std + 5], .rounding) == nil)
    // Groups of two: means 2 and 12, stds 1 and 2.
    let groups = LayerNormalization(weight: [1, 10], bias: [0, 1], groups: 2, epsilon: 0)
    #expect(difference(try normalize(x, groups).array, [-1, 11, -1, 11], .rounding) == nil)
    // A variance of 0 leaves the bias; epsilon is added to the variance.
    let same = Tensor([1, 2, 1, 1, 1], [3, 3])
    #expect(try normalize(same, LayerNormalization(weight: [2, 2], bias: [1, -1])).array == [1, -1])
    let wide = LayerNormalization(weight: [1, 1], bias: [0, 0], epsilon: 3)
    #expect(difference(try normalize(Tensor([1, 2, 1, 1, 1], [-1, 1]), wide).array, [-0.5, 0.5], .rounding) == nil)
  }

  @Test func agreesWithReference() throws {
    for set in InstructionSet.available {
      let engine = Engine(threads: 2, kernels: try KernelTable(set))
      for channels in [1, 3, 8, 16, 17, 31, 48, 96, 100] {
        for groups in [1, 2, 5] {
          let x = random([2, channels * groups, 2, 3, 4], seed: UInt64(channels + groups))
          // Far from zero: what is left of the sums' last bits is seen.
          for i in 0..<x.count { x.mutableValues[i] = x.mutableValues[i] * 2 + 30 }
          let norm = LayerNormalization(
            weight: random([channels], seed: 1).array, bias: random([channels], seed: 2).array, groups: groups)
          let gap = difference(
            try normalize(x, norm, engine).array, try normalize(x, norm, plain).array, .absolute(1e-4),
            "\(channels) channels of \(groups) groups on \(set)")
          #expect(gap == nil, "\(gap ?? "")")
        }
      }
    }
  }

  /// What is added to all channels of a position, and what they are multiplied with, is taken away.
  @Test func shiftsAndScalesVanish() throws {
    let x = random([1, 24, 2, 3, 3], seed: 5)
    let norm = LayerNormalization(
      weight: random([12], seed: 1).array, bias: random([12], seed: 2).array, groups: 2, epsilon: 1e-12)
    let changed = Tensor(x.shape, x.array.map { $0 * 4 + 8 })
    #expect(
      difference(try normalize(changed, norm).array, try normalize(x, norm).array, .absolute(1e-5)) == nil)
  }

  @Test func degenerateMaps() throws {
    let norm = LayerNormalization(weight: [1, 1], bias: [0, 0])
    #expect(throws: NetworkError.self) { try normalize(Tensor(zeros: [1, 3, 1, 1, 1]), norm) }
    let nothing = Tensor([1, 2, 1, 1, 2], [.nan, 1, 2, 3])
    for engine in [fast, plain] {
      let found = try normalize(nothing, norm, engine).array
      #expect(found[0].isNaN && found[2].isNaN && !found[1].isNaN && !found[3].isNaN)
    }
    // One channel is its own mean.
    #expect(try normalize(Tensor([1, 1, 1, 1, 1], [9]), LayerNormalization(weight: [3], bias: [4])).array == [4])
  }
}

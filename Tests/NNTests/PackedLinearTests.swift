import Kernels
import NN
import Tensors
import TestSupport
import Testing

@Suite struct PackedLinearTests {
  /// Rows with a pitch of their own, to a dense matrix.
  private func run(
    _ weights: Tensor, _ bias: [Float], _ x: Tensor, _ epilogue: Epilogue = .none, engine: Engine = fast, gap: Int = 0
  ) -> [Float] {
    let layer = PackedLinear(weights: weights, bias: bias, engine: engine)
    let (count, depth) = (x.shape[0], x.shape[1])
    let storage = Storage(count: count * (depth + gap))
    for row in 0..<count {
      (storage.pointer + row * (depth + gap)).update(from: x.storage.pointer + row * depth, count: depth)
    }
    let rows = FeatureMap(
      storage: storage, offset: 0, batch: count, extent: .one, channels: depth, pitch: depth + gap)
    let output = FeatureMap(zeros: count, .one, channels: bias.count)
    layer.run(rows, into: output, epilogue: epilogue, engine: engine)
    return (0..<count * bias.count).map { output.start[$0] }
  }

  @Test func byHand() {
    let weights = Tensor([2, 3], [1, 2, 3, 4, 5, 6])
    let x = Tensor([2, 3], [1, 0, -1, 0, 1, 0])
    #expect(run(weights, [10, 1], x) == [8, -1, 12, 6])
    #expect(run(weights, [10, 1], x, .relu) == [8, 0, 12, 6])
  }

  /// Depths of one part, of several, and of a last one that is short; some with a pitch.
  @Test(arguments: [1, 7, 256, 257, 600], [1, 3, 40]) func agreesWithLinear(_ depth: Int, _ outputs: Int) {
    let weights = random([outputs, depth], seed: 1)
    let bias = random([outputs], seed: 2)
    let x = random([13, depth], seed: 3)
    let expected = Linear(weights: weights, bias: bias, engine: fast).reference(x).array
    for engine in [fast, plain] {
      let found = run(weights, bias.array, x, engine: engine, gap: 5)
      #expect(difference(found, expected, .absolute(2e-4), "\(depth) -> \(outputs)") == nil)
    }
  }

  /// What a row gives does not depend on the rows beside it, to the last bit, nor on the threads.
  @Test(arguments: [7, 300]) func rowsAreApart(_ depth: Int) {
    let (weights, bias) = (random([24, depth], seed: 1), random([24], seed: 2).array)
    let x = random([9, depth], seed: 3).array
    let alone = (0..<9).flatMap { run(weights, bias, Tensor([1, depth], Array(x[$0 * depth..<($0 + 1) * depth]))) }
    let one = Engine(threads: 1)
    for count in 0...9 {
      let rows = Tensor([count, depth], Array(x[..<(count * depth)]))
      for engine in [fast, one] {
        let together = run(weights, bias, rows, engine: engine)
        #expect(together == Array(alone[..<(count * 24)]), "\(count) rows of \(depth)")
      }
    }
  }
}

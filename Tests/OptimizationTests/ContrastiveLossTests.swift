import Foundation
import Optimization
import Tensors
import TestSupport
import Testing

@Suite struct ContrastiveLossTests {
  private let loss = ContrastiveLoss(temperature: 0.5)

  private func evaluate(_ first: [[Double]], _ second: [[Double]]) throws -> LossResult {
    func tensor(_ rows: [[Double]]) -> Tensor { Tensor([rows.count, rows[0].count], rows.joined().map { Float($0) }) }
    return try loss.evaluate([tensor(first), tensor(second)], .none)
  }

  /// Two samples at right angles, each with two equal clips: every clip has its partner at product 1 and two others at 0.
  @Test func byHand() throws {
    let (a, b) = ([1.0, 0], [0.0, 1])
    let apart = try evaluate([a, b], [a, b])
    // Products are doubled by the temperature of a half.
    let expected = log((exp(2.0) + 2) / exp(2.0))
    #expect(abs(apart.value - expected) < 1e-12)
    #expect(apart.gradients.map(\.shape) == [[2, 2], [2, 2]])
    // Of a's clip: its products with both b's have the slope p / 4 each, twice as each pair is seen from both ends, over the
    // temperature: b pushes it away along the second axis. What would lengthen it is not there.
    let push = Float(2 * 2 * 2 / (exp(2.0) + 2) / 4)
    #expect(difference(apart.gradients[0].array, [0, push, push, 0], .absolute(1e-7)) == nil)
    #expect(difference(apart.gradients[1].array, [0, push, push, 0], .absolute(1e-7)) == nil)
    // All clips alike: nobody can tell which of three is the partner.
    #expect(abs(try evaluate([a, a], [a, a]).value - log(3.0)) < 1e-12)
  }

  /// The formula with nothing spared, in Double.
  private func formula(_ rows: [[Double]], _ temperature: Double) -> Double {
    let units = rows.map { row in row.map { $0 / row.reduce(0) { $0 + $1 * $1 }.squareRoot() } }
    let count = rows.count
    return (0..<count).reduce(0) { sum, i in
      let products = units.map { exp(zip(units[i], $0).reduce(0) { $0 + $1.0 * $1.1 } / temperature) }
      let others = products.indices.filter { $0 != i }.reduce(0) { $0 + products[$1] }
      return sum - log(products[(i + count / 2) % count] / others)
    } / Double(count)
  }

  /// Differences of the formula in Double, on rows that are float32 numbers.
  @Test(arguments: [2, 5]) func gradientsAreSlopes(_ samples: Int) throws {
    let rows = (0..<2 * samples).map { drawn([4], seed: UInt64($0 + 3), -2, 2).array.map(Double.init) }
    let result = try evaluate(Array(rows[..<samples]), Array(rows[samples...]))
    #expect(abs(result.value - formula(rows, 0.5)) < 1e-12)
    let step = 1e-4
    for (i, row) in rows.enumerated() {
      for c in row.indices {
        func moved(_ by: Double) -> Double {
          var all = rows
          all[i][c] += by
          return formula(all, 0.5)
        }
        func slope(_ by: Double) -> Double { (moved(by) - moved(-by)) / (2 * by) }
        let expected = (4 * slope(step / 2) - slope(step)) / 3
        let found = result.gradients[i / samples].values[i % samples * 4 + c]
        #expect(abs(Double(found) - expected) < 1e-7, "row \(i), \(c): \(found), not \(expected)")
      }
    }
  }

  /// Which clip comes first does not matter, nor the order of the samples, nor how long rows are.
  @Test func clipsAreOnAPar() throws {
    let rows = (0..<6).map { drawn([5], seed: UInt64($0 + 20), -1, 1).array.map(Double.init) }
    let (first, second) = (Array(rows[..<3]), Array(rows[3...]))
    let result = try evaluate(first, second)
    let swapped = try evaluate(second, first)
    #expect(abs(swapped.value - result.value) < 1e-12)
    let gradients = result.gradients.map(\.array)
    #expect(difference(swapped.gradients[0].array, gradients[1], .absolute(1e-7)) == nil)
    let turned = try evaluate([first[2], first[0], first[1]], [second[2], second[0], second[1]])
    #expect(abs(turned.value - result.value) < 1e-12)
    #expect(
      difference(turned.gradients[0].array, Array(gradients[0][10...] + gradients[0][..<10]), .absolute(1e-7)) == nil)
    let longer = try evaluate(first.map { $0.map { 4 * $0 } }, second)
    #expect(abs(longer.value - result.value) < 1e-12)
    #expect(difference(longer.gradients[0].array, gradients[0].map { $0 / 4 }, .absolute(1e-7)) == nil)
  }

  /// Large products overflow no exponential, and a row of zeros has no direction: no number, as in PyTorch.
  @Test func extremes() throws {
    let cold = ContrastiveLoss(temperature: 1e-4)
    let rows = Tensor([2, 2], [1, 0, 0, 1])
    #expect(try cold.evaluate([rows, rows], .none).value < 1e-12)
    let crossed = Tensor([2, 2], [0, 1, 1, 0])
    #expect(abs(try cold.evaluate([rows, crossed], .none).value - 1e4) < 1)
    #expect(try cold.evaluate([Tensor([2, 2], [0, 0, 0, 1]), rows], .none).value.isNaN)
  }

  @Test func whatCannotBeCompared() {
    func error(_ outputs: [Tensor]) -> LossError? {
      #expect(throws: LossError.self) { try loss.evaluate(outputs, .none) }
    }
    let (two, three) = (Tensor(zeros: [2, 4]), Tensor(zeros: [3, 4]))
    #expect(error([two]) == .outputCount(loss: "contrastive_loss", expected: 2, found: 1))
    #expect(error([two, three]) == .unlikeOutputs(loss: "contrastive_loss", first: [2, 4], second: [3, 4]))
    #expect(error([Tensor(zeros: [4]), two]) == .notRows(loss: "contrastive_loss", shape: [4]))
    let one = error([Tensor(zeros: [1, 4]), Tensor(zeros: [1, 4])])
    #expect(one == .fewSamples(loss: "contrastive_loss", found: 1, expected: 2))
    #expect(one?.description.contains("set a larger TRAIN.BATCH_SIZE") == true)
  }
}

import Kernels
import NN
import Tensors
import TestSupport
import Testing

@Suite struct UpsampledSumTests {
  private func sum(_ fine: Tensor, _ coarse: Tensor, _ engine: Engine = fast) throws -> Tensor {
    var network = Network(engine: engine)
    let inputs = [fine, coarse].map { network.input(channels: $0.shape[1]) }
    network.output(network.addUpsampled(inputs[0], inputs[1]))
    return try run(network, [fine, coarse]).outputs[0].channelsFirst()
  }

  @Test func byHand() throws {
    let fine = Tensor([1, 1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(try sum(fine, Tensor([1, 1, 1, 1, 2], [10, 20])).array == [11, 12, 23, 24, 15, 16, 27, 28])
    // Three columns from two: positions 0, 2/3 and 4/3 of the coarser map, rounded down.
    let three = Tensor([1, 1, 1, 1, 3], [1, 2, 3])
    #expect(try sum(three, Tensor([1, 1, 1, 1, 2], [10, 20])).array == [11, 12, 23])
  }

  /// Against tensors whose channels come first, walked through by their axes.
  @Test(arguments: 0..<20) func agreesWithAnotherFormulation(_ seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let (n, c, t, h, w) = (pick(1...2), pick(1...37), pick(1...2), pick(1...9), pick(1...9))
    let (lowH, lowW) = (pick(1...h), pick(1...w))
    let fine = random([n, c, t, h, w], seed: UInt64(seed))
    let coarse = random([n, c, t, lowH, lowW], seed: UInt64(seed) + 100)
    var expected = fine.array
    for plane in 0..<n * c * t {
      for y in 0..<h {
        for x in 0..<w {
          let from = (plane * lowH + y * lowH / h) * lowW + x * lowW / w
          expected[(plane * h + y) * w + x] += coarse.values[from]
        }
      }
    }
    for engine in [fast, plain] {
      #expect(difference(try sum(fine, coarse, engine).array, expected, .exact, "seed \(seed)") == nil)
    }
  }

  /// Zeros change nothing, and a sum of sums is a sum with the sum.
  @Test func isASum() throws {
    let fine = random([2, 5, 1, 6, 8], seed: 1)
    #expect(try sum(fine, Tensor(zeros: [2, 5, 1, 3, 4])).array == fine.array)
    let (a, b) = (random([2, 5, 1, 3, 4], seed: 2), random([2, 5, 1, 3, 4], seed: 3))
    let both = Tensor(a.shape, zip(a.array, b.array).map { $0 + $1 })
    let twice = try sum(sum(fine, a), b).array
    #expect(difference(twice, try sum(fine, both).array, .rounding) == nil)
    // A map of its own extent is added as it is.
    let same = try sum(a, b).array
    #expect(same == both.array)
  }

  @Test func aSinglePositionIsAddedEverywhere() throws {
    let fine = random([1, 3, 1, 5, 1], seed: 4)
    let found = try sum(fine, Tensor([1, 3, 1, 1, 1], [1, 2, 3])).array
    #expect(found == (0..<15).map { fine.values[$0] + Float($0 / 5 + 1) })
    #expect(try sum(Tensor([1, 1, 1, 1, 1], [.nan]), Tensor([1, 1, 1, 1, 1], [1])).array[0].isNaN)
  }

  @Test func refusesMapsThatDoNotSuit() {
    let fine = random([1, 2, 1, 4, 4], seed: 5)
    for shape in [[1, 2, 1, 5, 4], [1, 3, 1, 2, 2], [1, 2, 2, 2, 2]] {
      let error = #expect(throws: NetworkError.self) { try sum(fine, random(shape, seed: 6)) }
      #expect(error.map { "\($0)" }?.contains("a coarser one of as many channels and frames") == true, "\(shape)")
    }
  }

  @Test(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"))
  func keepsTheFormat() throws {
    let engine = Engine(threads: 2, activations: .bfloat16)
    var network = Network(engine: engine)
    let shape = ConvolutionShape(2, 2, kernel: .one)
    let identity = Tensor(shape.weightShape, [1, 0, 0, 1])
    let inputs = [0, 1].map { _ in network.input(channels: 2) }
    let maps = inputs.map { network.convolution($0, shape, weights: identity, bias: [0, 0]) }
    let sum = network.addUpsampled(maps[0], maps[1])
    network.setName(sum, "sum")
    network.output(sum)
    let (fine, coarse) = (Tensor([1, 2, 1, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), Tensor([1, 2, 1, 1, 1], [10, 20]))
    let plan = try run(network, [fine, coarse], keepingNamed: true)
    #expect(plan.named[0].map.format == .bfloat16)
    #expect(plan.outputs[0].float32().channelsFirst().array == [11, 12, 13, 14, 25, 26, 27, 28])
  }
}

@Suite struct SharedConvolutionTests {
  /// A convolution that several maps share is to each of them what one of its own with the same weights is.
  @Test func isAsOneOfItsOwn() throws {
    let shape = ConvolutionShape(6, 8, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
    let (weights, bias) = (random(shape.weightShape, seed: 1), random([8], seed: 2).array)
    let inputs = [random([1, 6, 1, 9, 7], seed: 3), random([1, 6, 1, 4, 5], seed: 4)]
    for engine in [fast, plain] {
      var (shared, own) = (Network(engine: engine), Network(engine: engine))
      let (x, y) = (inputs.map { _ in shared.input(channels: 6) }, inputs.map { _ in own.input(channels: 6) })
      let first = shared.convolution(x[0], shape, weights: weights, bias: bias, epilogue: .relu)
      for value in [first, shared.convolution(x[1], as: first)] { shared.output(value) }
      for value in y { own.output(own.convolution(value, shape, weights: weights, bias: bias, epilogue: .relu)) }
      let (found, expected) = (try run(shared, inputs), try run(own, inputs))
      for (a, b) in zip(found.outputs, expected.outputs) {
        #expect(difference(a.channelsFirst().array, b.channelsFirst().array, .exact) == nil)
      }
      #expect(shared.convolutions.count == 2)
    }
  }
}

import Kernels
import NN
import Tensors
import TestSupport
import Testing

@Suite struct PositionEmbeddingTests {
  private func add(
    _ x: Tensor, _ table: Tensor, _ extent: Extent3, _ engine: Engine = fast, resizing: PositionResizing? = nil
  ) throws -> Tensor {
    var network = Network(engine: engine)
    let input = network.input(channels: x.shape[1])
    network.output(network.add(PositionEmbedding(table: table, extent: extent, resizing: resizing), [input]))
    return try run(network, [x]).outputs[0].channelsFirst()
  }

  @Test func byHand() throws {
    // Two positions of two channels, in two items.
    let x = Tensor([2, 2, 1, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8])
    let table = Tensor([2, 2], [10, 20, 30, 40])
    #expect(try add(x, table, Extent3(1, 1, 2)).array == [11, 32, 23, 44, 15, 36, 27, 48])
  }

  @Test func agreesWithReference() throws {
    for seed in 0..<4 as Range<UInt64> {
      let x = random([3, 19, 2, 4, 5], seed: seed)
      let table = random([40, 19], seed: seed + 9)
      #expect(try add(x, table, Extent3(2, 4, 5)).array == add(x, table, Extent3(2, 4, 5), plain).array)
    }
  }

  /// Of a map of zeros the table is left, whatever item it is of.
  @Test func zerosBecomeTheTable() throws {
    let table = random([12, 5], seed: 4)
    let found = try add(Tensor(zeros: [2, 5, 3, 2, 2]), table, Extent3(3, 2, 2))
    for item in 0..<2 {
      for c in 0..<5 {
        for p in 0..<12 { #expect(found.values[(item * 5 + c) * 12 + p] == table.values[p * 5 + c]) }
      }
    }
  }

  /// One row of two places on four: a quarter and three quarters between them, the ends as they are.
  @Test func resizedByHand() throws {
    let zeros = Tensor(zeros: [1, 1, 1, 1, 4])
    let found = try add(zeros, Tensor([2, 1], [8, 16]), Extent3(1, 1, 2), resizing: .linear)
    #expect(found.array == [8, 10, 14, 16])
    // Of 16 the share is -0.10546875 at the edge and 0.2265625 beside it.
    let cubic = try add(zeros, Tensor([2, 1], [8, 16]), Extent3(1, 1, 2), resizing: .cubic).array
    #expect(difference(cubic, [7.15625, 9.8125, 14.1875, 16.84375], .rounding) == nil, "\(cubic)")
  }

  @Test(arguments: [PositionResizing.linear, .cubic]) func resizedAgreesWithReference(_ way: PositionResizing) throws {
    for (seed, size) in [(UInt64(1), [7, 4]), (2, [2, 9]), (3, [3, 5])] {
      let x = random([2, 18, 2] + size, seed: seed)
      let table = random([30, 18], seed: seed + 9)
      let expected = try add(x, table, Extent3(2, 3, 5), plain, resizing: way).array
      #expect(difference(try add(x, table, Extent3(2, 3, 5), resizing: way).array, expected, .rounding) == nil)
    }
  }

  /// What is the same everywhere stays so at any size, and a frame's vectors are of that frame.
  @Test(arguments: [PositionResizing.linear, .cubic]) func constantsStay(_ way: PositionResizing) throws {
    let table = Tensor([12, 1], [Float](repeating: 3, count: 6) + [Float](repeating: 5, count: 6))
    let found = try add(Tensor(zeros: [1, 1, 2, 5, 4]), table, Extent3(2, 2, 3), resizing: way).array
    let expected = [Float](repeating: 3, count: 20) + [Float](repeating: 5, count: 20)
    #expect(difference(found, expected, .rounding) == nil)
  }

  @Test func onePlaceIsEveryPlace() throws {
    for way in [PositionResizing.linear, .cubic] {
      let found = try add(Tensor(zeros: [1, 1, 1, 3, 2]), Tensor([1, 1], [7]), Extent3(1, 1, 1), resizing: way).array
      #expect(difference(found, [Float](repeating: 7, count: 6), .rounding) == nil)
    }
    let error = #expect(throws: NetworkError.self) {
      try add(Tensor(zeros: [1, 2, 2, 1, 3]), Tensor(zeros: [2, 2]), Extent3(1, 1, 2), resizing: .linear)
    }
    #expect("\(error!)".contains("a map of 1 frames x 2"), "\(error!)")
  }

  @Test func otherMapsAreRefused() {
    let error = #expect(throws: NetworkError.self) {
      try add(Tensor(zeros: [1, 2, 1, 1, 3]), Tensor(zeros: [2, 2]), Extent3(1, 1, 2))
    }
    #expect("\(error!)".contains("an addition of positions needs a map of 1x1x2 x 2"), "\(error!)")
  }

  @Test func tokensAreOfEveryItem() throws {
    for engine in [fast, plain] {
      var network = Network(engine: engine)
      let input = network.input(channels: 1)
      network.output(network.add(ConstantToken([3, 4, 5]), [input]))
      let found = try run(network, [Tensor(zeros: [2, 1, 2, 3, 3])]).outputs[0].channelsFirst()
      #expect(found.shape == [2, 3, 1, 1, 1] && found.array == [3, 4, 5, 3, 4, 5])
    }
  }
}

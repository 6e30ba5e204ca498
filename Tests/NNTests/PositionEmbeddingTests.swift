import Kernels
import NN
import Tensors
import TestSupport
import Testing

@Suite struct PositionEmbeddingTests {
  private func add(_ x: Tensor, _ table: Tensor, _ extent: Extent3, _ engine: Engine = fast) throws -> Tensor {
    var network = Network(engine: engine)
    let input = network.input(channels: x.shape[1])
    network.output(network.add(PositionEmbedding(table: table, extent: extent), [input]))
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

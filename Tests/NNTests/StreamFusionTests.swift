import Kernels
import NN
import Tensors
import TestSupport
import Testing

@Suite struct StreamFusionTests {
  static let all: [StreamFusion] = [.sum, .mean, .maximum, .minimum]

  private func fuse(_ a: Tensor, _ b: Tensor, _ fusion: StreamFusion, _ engine: Engine = fast) throws -> Tensor {
    var network = Network(engine: engine)
    let inputs = [a, b].map { network.input(channels: $0.shape[1]) }
    network.output(network.add(fusion, inputs))
    return try run(network, [a, b]).outputs[0].channelsFirst()
  }

  @Test func byHand() throws {
    let (a, b) = (Tensor([1, 2, 1, 1, 2], [1, 2, 3, -4]), Tensor([1, 2, 1, 1, 2], [5, -2, 4, 4]))
    for (fusion, expected) in zip(
      Self.all, [[6, 0, 7, 0], [3, 0, 3.5, 0], [5, 2, 4, 4], [1, -2, 3, -4]] as [[Float]])
    {
      #expect(try fuse(a, b, fusion).array == expected, "\(fusion)")
    }
  }

  @Test(arguments: all) func agreesWithReference(_ fusion: StreamFusion) throws {
    let (a, b) = (random([2, 21, 3, 4, 5], seed: 1), random([2, 21, 3, 4, 5], seed: 2))
    #expect(try fuse(a, b, fusion).array == fuse(a, b, fusion, plain).array)
  }

  /// The order of the streams does not matter, and of two equal ones all but the sum are that one.
  @Test(arguments: all) func orderDoesNotMatter(_ fusion: StreamFusion) throws {
    let (a, b) = (random([1, 7, 2, 3, 3], seed: 3), random([1, 7, 2, 3, 3], seed: 4))
    #expect(try fuse(a, b, fusion).array == fuse(b, a, fusion).array)
    #expect(try fuse(a, a, fusion).array == (fusion == .sum ? a.array.map { $0 + $0 } : a.array))
  }

  @Test(arguments: all) func notANumberStays(_ fusion: StreamFusion) throws {
    let (a, b) = (Tensor([1, 1, 1, 1, 1], [.nan]), Tensor([1, 1, 1, 1, 1], [1]))
    #expect(try fuse(a, b, fusion).array[0].isNaN && fuse(b, a, fusion).array[0].isNaN)
  }

  @Test func unequalMapsAreRefused() {
    let error = #expect(throws: NetworkError.self) {
      try fuse(Tensor(zeros: [1, 2, 1, 1, 2]), Tensor(zeros: [1, 2, 1, 1, 3]), .mean)
    }
    #expect("\(error!)".contains("a mean of two maps needs maps of one shape"), "\(error!)")
  }
}

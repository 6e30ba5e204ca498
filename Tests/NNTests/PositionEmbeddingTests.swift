import BFloat16
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

  // MARK: bfloat16

  private static let bf16 = Engine(threads: 2, activations: .bfloat16)
  private static let plainBFloat16 = Engine(
    threads: 2, planner: ConvolutionPlanner(forced: .reference), activations: .bfloat16)

  private func rounded(_ values: [Float]) -> [Float] { values.map { float32(bfloat16($0)) } }

  /// Adds vectors to a map that a convolution has made bfloat16, with or without a value beside it in the same map.
  private func addInBFloat16(
    _ x: Tensor, _ table: Tensor, _ extent: Extent3, _ engine: Engine = bf16, resizing: PositionResizing? = nil,
    joined: Bool = false
  ) throws -> Tensor {
    let channels = x.shape[1]
    let shape = ConvolutionShape(channels, channels, kernel: .one)
    let weights = Tensor(zeros: shape.weightShape)
    for c in 0..<channels { weights.mutableValues[c * channels + c] = 1 }
    var network = Network(engine: engine)
    let input = network.input(channels: channels)
    func taken() -> Value {
      network.convolution(input, shape, weights: weights, bias: [Float](repeating: 0, count: channels))
    }
    let sum = network.add(PositionEmbedding(table: table, extent: extent, resizing: resizing), [taken()])
    #expect(network.format(of: sum) == .bfloat16)
    network.setName(sum, "sum")
    network.output(joined ? network.concatenate([taken(), sum]) : sum)
    return try run(network, [x], keepingNamed: true).named[0].map.float32().channelsFirst()
  }

  /// 256 + 1 has no place between bfloat16's 256 and 258: the tie goes to the even one; 256 + 1.5 is nearer to the upper one. The
  /// vectors themselves are not rounded: 1.0078125 + 0.005 is above the tie, 1.0078125 + 0.00390625 on it.
  @Test(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16")) func byHandInBFloat16() throws {
    let x = Tensor([1, 2, 1, 1, 2], [256, 256, 1.007_812_5, 1.007_812_5])
    let table = Tensor([2, 2], [1, 0.005, 1.5, 0.003_906_25])
    #expect(try addInBFloat16(x, table, Extent3(1, 1, 2)).array == [256, 258, 1.015_625, 1.015_625])
    #expect(
      try addInBFloat16(x, Tensor([2, 2], [-1, .nan, .infinity, -1.007_812_5]), Extent3(1, 1, 2)).array[2].isNaN)
  }

  /// As the reference has it, and as float32's sums of the same numbers, rounded; in a map of its own and beside another value.
  @Test(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"), arguments: [2, 6, 16, 34, 96, 130])
  func agreesInBFloat16(_ channels: Int) throws {
    let x = random([3, channels, 2, 4, 5], seed: UInt64(channels))
    let table = random([40, channels], seed: UInt64(channels + 9))
    let exact = rounded(try add(Tensor(x.shape, rounded(x.array)), table, Extent3(2, 4, 5), plain).array)
    for engine in [Self.bf16, Self.plainBFloat16] {
      for joined in [false, true] {
        #expect(try addInBFloat16(x, table, Extent3(2, 4, 5), engine, joined: joined).array == exact)
      }
    }
  }

  @Test(
    .enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"), arguments: [PositionResizing.linear, .cubic])
  func resizedInBFloat16(_ way: PositionResizing) throws {
    for size in [[7, 4], [2, 9], [1, 1]] {
      let x = random([2, 18, 2] + size, seed: 3)
      let table = random([30, 18], seed: 4)
      let found = try addInBFloat16(x, table, Extent3(2, 3, 5), resizing: way).array
      // A vector's last bit may decide a rounding, which is a 256th of the number at most.
      let exact = try add(Tensor(x.shape, rounded(x.array)), table, Extent3(2, 3, 5), plain, resizing: way).array
      #expect(zip(found, exact).allSatisfy { abs($0 - $1) <= abs($1) / 256 + 1e-6 })
    }
  }

  /// Vectors of zero leave a map what it is, and what is added twice is added as its double.
  @Test(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16")) func propertiesInBFloat16() throws {
    let (extent, x) = (Extent3(2, 3, 3), random([2, 10, 2, 3, 3], seed: 6))
    #expect(try addInBFloat16(x, Tensor(zeros: [18, 10]), extent).array == rounded(x.array))
    let table = random([18, 10], seed: 7)
    let doubled = try addInBFloat16(
      Tensor(x.shape, x.array.map { 2 * $0 }), Tensor(table.shape, table.array.map { 2 * $0 }), extent)
    #expect(try addInBFloat16(x, table, extent).array.map { 2 * $0 } == doubled.array)
    // An item more changes nothing in the others.
    let first = Tensor([1, 10, 2, 3, 3], Array(x.array.prefix(x.count / 2)))
    #expect(
      try addInBFloat16(first, table, extent).array == Array(addInBFloat16(x, table, extent).array.prefix(x.count / 2)))
  }

  // MARK: Errors

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

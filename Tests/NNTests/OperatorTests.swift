import Kernels
import NN
import Tensors
import TestSupport
import Testing

func random(_ shape: [Int], seed: UInt64) -> Tensor {
  var generator = SeededGenerator(seed: seed)
  return Tensor(shape, (0..<shape.reduce(1, *)).map { _ in Float(generator.uniform(-1, 1)) })
}

/// Runs a network of one or more inputs and returns its first output as [N, C, T, H, W].
func run(_ network: Network, _ inputs: [Tensor], keepingNamed: Bool = false) throws -> NetworkPlan {
  let plan = try NetworkPlan(
    network, batch: inputs[0].shape[0], extents: inputs.map { Extent3($0.shape[2], $0.shape[3], $0.shape[4]) },
    keepingNamed: keepingNamed)
  for (map, tensor) in zip(plan.inputs, inputs) {
    let source = FeatureMap(channelsFirst: tensor)
    map.start.update(from: source.start, count: source.storage.count)
  }
  plan.run()
  return plan
}

let fast = Engine(threads: 2)
let plain = Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference))

@Suite struct MaxPoolTests {
  func pool(_ x: Tensor, _ shape: MaxPooling, _ engine: Engine = fast) throws -> Tensor {
    var network = Network(engine: engine)
    let input = network.input(channels: x.shape[1])
    network.output(network.maxPool(input, shape))
    return try run(network, [x]).outputs[0].channelsFirst()
  }

  @Test func takesTheLargestByHand() throws {
    let x = Tensor([1, 1, 1, 3, 3], [-1, -2, -3, -4, -5, -6, -7, -8, -9])
    let shape = MaxPooling(kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1))
    // Padding never wins, or the corners would be 0.
    #expect(try pool(x, shape).array == [-1, -2, -4, -5])
  }

  @Test(arguments: 0..<20) func agreesWithReference(_ seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let kernel = Extent3(pick(1...2), pick(1...3), pick(1...3))
    let shape = MaxPooling(
      kernel: kernel, stride: Extent3(pick(1...2), pick(1...3), pick(1...3)),
      padding: Extent3(0, kernel.h / 2, kernel.w / 2))
    let x = random([pick(1...2), pick(1...20), pick(2...5), pick(3...8), pick(3...9)], seed: UInt64(seed))
    #expect(try pool(x, shape).array == pool(x, shape, plain).array, "\(shape) on \(x.shape) seed \(seed)")
  }

  @Test func largerKernelNeverLowers() throws {
    let x = random([1, 5, 2, 6, 6], seed: 3)
    let small = try pool(x, MaxPooling(kernel: .one, stride: .one)).array
    let large = try pool(
      x, MaxPooling(kernel: Extent3(1, 3, 3), stride: .one, padding: Extent3(0, 1, 1))
    ).array
    #expect(small == x.array)
    #expect(zip(small, large).allSatisfy { $0 <= $1 })
  }

  /// As in PyTorch: a NaN is larger than everything, wherever it stands in the window.
  @Test func notANumberWins() throws {
    let shape = MaxPooling(kernel: Extent3(1, 1, 3), stride: Extent3(1, 1, 3))
    let x = Tensor([1, 1, 1, 1, 9], [.nan, 1, 2, 3, .nan, 4, 5, 6, .nan])
    for engine in [fast, plain] { #expect(try pool(x, shape, engine).array.allSatisfy(\.isNaN)) }
    let y = Tensor([1, 1, 1, 1, 9], [1, 2, .nan, -.infinity, -.infinity, -.infinity, 5, .infinity, 6])
    for engine in [fast, plain] {
      let found = try pool(y, shape, engine).array
      #expect(found[0].isNaN && found[1] == -.infinity && found[2] == .infinity)
    }
  }

  /// A maximum is no sum: the whole window at once or in two steps gives the same.
  @Test func poolsInTwoSteps() throws {
    let x = random([2, 3, 4, 6, 8], seed: 4)
    func halves(_ x: Tensor, _ t: Int, _ h: Int, _ w: Int) throws -> Tensor {
      try pool(x, MaxPooling(kernel: Extent3(t, h, w), stride: Extent3(t, h, w)))
    }
    let once = try halves(x, 2, 3, 4).array
    #expect(try halves(halves(x, 1, 3, 2), 2, 1, 2).array == once)
  }

  @Test func refusesMapsThatAreTooSmall() {
    #expect(throws: NetworkError.self) {
      try pool(random([1, 1, 1, 2, 2], seed: 1), MaxPooling(kernel: Extent3(2, 2, 2), stride: Extent3(2, 2, 2)))
    }
  }
}

@Suite struct AttentionTests {
  func attend(
    _ kind: Attention, _ theta: Tensor, _ phi: Tensor, _ g: Tensor, _ engine: Engine = fast
  ) throws -> Tensor {
    var network = Network(engine: engine)
    let inputs = [theta, phi, g].map { network.input(channels: $0.shape[1]) }
    network.output(network.attention(kind, theta: inputs[0], phi: inputs[1], g: inputs[2]))
    return try run(network, [theta, phi, g]).outputs[0].channelsFirst()
  }

  @Test func weighsTwoKeysByHand() throws {
    let theta = Tensor([1, 1, 1, 1, 1], [2])
    let phi = Tensor([1, 1, 1, 1, 2], [3, 5])
    let g = Tensor([1, 1, 1, 1, 2], [10, 100])
    // (2*3*10 + 2*5*100) / 2 keys
    #expect(try attend(.dotProduct, theta, phi, g).array == [530])
    // weights e^6 and e^10 over their sum
    let low: Float = 1 / (1 + 54.598150)
    let softmax = try attend(.softmax, theta, phi, g).array
    #expect(difference(softmax, [10 * low + 100 * (1 - low)], .reassociated) == nil)
  }

  /// With few channels beside positions the dot-product form sums over the keys first, with many it does not.
  @Test(arguments: [Attention.dotProduct, .softmax], [12, 48])
  func agreesWithReference(_ kind: Attention, channels: Int) throws {
    for seed in 0..<6 as Range<UInt64> {
      let theta = random([2, channels, 3, 5, 7], seed: seed)
      let phi = random([2, channels, 3, 2, 3], seed: seed + 100)
      let g = random([2, channels, 3, 2, 3], seed: seed + 200)
      let found = try attend(kind, theta, phi, g).array
      #expect(difference(found, try attend(kind, theta, phi, g, plain).array, .reassociated, "seed \(seed)") == nil)
    }
  }

  @Test(arguments: [Attention.dotProduct, .softmax]) func doesNotCareForTheOrderOfKeys(_ kind: Attention) throws {
    let theta = random([1, 4, 1, 2, 3], seed: 1)
    let phi = random([1, 4, 1, 1, 5], seed: 2)
    let g = random([1, 4, 1, 1, 5], seed: 3)
    func reversed(_ x: Tensor) -> Tensor {
      Tensor(x.shape, (0..<4).flatMap { c in (0..<5).map { x.values[c * 5 + 4 - $0] } })
    }
    let found = try attend(kind, theta, reversed(phi), reversed(g)).array
    #expect(difference(found, try attend(kind, theta, phi, g).array, .reassociated) == nil)
  }

  @Test func softmaxSurvivesLargeProducts() throws {
    let theta = Tensor([1, 1, 1, 1, 1], [1e4])
    let found = try attend(.softmax, theta, Tensor([1, 1, 1, 1, 2], [1, 2]), Tensor([1, 1, 1, 1, 2], [3, 4])).array
    #expect(found == [4])
  }
}

@Suite struct HeadOperatorTests {
  @Test func linearByHand() {
    let layer = Linear(weights: Tensor([2, 3], [1, 2, 3, 4, 5, 6]), bias: Tensor([2], [10, 20]), engine: fast)
    #expect(layer(Tensor([1, 3], [1, 0, -1])).array == [8, 18])
    #expect(layer(Tensor(zeros: [0, 3])).shape == [0, 2])
  }

  @Test func linearAgreesWithReference() {
    let layer = Linear(weights: random([80, 288], seed: 1), bias: random([80], seed: 2), engine: fast)
    let x = random([7, 288], seed: 3)
    #expect(difference(layer(x).array, layer.reference(x).array, .reassociated) == nil)
  }

  /// What a row gives does not depend on the rows beside it, to the last bit.
  @Test(arguments: [1, 3, 80, 157, 400]) func linearRowsAreApart(_ outputs: Int) {
    for depth in [7, 288, 2304] {
      let layer = Linear(weights: random([outputs, depth], seed: 1), bias: random([outputs], seed: 2), engine: fast)
      let x = random([9, depth], seed: 3).array
      let alone = (0..<9).flatMap { layer(Tensor([1, depth], Array(x[$0 * depth..<($0 + 1) * depth]))).array }
      for count in 1...9 {
        let together = layer(Tensor([count, depth], Array(x[..<(count * depth)]))).array
        #expect(together == Array(alone[..<(count * outputs)]), "\(count) rows of \(depth)")
      }
    }
  }

  @Test func activations() {
    let x = Tensor([2, 2], [0, 0, 1000, -1000])
    Activation.softmax.apply(to: x)
    #expect(x.array == [0.5, 0.5, 1, 0])
    let y = Tensor([1, 3], [0, 1000, -1000])
    Activation.sigmoid.apply(to: y)
    #expect(y.array == [0.5, 1, 0])
    let z = Tensor([1, 2], [3, -4])
    Activation.none.apply(to: z)
    #expect(z.array == [3, -4])
    // A shift of all logits changes no softmax.
    let a = random([1, 9], seed: 4)
    let b = Tensor([1, 9], a.array.map { $0 + 3 })
    Activation.softmax.apply(to: a)
    Activation.softmax.apply(to: b)
    #expect(difference(a.array, b.array, .rounding) == nil)
  }

  @Test func notANumberReachesTheScores() {
    for activation in [Activation.softmax, .sigmoid] {
      let x = Tensor([2, 2], [.nan, 1, 0, 0])
      activation.apply(to: x)
      #expect(x.array[0].isNaN && x.array[2] == 0.5)
    }
    let nothing = Tensor(zeros: [0, 3])
    Activation.softmax.apply(to: nothing)
    #expect(nothing.array == [])
  }
}

import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// Networks with integers of 8 bits where a calibration allows them.
@Suite struct QuantizedNetworkTests {
  /// Two pathways as SlowFast's are: stems, poolings, a fusion, residual blocks with and without a projection, a value that
  /// something else reads, too.
  private struct Sample {
    private(set) var network: Network
    private var salt: UInt64

    init(_ engine: Engine, seed: UInt64 = 1, quantizes: Bool) {
      network = Network(engine: engine, isToBeQuantized: quantizes)
      salt = seed &* 1000
      let slow = network.input(channels: 3)
      let fast = network.input(channels: 3)
      let pool = MaxPooling(kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1))
      let b = network.maxPool(convolution(fast, 3, 8, Extent3(3, 3, 3), .relu), pool)
      let lateral = convolution(b, 8, 16, Extent3(3, 1, 1), stride: Extent3(2, 1, 1), .relu)
      var a = network.maxPool(convolution(slow, 3, 16, Extent3(1, 3, 3), .relu), pool)
      a = network.concatenate([a, lateral])
      a = block(a, 32, inner: 16, 64)
      a = block(a, 64, inner: 24, 64)
      // Reads integers, and is read by convolutions of them.
      a = network.maxPool(a, MaxPooling(kernel: Extent3(2, 1, 1), stride: Extent3(2, 1, 1)))
      a = block(a, 64, inner: 24, 64)
      // As a non-local block does: its own format is wanted besides.
      let g = convolution(network.maxPool(a, pool), 64, 32, .one, .none)
      let theta = convolution(a, 64, 32, .one, .none)
      let attended = network.attention(.softmax, theta: theta, phi: g, g: g)
      a = convolution(attended, 32, 64, .one, adding: a, .none)
      a = convolution(a, 64, 64, .one, .relu)
      network.output(convolution(a, 64, 40, .one, .relu))
      network.output(b)
    }

    private mutating func block(_ x: Value, _ from: Int, inner: Int, _ to: Int) -> Value {
      let shortcut = from == to ? x : convolution(x, from, to, .one, .none)
      let y = convolution(
        convolution(x, from, inner, Extent3(3, 1, 1), .relu), inner, inner, Extent3(1, 3, 3), .relu)
      return convolution(y, inner, to, .one, adding: shortcut, .relu)
    }

    private mutating func convolution(
      _ x: Value, _ from: Int, _ to: Int, _ kernel: Extent3, stride: Extent3 = .one, adding: Value? = nil,
      _ epilogue: Epilogue
    ) -> Value {
      salt += 1
      let shape = ConvolutionShape(
        from, to, kernel: kernel, stride: stride, padding: Extent3(kernel.t / 2, kernel.h / 2, kernel.w / 2))
      let scale = (3 / Float(shape.depth)).squareRoot()
      let weights = Tensor(shape.weightShape, random(shape.weightShape, seed: salt).array.map { $0 * scale })
      return network.convolution(
        x, shape, weights: weights, bias: random([to], seed: salt &+ 500).array.map { $0 * 0.1 }, adding: adding,
        epilogue: epilogue)
    }

    static let extents = [Extent3(4, 24, 28), Extent3(8, 24, 28)]

    static func inputs(_ seed: UInt64) -> [Tensor] {
      [random([2, 3, 4, 24, 28], seed: seed), random([2, 3, 8, 24, 28], seed: seed &+ 1)]
    }

    static func plan(_ network: Network, absorbing: Bool = true) throws -> NetworkPlan {
      try NetworkPlan(NetworkLayout(network, batch: 2, extents: extents, absorbing: absorbing))
    }
  }

  private func engine(_ threads: Int = 2, _ kernels: KernelTable = .best, _ forced: ConvolutionAlgorithm? = nil)
    -> Engine
  {
    Engine(threads: threads, kernels: kernels, planner: ConvolutionPlanner(forced: forced), quantizes: true)
  }

  private func calibration(seed: UInt64 = 1) throws -> Calibration {
    let network = Sample(Engine(threads: 2), seed: seed, quantizes: false).network
    let plan = try Sample.plan(network, absorbing: false)
    let observer = CalibrationObserver(network)
    for pass in [observer.observeLargest, observer.observeSizes] {
      for clip in 0..<2 as Range<UInt64> {
        fill(plan, Sample.inputs(clip * 10))
        pass(plan, plan.inputs.map { BoundInput($0) })
      }
    }
    return try #require(observer.calibration())
  }

  private func quantized(_ engine: Engine, seed: UInt64 = 1) throws -> Network {
    try Sample(engine, seed: seed, quantizes: true).network.quantized(by: calibration(seed: seed))
  }

  @Test("the outputs are close to float32's, on clips that were not observed")
  func isClose() throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      let plan = try Sample.plan(Sample(Engine(threads: 2), seed: seed, quantizes: false).network)
      let expected = outputs(plan, Sample.inputs(70))
      let found = outputs(try Sample.plan(quantized(engine(), seed: seed)), Sample.inputs(70))
      for (number, (a, b)) in zip(expected, found).enumerated() {
        let largest = a.map(abs).max()!
        let gap = zip(a, b).map { abs($0 - $1) }.max()! / largest
        // The second output is no convolution's of integers.
        #expect(number == 1 ? gap == 0 : gap > 0 && gap < 0.11, "seed \(seed), output \(number): \(gap)")
      }
    }
  }

  @Test("which layers multiply integers, and where numbers become integers")
  func layers() throws {
    let layers = try Sample.plan(quantized(engine())).layers()
    func algorithms(_ prefix: String) -> [String] {
      layers.filter { $0.operation.hasPrefix(prefix) }.map(\.algorithm)
    }
    // First layers do not, where nobody says that they see pixels. Pointwise ones take what attention and no ReLU made.
    #expect(algorithms("conv 3->").allSatisfy { !$0.contains("int8") })
    for prefix in [
      "conv 32->64 1x1x1 + residual", "conv 64->64 1x1x1 + relu", "conv 8->16", "conv 32->64 1x1x1", "conv 64->24",
      "conv 24->24", "conv 24->64 1x1x1 + residual",
    ] {
      #expect(algorithms(prefix).contains { $0.hasSuffix("int8") }, "\(prefix)")
    }
    // The fast pathway's pool, the slow one's before the fusion, what attention makes, the sum that follows it.
    #expect(layers.filter { $0.operation == "quantize" }.count == 4)
    // The fusion, three blocks of which one has a projection, two that attention reads, three after it.
    #expect(layers.filter { $0.algorithm.hasSuffix("int8") }.count == 1 + 4 + 3 + 3 + 2 + 3)
  }

  @Test("a first layer that sees pixels multiplies integers where the processor is faster so; scores stay close")
  func pixels() throws {
    let scale = try #require(PixelScale(mean: [0.45], std: [0.225]))
    let network = try Sample(engine(), quantizes: true).network.quantized(by: calibration(), pixels: scale)
    let plan = try Sample.plan(network)
    let isFaster = Convolution.multipliesPixels(ConvolutionShape(3, 8, kernel: Extent3(3, 3, 3)), engine())
    let stem = plan.layers().first { $0.operation.hasPrefix("conv 3->8 3x3x3") }
    #expect(stem?.algorithm.contains("int8") == isFaster)
    let expected = outputs(try Sample.plan(Sample(Engine(threads: 2), quantizes: false).network), Sample.inputs(70))
    for (a, b) in zip(expected, outputs(plan, Sample.inputs(70))) {
      #expect(zip(a, b).map { abs($0 - $1) }.max()! / a.map(abs).max()! < 0.08)
    }
  }

  @Test("every instruction set, every number of threads and the reference make the same, but for rare steps")
  func agrees() throws {
    let expected = outputs(try Sample.plan(quantized(engine(2, .best, .reference))), Sample.inputs(5))
    for set in InstructionSet.available {
      let table = try KernelTable(set)
      let once = outputs(try Sample.plan(quantized(engine(1, table))), Sample.inputs(5))
      #expect(outputs(try Sample.plan(quantized(engine(3, table))), Sample.inputs(5)) == once)
      for (a, b) in zip(expected, once) {
        let gap = zip(a, b).map { abs($0 - $1) }.max()! / a.map(abs).max()!
        #expect(gap < 0.02, "\(set): \(gap)")
      }
    }
  }

  @Test("bfloat16 beside integers", .enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"))
  func besideBFloat16() throws {
    let expected = outputs(try Sample.plan(quantized(engine())), Sample.inputs(5))
    let both = Engine(threads: 2, activations: .bfloat16, quantizes: true)
    for (a, b) in zip(expected, outputs(try Sample.plan(quantized(both)), Sample.inputs(5))) {
      #expect(zip(a, b).map { abs($0 - $1) }.max()! / a.map(abs).max()! < 0.05)
    }
  }

  @Test("a calibration of another network, or of other weights, is refused")
  func refuses() throws {
    func error(_ change: (inout Calibration) -> Void) throws -> CalibrationError? {
      var other = try calibration()
      change(&other)
      return #expect(throws: CalibrationError.self) {
        _ = try Sample(engine(), quantizes: true).network.quantized(by: other)
      }
    }
    let count = try calibration().ranges.count
    #expect(try error { $0.ranges.removeLast() } == .wrongCount(expected: count, found: count - 1))
    #expect(
      try error { $0.ranges[2].operation = "conv 1->2" }
        == .wrongOperation(number: 3, expected: "conv 8->16 3x1x1 stride 2x1x1 pad 1x0x0 + relu", found: "conv 1->2"))
    #expect(
      try error { $0.ranges[0].largest.removeLast() }
        == .wrongChannels(operation: "conv 3->8 3x3x3 pad 1x1x1 + relu", expected: 8, found: 7))
  }

  @Test("a calibration is bound to every weight, whatever the number of threads, but not to its own ranges")
  func weightsMark() throws {
    let ranges = try calibration().ranges
    let mark = try #require(try quantized(engine()).weightsMark)
    #expect(try quantized(engine(1)).weightsMark == mark)
    let bound = Calibration(ranges: ranges, weightsMark: mark)
    #expect(try Sample(engine(), quantizes: true).network.quantized(by: bound).weightsMark == mark)
    #expect(throws: CalibrationError.otherWeights) {
      _ = try Sample(engine(), seed: 2, quantizes: true).network.quantized(by: bound)
    }
  }

  /// A convolution of 8 to 8 channels, one number of which is another.
  private func mark(threads: Int = 1, _ change: (_ weights: Tensor, _ bias: inout [Float]) -> Void) throws -> String? {
    var network = Network(engine: engine(threads), isToBeQuantized: true)
    let shape = ConvolutionShape(8, 8, kernel: Extent3(1, 33, 33))
    let weights = random(shape.weightShape, seed: 1)
    var bias = random([8], seed: 2).array
    change(weights, &bias)
    network.output(network.convolution(network.input(channels: 8), shape, weights: weights, bias: bias))
    let range = Calibration.Range(
      operation: network.quantizable[0].operation, largest: [Float](repeating: 1, count: 8),
      means: [Float](repeating: 0, count: 8))
    return try network.quantized(by: Calibration(ranges: [range])).weightsMark
  }

  /// 69,696 weights: more than a piece of work, and no multiple of a lane's.
  @Test("one weight, one bias, two signs, two numbers that changed places: another mark")
  func everyWeightCounts() throws {
    let usual = try mark { _, _ in }
    #expect(try mark(threads: 3) { _, _ in } == usual)
    var marks: Set<String?> = [usual]
    for place in [0, 1, 7, 65_535, 65_536, 69_695] {
      marks.insert(try mark { weights, _ in weights.mutableValues[place] += 1e-3 })
    }
    marks.insert(try mark { _, bias in bias[7] += 1e-3 })
    marks.insert(
      try mark { weights, _ in for place in [8, 16] { weights.mutableValues[place].negate() } })
    marks.insert(try mark { weights, _ in weights.mutableValues.swapAt(8, 16) })
    #expect(marks.count == 10)
  }

  @Test("weights that are not finite are refused, with their layer", arguments: [Float.nan, .infinity, -.infinity])
  func weightsNotFinite(value: Float) throws {
    for place in [0, 5, 65_540, 69_695] {
      let error = #expect(throws: CalibrationError.self) {
        try mark { weights, _ in weights.mutableValues[place] = value }
      }
      #expect(error == .notFinite(operation: "conv 8->8 1x33x33"))
    }
    #expect(throws: CalibrationError.self) { try mark { _, bias in bias[3] = value } }
    _ = try mark { weights, _ in weights.mutableValues[5] = .greatestFiniteMagnitude }
  }

  /// One convolution whose values are the input's.
  private func identity() -> Network {
    var network = Network(engine: Engine(threads: 1))
    let x = network.input(channels: 8)
    let shape = ConvolutionShape(8, 8, kernel: .one)
    let weights = Tensor(shape.weightShape, (0..<64).map { $0 % 9 == 0 ? 1 : 0 })
    network.output(
      network.convolution(x, shape, weights: weights, bias: [Float](repeating: 0, count: 8), epilogue: .none))
    return network
  }

  @Test("ranges by hand: the largest number, unless it is far from all others; means")
  func ranges() throws {
    let network = identity()
    let plan = try NetworkPlan(NetworkLayout(network, batch: 1, extents: [Extent3(1, 40, 100)], absorbing: false))
    let map = plan.inputs[0]
    for position in 0..<4000 {
      for c in 0..<8 {
        // Channel 0: 0 to 2, evenly; 1: the same, once 1000; 2: all -3; 3: zeros.
        let value: Float =
          switch c {
          case 0: 2 * Float(position) / 3999
          case 1: position == 77 ? 1000 : 2 * Float(position) / 3999
          case 2: -3
          default: 0
          }
        map.set(value, position: position, channel: c)
      }
    }
    let observer = CalibrationObserver(network)
    #expect(observer.calibration() == nil)
    observer.observeLargest(plan, [BoundInput(map)])
    observer.observeSizes(plan, [BoundInput(map)])
    let range = try #require(observer.calibration()).ranges[0]
    #expect(abs(range.largest[0] - 2) < 0.01 && abs(range.means[0] - 1) < 1e-3)
    // Cut off: the error of one number is less than that of steps of 8 for all.
    #expect(range.largest[1] < 1000 && range.largest[1] > 2)
    #expect(abs(range.largest[2] - 3) < 0.03 && range.means[2] == -3)
    #expect(range.largest[3] == 0 && range.means[3] == 0)
  }

  @Test("a number that is not finite makes no calibration", arguments: [Float.nan, .infinity])
  func notFinite(value: Float) throws {
    let network = identity()
    let plan = try NetworkPlan(NetworkLayout(network, batch: 1, extents: [.one], absorbing: false))
    plan.inputs[0].set(value, position: 0, channel: 3)
    let observer = CalibrationObserver(network)
    observer.observeLargest(plan, plan.inputs.map { BoundInput($0) })
    observer.observeSizes(plan, plan.inputs.map { BoundInput($0) })
    #expect(observer.calibration() == nil)
  }
}

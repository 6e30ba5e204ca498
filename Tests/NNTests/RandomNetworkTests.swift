import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// Draws networks from a seed: any operation on any earlier values that fit, residuals from anywhere, values joined
/// several times, frames moved into the batch and back, and made outputs while others still read them.
struct NetworkDrawing {
  /// What the drawing knows of a value.
  struct Known {
    let value: Value
    let channels: Int
    let batch: Int
    let extent: Extent3
  }

  var network: Network
  var generator: SeededGenerator
  var known: [Known] = []
  var inputs: [Tensor] = []
  private let batch: Int

  init(_ engine: Engine, seed: UInt64, operations: Int) {
    network = Network(engine: engine)
    generator = SeededGenerator(seed: seed)
    batch = Int.random(in: 1...2, using: &generator)
    for _ in 0..<pick(1...3) { addInput() }
    for _ in 0..<operations { addOperation() }
    for _ in 0..<pick(1...3) { network.output(anyValue().value) }
    network.output(known.last!.value)
  }

  mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

  private mutating func anyValue() -> Known { known[pick(0...known.count - 1)] }

  private mutating func add(_ value: Value, channels: Int, batch: Int, _ extent: Extent3) {
    known.append(Known(value: value, channels: channels, batch: batch, extent: extent))
    network.setName(value, "\(known.count - 1)")
  }

  private mutating func addInput() {
    let channels = pick(1...5)
    let extent = Extent3(pick(1...2) * 2, pick(3...6), pick(3...6))
    inputs.append(random([batch, channels, extent.t, extent.h, extent.w], seed: generator.next()))
    add(network.input(channels: channels), channels: channels, batch: batch, extent)
  }

  private mutating func addOperation() {
    switch pick(0...17) {
    case 14: addNormalization()
    case 15: addPositions()
    case 16, 17: addHeadAttention()
    case 10: addDepthwise()
    case 13: addUpsampled()
    case 11, 12: addScale()
    case 0...3: addConvolution()
    case 4: addPool()
    case 5, 6: addConcatenation()
    case 7: addFramesToBatch()
    case 8: addBatchToFrames()
    default: addAttention()
    }
  }

  private mutating func addConvolution() {
    let x = anyValue()
    let kernel = Extent3(pick(0...1) * 2 + 1, pick(0...1) * 2 + 1, pick(0...1) * 2 + 1)
    let stride = Extent3(pick(1...2), pick(1...2), pick(1...2))
    let free = ConvolutionShape(
      x.channels, pick(1...6), kernel: kernel, stride: pick(0...2) == 0 ? stride : .one,
      padding: Extent3(kernel.t / 2, kernel.h / 2, kernel.w / 2))
    let output = free.output(for: x.extent)
    let residuals = known.filter { $0.batch == x.batch && $0.extent == output }
    let residual = residuals.isEmpty || pick(0...2) == 0 ? nil : residuals[pick(0...residuals.count - 1)]
    var shape = free
    if let residual { shape.outChannels = residual.channels }
    let value = network.convolution(
      x.value, shape, weights: smallWeights(shape), bias: random([shape.outChannels], seed: generator.next()).array,
      adding: residual?.value, epilogue: Epilogue.allCases[pick(0...Epilogue.allCases.count - 1)])
    add(value, channels: shape.outChannels, batch: x.batch, output)
  }

  /// Small weights keep deep networks from overflowing.
  private mutating func smallWeights(_ shape: ConvolutionShape) -> Tensor {
    let scale = 1.5 / Float(shape.depth).squareRoot()
    return Tensor(shape.weightShape, random(shape.weightShape, seed: generator.next()).array.map { $0 * scale })
  }

  /// As often as not of what was made last, so that one operator can take over the other.
  private mutating func recentValue() -> Known { pick(0...1) == 0 ? known.last! : anyValue() }

  private mutating func addDepthwise() {
    let x = recentValue()
    let kernel = Extent3(pick(0...1) * 2 + 1, pick(0...1) * 2 + 1, pick(1...3))
    let shape = ConvolutionShape(
      x.channels, x.channels, kernel: kernel, stride: Extent3(1, pick(1...2), 1),
      padding: Extent3(kernel.t / 2, kernel.h / 2, kernel.w / 2), groups: x.channels)
    let output = shape.output(for: x.extent)
    let value = network.convolution(
      x.value, shape, weights: smallWeights(shape), bias: random([x.channels], seed: generator.next()).array,
      epilogue: Epilogue.allCases[pick(0...Epilogue.allCases.count - 1)])
    add(value, channels: x.channels, batch: x.batch, output)
  }

  /// A value times a function of its means, and a convolution of that.
  private mutating func addScale() {
    let x = recentValue()
    let shape = ConvolutionShape(x.channels, x.channels, kernel: .one)
    let weights = smallWeights(shape)
    let mean = network.globalAverage(x.value)
    add(mean, channels: x.channels, batch: x.batch, .one)
    let factors = network.convolution(
      mean, shape, weights: weights, bias: random([x.channels], seed: generator.next()).array, epilogue: .sigmoid)
    add(factors, channels: x.channels, batch: x.batch, .one)
    let epilogue = Epilogue.allCases[pick(0...Epilogue.allCases.count - 1)]
    let scaled = network.scale(x.value, by: factors, epilogue)
    add(scaled, channels: x.channels, batch: x.batch, x.extent)
    let y = network.convolution(
      scaled, shape, weights: weights, bias: [Float](repeating: 0.1, count: x.channels), epilogue: .hardSwish)
    add(y, channels: x.channels, batch: x.batch, x.extent)
  }

  private mutating func addPool() {
    let x = anyValue()
    let kernel = Extent3(1, min(x.extent.h, pick(1...3)), min(x.extent.w, pick(1...3)))
    let padding = Extent3(0, kernel.h / 2, kernel.w / 2)
    let shape = MaxPooling(kernel: kernel, stride: Extent3(1, pick(1...2), pick(1...2)), padding: padding)
    add(network.maxPool(x.value, shape), channels: x.channels, batch: x.batch, shape.output(for: x.extent))
  }

  private mutating func addConcatenation() {
    let x = anyValue()
    let fitting = known.filter { $0.batch == x.batch && $0.extent == x.extent }
    // Joined values grow quickly: what is wide already is left alone.
    let parts = ([x] + (0..<pick(1...3)).map { _ in fitting[pick(0...fitting.count - 1)] }).shuffled(using: &generator)
    let channels = parts.reduce(0) { $0 + $1.channels }
    if channels <= 24 {
      add(network.concatenate(parts.map(\.value)), channels: channels, batch: x.batch, x.extent)
    }
  }

  private mutating func addUpsampled() {
    let x = recentValue()
    let coarser = known.filter {
      $0.batch == x.batch && $0.channels == x.channels && $0.extent.t == x.extent.t && $0.extent.h <= x.extent.h
        && $0.extent.w <= x.extent.w
    }
    let coarse = coarser[pick(0...coarser.count - 1)]
    add(network.addUpsampled(x.value, coarse.value), channels: x.channels, batch: x.batch, x.extent)
  }

  private mutating func addFramesToBatch() {
    let x = anyValue()
    guard x.extent.t % 2 == 0 else { return }
    let extent = Extent3(x.extent.t / 2, x.extent.h, x.extent.w)
    add(network.framesToBatch(x.value, groups: 2), channels: x.channels, batch: x.batch * 2, extent)
  }

  private mutating func addBatchToFrames() {
    let x = anyValue()
    guard x.batch == batch * 2 else { return }
    let extent = Extent3(x.extent.t * 2, x.extent.h, x.extent.w)
    add(network.batchToFrames(x.value, groups: 2), channels: x.channels, batch: x.batch / 2, extent)
  }

  private mutating func addAttention() {
    let theta = anyValue()
    let keys = known.filter { $0.batch == theta.batch && $0.channels == theta.channels }
    let phi = keys[pick(0...keys.count - 1)]
    let values = known.filter { $0.batch == phi.batch && $0.extent == phi.extent }
    let g = values[pick(0...values.count - 1)]
    // The softmax keeps its sums in bounds whatever the products are.
    let value = network.attention(.softmax, theta: theta.value, phi: phi.value, g: g.value)
    add(value, channels: g.channels, batch: theta.batch, theta.extent)
  }

  private mutating func addNormalization() {
    let x = recentValue()
    let groups = x.channels % 2 == 0 ? pick(1...2) : 1
    let seed = generator.next()
    // What nearly is a constant stays small.
    let norm = LayerNormalization(
      weight: random([x.channels / groups], seed: seed).array,
      bias: random([x.channels / groups], seed: seed &+ 1).array,
      groups: groups, epsilon: 0.1)
    add(network.normalize(x.value, norm), channels: x.channels, batch: x.batch, x.extent)
  }

  private mutating func addPositions() {
    let x = recentValue()
    let table = random([x.extent.count, x.channels], seed: generator.next())
    // A table of one more row is resized.
    let resizing = [PositionResizing?.none, .linear, .cubic][pick(0...2)]
    let extent = resizing == nil ? x.extent : Extent3(x.extent.t, x.extent.h + 1, x.extent.w)
    let whole = random([extent.count, x.channels], seed: generator.next())
    let value = network.add(
      PositionEmbedding(table: resizing == nil ? table : whole, extent: extent, resizing: resizing), [x.value])
    add(value, channels: x.channels, batch: x.batch, x.extent)
    let alike = known.filter { $0.batch == x.batch && $0.extent == x.extent && $0.channels == x.channels }
    let other = alike[pick(0...alike.count - 1)]
    let fused = network.add([StreamFusion.sum, .mean, .maximum, .minimum][pick(0...3)], [value, other.value])
    add(fused, channels: x.channels, batch: x.batch, x.extent)
    let token = network.add(ConstantToken(random([x.channels], seed: generator.next()).array), [x.value])
    add(token, channels: x.channels, batch: x.batch, .one)
  }

  private mutating func addHeadAttention() {
    let queries = anyValue()
    let fitting = known.filter { $0.batch == queries.batch && $0.channels == queries.channels }
    let keys = fitting[pick(0...fitting.count - 1)]
    let values = fitting.filter { $0.extent == keys.extent }
    let tokens = fitting.filter { $0.extent == .one }
    let heads = queries.channels % 2 == 0 ? pick(1...2) : 1
    let depth = queries.channels / heads
    var kind = MultiHeadAttention(heads: heads, hasExtraKey: !tokens.isEmpty, addsQueries: pick(0...1) == 0)
    if pick(0...1) == 0 {
      let tables = [7, 9, 3].map { random([$0, depth], seed: generator.next()) }
      kind.positions = RelativePositions(
        height: tables[0], width: pick(0...1) == 0 ? nil : tables[1], time: tables[2])
    }
    var inputs = [queries, keys, values[pick(0...values.count - 1)]]
    if !tokens.isEmpty { inputs += (0..<2).map { _ in tokens[pick(0...tokens.count - 1)] } }
    let value = network.add(kind, inputs.map(\.value))
    add(value, channels: queries.channels, batch: queries.batch, queries.extent)
  }
}

@Suite struct RandomNetworkTests {
  /// With every value marked nothing may share memory; then sharing must change nothing.
  @Test(arguments: 0..<150) func sharedMemoryChangesNothing(_ seed: Int) throws {
    let drawing = NetworkDrawing(fast, seed: UInt64(seed), operations: 4 + seed % 25)
    let kept = try run(drawing, keepingNamed: true)
    let shared = try run(drawing, keepingNamed: false)
    #expect(shared.arenaCount <= kept.arenaCount)
    #expect(kept.named.count == drawing.known.count)
    for (index, (a, b)) in zip(shared.outputs, kept.outputs).enumerated() {
      let found = a.channelsFirst().array
      #expect(!found.contains { $0.isNaN })
      #expect(difference(found, b.channelsFirst().array, .exact, "output \(index) of seed \(seed)") == nil)
    }
  }

  /// Frame by frame, or two frames at a time, a stretch of operations computes what it computes on all of them.
  @Test(arguments: 0..<120) func framesByThemselvesChangeNothing(_ seed: Int) throws {
    let drawing = NetworkDrawing(fast, seed: UInt64(seed), operations: 4 + seed % 25)
    let whole = try run(drawing, keepingNamed: false, grouping: FrameGrouping(leastPositions: .max))
    for bytes in [1, 2000] {
      let grouping = FrameGrouping(leastPositions: 1, groupBytes: bytes)
      let frames = try run(drawing, keepingNamed: seed % 3 == 0, grouping: grouping)
      for (index, (a, b)) in zip(frames.outputs, whole.outputs).enumerated() {
        let about = "output \(index) of seed \(seed), \(bytes) bytes"
        #expect(difference(a.channelsFirst().array, b.channelsFirst().array, .exact, about) == nil)
      }
    }
  }

  /// What a plan computes is what the operations compute one by one, each into memory of its own.
  @Test(arguments: 0..<60) func plansAgreeWithReferences(_ seed: Int) throws {
    let found = try run(NetworkDrawing(fast, seed: UInt64(seed), operations: 3 + seed % 12), keepingNamed: false)
    let expected = try run(NetworkDrawing(plain, seed: UInt64(seed), operations: 3 + seed % 12), keepingNamed: true)
    for (index, (a, b)) in zip(found.outputs, expected.outputs).enumerated() {
      let (values, wanted) = (a.channelsFirst().array, b.channelsFirst().array)
      let scale = wanted.reduce(1) { max($0, abs($1)) }
      let about = "output \(index) of seed \(seed)"
      #expect(difference(values, wanted, .absolute(scale * 1e-3), about) == nil)
    }
  }

  /// Garbage left in the arena by an earlier run reaches no output.
  @Test(arguments: 0..<40) func earlierRunsLeaveNoTrace(_ seed: Int) throws {
    let drawing = NetworkDrawing(fast, seed: UInt64(seed), operations: 4 + seed % 20)
    let plan = try run(drawing, keepingNamed: false)
    let first = plan.outputs.map { $0.channelsFirst().array }
    let arena = plan.outputs[0].storage
    for i in 0..<arena.count { arena.pointer[i] = .nan }
    fill(plan, drawing.inputs)
    plan.run()
    for (index, output) in plan.outputs.enumerated() {
      #expect(difference(output.channelsFirst().array, first[index], .exact, "output \(index) of seed \(seed)") == nil)
    }
  }
}

/// Lays a drawn network out and runs it.
func run(
  _ drawing: NetworkDrawing, keepingNamed: Bool, grouping: FrameGrouping = FrameGrouping()
) throws -> NetworkPlan {
  let shapes = drawing.inputs.map(\.shape)
  let plan = try NetworkPlan(
    drawing.network, batch: shapes[0][0], extents: shapes.map { Extent3($0[2], $0[3], $0[4]) },
    keepingNamed: keepingNamed, grouping: grouping)
  fill(plan, drawing.inputs)
  plan.run()
  return plan
}

/// Puts inputs [N, C, T, H, W] where a plan reads them.
func fill(_ plan: NetworkPlan, _ inputs: [Tensor]) {
  for (map, tensor) in zip(plan.inputs, inputs) {
    let source = FeatureMap(channelsFirst: tensor)
    map.start.update(from: source.start, count: source.storage.count)
  }
}

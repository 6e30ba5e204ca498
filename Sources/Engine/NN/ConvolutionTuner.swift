internal import Clocks
public import Kernels
internal import Tensors

/// What was measured of a kind of convolution.
public struct ConvolutionTiming: Sendable {
  public let kind: ConvolutionKind
  /// The algorithm that the planner would take without the measurement.
  public let usual: ConvolutionAlgorithm
  /// The seconds of a run in all convolutions of this kind together, by algorithm: the best of several.
  public let seconds: [ConvolutionAlgorithm: Double]

  public init(kind: ConvolutionKind, usual: ConvolutionAlgorithm, seconds: [ConvolutionAlgorithm: Double]) {
    self.kind = kind
    self.usual = usual
    self.seconds = seconds
  }

  /// How much less than the usual algorithm another one must take: what two measurements of one differ by.
  static let leastGain = 0.05

  /// The algorithm to take: the usual one, unless another is clearly faster.
  public var chosen: ConvolutionAlgorithm {
    guard let fastest = seconds.min(by: { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }) else {
      return usual
    }
    let least = seconds[usual].map { $0 * (1 - Self.leastGain) } ?? .infinity
    return fastest.value < least ? fastest.key : usual
  }
}

/// Measures by which algorithm each kind of convolution of a plan is the fastest, in its places and on its maps.
///
/// Weights are made up, as the time does not depend on them. Convolutions of integers and those that were taken together with a
/// depthwise one have no choice; kinds that stand there too are left out.
public struct ConvolutionTuner {
  private let plan: NetworkPlan
  private let inputs: [BoundInput]
  private let kinds: Set<ConvolutionKind>
  private var places: [Place: Visit] = [:]

  /// Operators that cost the same.
  private struct Place: Hashable {
    let name: String
    let inputs: [ValueShape]
    let output: ValueShape
  }

  /// What a run does in one place.
  private struct Visit {
    /// How often: in several layers, or for some frames at a time.
    var count = 0
    /// The seconds of the first time.
    var seconds = 0.0
    let candidates: Int
  }

  /// Runs the plan once, to see what there is to measure.
  ///
  /// - Parameter inputs: One per input of the network, of numbers as they will be computed with.
  public init(_ plan: NetworkPlan, _ inputs: [BoundInput]) {
    self.plan = plan
    self.inputs = inputs
    let activations = plan.network.engine.activations
    var (kinds, excluded) = (Set<ConvolutionKind>(), Set<ConvolutionKind>())
    for op in plan.operators.compactMap(\.self) {
      for convolution in op.convolutions {
        if op is ConvolutionOperator, !convolution.multipliesIntegers,
          ConvolutionAlgorithm.candidates(for: convolution.kind, activations: activations).count > 1
        {
          kinds.insert(convolution.kind)
        } else {
          excluded.insert(convolution.kind)
        }
      }
    }
    self.kinds = kinds.subtracting(excluded)
    var places: [Place: Visit] = [:]
    // The first run touches memory for the first time.
    for isCounted in [false, true] {
      forEachPlace { place, op, inputs, output in
        guard isCounted else { return }
        let kind = op.convolution.kind
        var visit =
          places[place]
          ?? Visit(candidates: ConvolutionAlgorithm.candidates(for: kind, activations: activations).count)
        if visit.count == 0 {
          visit.seconds = clocked { op.run(inputs, into: output, engine: plan.network.engine) }
        }
        visit.count += 1
        places[place] = visit
      }
    }
    self.places = places
  }

  /// How many kinds there are to measure.
  public var kindCount: Int { kinds.count }
  /// In how many different places they stand.
  public var placeCount: Int { places.count }

  /// What measuring will take, if all algorithms take as long as the usual ones.
  ///
  /// - Parameter runs: How often each algorithm is timed in each place, after a run that is not.
  public func expectedSeconds(runs: Int) -> Double {
    places.values.reduce(0) { $0 + $1.seconds * Double($1.candidates * (runs + 1)) }
  }

  /// Times every algorithm of every place, in turns.
  ///
  /// - Parameters:
  ///   - runs: How often each is timed, after a run that is not; those that take twice as long as the fastest only once.
  ///   - progress: Told how many places are done.
  /// - Returns: In the order of the network.
  public func measure(runs: Int, progress: (Int) -> Void = { _ in }) -> [ConvolutionTiming] {
    var done = Set<Place>()
    var order: [ConvolutionKind] = []
    var usual: [ConvolutionKind: ConvolutionAlgorithm] = [:]
    var sums: [ConvolutionKind: [ConvolutionAlgorithm: Double]] = [:]
    forEachPlace { place, op, inputs, output in
      guard let visit = places[place], done.insert(place).inserted else { return }
      let kind = op.convolution.kind
      if usual.updateValue(op.convolution.algorithm, forKey: kind) == nil { order.append(kind) }
      for (algorithm, seconds) in time(op, runs: runs, inputs, output) {
        sums[kind, default: [:]][algorithm, default: 0] += seconds * Double(visit.count)
      }
      progress(done.count)
    }
    return order.map { ConvolutionTiming(kind: $0, usual: usual[$0]!, seconds: sums[$0]!) }
  }

  private func time(
    _ op: ConvolutionOperator, runs: Int, _ inputs: [FeatureMap], _ output: FeatureMap
  ) -> [(ConvolutionAlgorithm, Double)] {
    let engine = plan.network.engine
    let kind = op.convolution.kind
    let (weights, bias) = noise(kind.shape)
    let algorithms = ConvolutionAlgorithm.candidates(for: kind, activations: engine.activations)
    let candidates = algorithms.map { algorithm in
      ConvolutionOperator(
        convolution: Convolution(
          kind.shape, weights: weights, bias: bias, engine: engine, input: kind.input, algorithm: algorithm),
        hasResidual: op.hasResidual, epilogue: op.epilogue, output: op.output, scaling: op.scaling)
    }
    var best = [Double](repeating: .infinity, count: candidates.count)
    // The first run of each fetches weights and scratch memory into the caches, and its time does not count.
    for candidate in candidates { candidate.run(inputs, into: output, engine: engine) }
    for turn in 0..<runs {
      let fastest = best.min() ?? .infinity
      for (index, candidate) in candidates.enumerated() where turn == 0 || best[index] <= 2 * fastest {
        best[index] = min(best[index], clocked { candidate.run(inputs, into: output, engine: engine) })
      }
    }
    return Array(zip(algorithms, best))
  }

  /// Weights that make outputs as large as inputs: numbers that vanish or grow without end may take longer.
  private func noise(_ shape: ConvolutionShape) -> (Tensor, [Float]) {
    var generator = SeededGenerator(seed: 1)
    let weights = Tensor(zeros: shape.weightShape)
    let limit = (3 / Double(shape.depth)).squareRoot()
    for index in 0..<weights.count { weights.storage.pointer[index] = Float(generator.uniform(-limit, limit)) }
    return (weights, [Float](repeating: 0, count: shape.outChannels))
  }

  /// Computes all operators, and shows the places of the kinds to measure after each of them was computed there.
  private func forEachPlace(
    _ body: (_ place: Place, _ op: ConvolutionOperator, _ inputs: [FeatureMap], _ output: FeatureMap) -> Void
  ) {
    plan.network.engine.exclusively {
      plan.forEachStep(inputs) { index, inputs, output in
        plan.step(index, inputs, output)
        guard let op = plan.operators[index] as? ConvolutionOperator, kinds.contains(op.convolution.kind) else {
          return
        }
        let shapes = plan.layout.shapes
        let place = Place(
          name: op.name, inputs: plan.network.nodes[index].inputs.map { shapes[$0.id] }, output: shapes[index])
        body(place, op, inputs, output)
      }
    }
  }
}

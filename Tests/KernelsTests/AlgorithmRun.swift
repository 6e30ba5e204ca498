import BFloat16
import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

/// The algorithms that are tested against the reference.
let fastAlgorithms = ConvolutionAlgorithm.allCases.filter { $0 != .reference && $0 != .windows }

/// The same of engines whose activations are bfloat16.
let bfloat16Algorithms = fastAlgorithms + [.windows]

/// The formats of a convolution's maps, and what is fused into its store.
struct StoreKind: CustomStringConvertible {
  var input = ElementFormat.float32
  var output = ElementFormat.float32
  /// Nil where nothing is added.
  var residual: ElementFormat?
  var epilogue = Epilogue.none
  /// Of the engine.
  var activations = ElementFormat.float32

  var description: String {
    "\(input) to \(output)" + (residual.map { " + \($0)" } ?? "") + (epilogue == .none ? "" : " \(epilogue)")
  }
}

/// A convolution on slices of wider maps, beside the plain reference on dense ones.
struct AlgorithmRun: CustomStringConvertible {
  let problem: ConvolutionCase
  let kind: StoreKind
  let algorithm: ConvolutionAlgorithm
  /// [N, C, T, H, W], as the algorithm sees them: rounded where they are bfloat16.
  var input: [Float]
  var weights: [Float]
  var bias: [Float]
  var residual: [Float]?

  /// Numbers from the problem's seed.
  init(_ problem: ConvolutionCase, _ algorithm: ConvolutionAlgorithm, _ kind: StoreKind) {
    self.problem = problem
    self.kind = kind
    self.algorithm = algorithm
    let shape = problem.shape
    // Some round inputs when they write them out.
    let rounds = [.planar, .windows].contains(algorithm) && kind.activations == .bfloat16
    input = rounded(
      problem.random(problem.batch * shape.inChannels * problem.extent.count, 3), rounds ? .bfloat16 : kind.input)
    // Winograd's weights are rounded only when they are transformed, if at all.
    let packed = algorithm == .direct ? kind.input : rounds ? .bfloat16 : .float32
    weights = rounded(problem.random(shape.weightShape.reduce(1, *), 1), packed)
    bias = problem.bias
    let outputs = problem.batch * shape.outChannels * shape.output(for: problem.extent).count
    residual = kind.residual.map { rounded(problem.random(outputs, 9), $0) }
  }

  var description: String { "\(algorithm) \(kind) \(problem)" }
  private var shape: ConvolutionShape { problem.shape }
  private var extent: Extent3 { shape.output(for: problem.extent) }
  /// Of the output: N C T H W.
  var outputShape: [Int] { [problem.batch, shape.outChannels, extent.t, extent.h, extent.w] }

  /// The convolution, packed for an engine.
  func convolution(_ engine: Engine) -> Convolution {
    let made = Convolution(
      shape, weights: Tensor(shape.weightShape, weights), bias: bias, engine: engine, input: kind.input)
    if made.algorithm != algorithm { Issue.record("\(description): \(made.algorithm) was chosen") }
    return made
  }

  /// What an algorithm makes of the numbers, and whether it kept to its slices.
  func run(_ convolution: Convolution) -> (values: [Float], keptToSlices: Bool) {
    var generator = SeededGenerator(seed: problem.seed &+ 77)
    // One in four is dense.
    func room() -> (Int, Int) {
      Int.random(in: 0..<4, using: &generator) == 0
        ? (0, 0) : (Int.random(in: 0...5, using: &generator), Int.random(in: 0...5, using: &generator))
    }
    let input = SlicedMap(
      self.input, batch: problem.batch, problem.extent, channels: shape.inChannels, format: kind.input, room: room())
    let output = SlicedMap(
      nil, batch: problem.batch, extent, channels: shape.outChannels, format: kind.output, room: room())
    let added = residual.map {
      SlicedMap(
        $0, batch: problem.batch, extent, channels: shape.outChannels, format: kind.residual!, room: room())
    }
    convolution.run(input.map, into: output.map, adding: added?.map, epilogue: kind.epilogue)
    let kept = input.isUntouched && added?.isUntouched ?? true && output.surroundingsAreUntouched
    return (output.values, kept)
  }

  /// The reference's results in float32, and what each sum would be if nothing cancelled.
  func expected() -> (values: [Float], magnitudes: [Float]) {
    let values = reference(input, weights, bias, residual, epilogue: kind.epilogue)
    let magnitudes = reference(
      input.map(abs), weights.map(abs), bias.map(abs), residual?.map(abs), epilogue: .none)
    // What an epilogue makes larger, such as a sigmoid of next to nothing, is rounded at its own size.
    return (values, zip(magnitudes, values).map { max($0, abs($1)) })
  }

  private func reference(
    _ input: [Float], _ weights: [Float], _ bias: [Float], _ residual: [Float]?, epilogue: Epilogue
  ) -> [Float] {
    let convolution = Convolution(
      shape, weights: Tensor(shape.weightShape, weights), bias: bias, engine: referenceEngine)
    let output = FeatureMap(zeros: problem.batch, extent, channels: shape.outChannels)
    let sides = [problem.batch, shape.inChannels, problem.extent.t, problem.extent.h, problem.extent.w]
    convolution.run(
      FeatureMap(channelsFirst: Tensor(sides, input)), into: output,
      adding: residual.map { FeatureMap(channelsFirst: Tensor(outputShape, $0)) }, epilogue: epilogue)
    return output.channelsFirst().array
  }

  /// What this algorithm's results are allowed.
  var tolerance: SumTolerance {
    switch algorithm {
    case .winogradSpace: kind.input == .bfloat16 ? .winogradSpaceBFloat16 : .winogradSpace
    case .winogradTime: kind.input == .bfloat16 ? .winogradTimeBFloat16 : .winogradTime
    case .reference, .direct, .planar, .windows, .depthwise: .summed(terms: shape.depth)
    }
  }

  /// Compares an engine's results with the reference's; nil when they agree.
  func difference(_ engine: Engine, _ expected: (values: [Float], magnitudes: [Float])) -> String? {
    let found = run(convolution(engine))
    let about = "\(engine.kernels.instructionSet) \(description)"
    if !found.keptToSlices { return "wrote outside its slice: \(about)" }
    return SumComparison(
      found: found.values, expected: expected.values, magnitudes: expected.magnitudes, shape: outputShape,
      isBFloat16: kind.output == .bfloat16
    ).difference(tolerance, about)
  }
}

private let referenceEngine = Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference))

/// Numbers as a format keeps them.
func rounded(_ values: [Float], _ format: ElementFormat) -> [Float] {
  format == .float32 ? values : values.map { float32(bfloat16($0)) }
}

extension InstructionSet {
  /// Those whose results are compared with a definition: all of this processor's. On an emulated one, where these tests take minutes,
  /// the widest alone (`SLOWFAST_WIDEST_SET`): the others are those of other processors.
  static let compared =
    ProcessInfo.processInfo.environment["SLOWFAST_WIDEST_SET"] == nil ? available : available.suffix(1)
}

/// An engine for each instruction set, with an algorithm forced.
func engines(_ algorithm: ConvolutionAlgorithm, threads: Int = 2) throws -> [Engine] {
  try InstructionSet.compared.map {
    Engine(threads: threads, kernels: try KernelTable($0), planner: ConvolutionPlanner(forced: algorithm))
  }
}

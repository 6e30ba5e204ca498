public import Kernels
internal import NN
internal import Tensors
internal import VideoModels

/// What becomes of recorded steps, with what rounding has to do with it.
///
/// A ReLU's input that is next to zero falls on the side that rounding takes it to, and so is one of two numbers that are next to each
/// other the larger one for a max pool: gradients before it follow by more than rounding. So what differs by one algorithm of the
/// convolutions agrees all the same where another algorithm agrees in everything, and something is decided otherwise there, by numbers
/// within rounding of each other, in the first step that differs or before it.
public struct ReplayVerdict: Sendable {
  /// What was compared, by the engine that was asked for.
  public let checks: [Replay.Check]
  public let steps: [Replay.Step]
  /// The first step that differs, from 0; nil where all agree, or what they lead to alone differs.
  public let firstDifference: Int?
  /// Done where something differs: other algorithms, until one explains it.
  public internal(set) var others: [Other] = []

  /// The same steps by another algorithm.
  public struct Other: Sendable {
    public let algorithm: ConvolutionAlgorithm
    public let checks: [Replay.Check]
    /// Of the steps up to the first one that differs.
    public let decisions: [Decision]

    public init(algorithm: ConvolutionAlgorithm, checks: [Replay.Check], decisions: [Decision]) {
      (self.algorithm, self.checks, self.decisions) = (algorithm, checks, decisions)
    }

    public var agrees: Bool { checks.allSatisfy(\.isPassed) }
    public var explains: Bool { agrees && !decisions.isEmpty }
  }

  /// What a ReLU, or a max pool, decides otherwise by the other algorithm, on numbers within rounding of each other.
  public struct Decision: Sendable {
    /// From 0.
    public let step: Int
    public let layer: String
    /// How far apart the numbers are that were compared, in that of both where they are further apart.
    public let distance: Float
    /// The largest number of the layer's output.
    public let largest: Float
  }

  public var agrees: Bool { checks.allSatisfy(\.isPassed) }
  /// The other algorithm that agrees and explains what differs; nil for none, and where nothing does.
  public var explanation: Other? { others.first(where: \.explains) }
  public var isPassed: Bool { agrees || explanation != nil }
}

extension Replay {
  /// Does the steps; where something differs, again beside other algorithms, until one explains it.
  ///
  /// - Parameters:
  ///   - engine: In float32.
  ///   - others: Algorithms with their engines, in the order in which they are tried.
  ///   - progress: Told of every step by the first engine.
  /// - Throws: What building, reading and training throw.
  public func judge(
    engine: Engine, others: [(algorithm: ConvolutionAlgorithm, engine: Engine)], _ progress: (Step) -> Void = { _ in }
  ) throws -> ReplayVerdict {
    let run = try ReplayRun(recorded, engine: engine)
    var steps: [Step] = []
    for index in recorded.batches.indices {
      steps.append(try run.step(index))
      progress(steps[index])
    }
    var verdict = ReplayVerdict(checks: try run.checks(), steps: steps, firstDifference: run.firstDifference)
    if verdict.agrees { return verdict }
    for (algorithm, another) in others {
      let (own, other) = (try ReplayRun(recorded, engine: engine), try ReplayRun(recorded, engine: another))
      var decisions: [ReplayVerdict.Decision] = []
      for index in recorded.batches.indices {
        _ = try (own.step(index), other.step(index))
        if index <= run.firstDifference ?? index { decisions += Self.decisions(own.model, other.model, step: index) }
      }
      verdict.others.append(
        ReplayVerdict.Other(algorithm: algorithm, checks: try other.checks(), decisions: decisions))
      if verdict.explanation != nil { break }
    }
    return verdict
  }

  /// How far apart, as a share of the largest number of the output, rounding may put two numbers that are compared.
  private static let rounding: Float = 1e-5

  /// What two models decide otherwise, by numbers within rounding of each other, in the last forward pass of each.
  private static func decisions(
    _ own: TrainableModel, _ other: TrainableModel, step: Int
  ) -> [ReplayVerdict.Decision] {
    var found: [ReplayVerdict.Decision] = []
    for deciding in own.network.deciding {
      func maps(_ model: TrainableModel) -> (inputs: [FeatureMap], output: FeatureMap)? {
        let inputs = deciding.inputs.compactMap { model.map(of: $0) }
        return model.map(of: deciding.output).map { (inputs, $0) }
      }
      guard let here = maps(own), let there = maps(other) else { continue }
      let (op, output) = (deciding.op, here.output)
      let places = (0..<output.positions).flatMap { position in (0..<output.channels).map { (position, $0) } }
      let largest = places.reduce(0) { max($0, abs(output.value(position: $1.0, channel: $1.1))) }
      for (position, channel) in places {
        let a = op.choice(here.inputs, here.output, position: position, channel: channel)
        let b = op.choice(there.inputs, there.output, position: position, channel: channel)
        if a == b { continue }
        let distance = max(
          op.distance(to: b, here.inputs, here.output, position: position, channel: channel),
          op.distance(to: a, there.inputs, there.output, position: position, channel: channel))
        if distance > rounding * largest { continue }
        found.append(
          ReplayVerdict.Decision(step: step, layer: deciding.name, distance: distance, largest: largest))
      }
    }
    return found
  }
}

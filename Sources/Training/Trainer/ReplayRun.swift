internal import Checkpoint
internal import Configuration
internal import Files
internal import Kernels
internal import ModelZoo
internal import NN
internal import Optimization
internal import Tensors
internal import VideoModels

/// Recorded steps that are done on one engine, with what differs.
final class ReplayRun {
  let model: TrainableModel
  private let recorded: ReplayCase
  private let session: TrainingSession
  private let start: [[Float]]
  private var (loss, rate, norm, clipped) = (Worst(), Worst(), Worst(), Worst())
  private var (gradients, whole, output) = (Worst(), Worst(), Worst())
  /// The first step in which something is further from what was recorded than it may be.
  private(set) var firstDifference: Int?

  /// - Throws: What building and reading throw.
  init(_ recorded: ReplayCase, engine: Engine) throws {
    self.recorded = recorded
    let path = joinPath(recorded.folder, "checkpoint.pyth")
    let file = try Checkpoint(path: path, naming: PySlowFastNames(), withOptimizer: true)
    guard let text = file.configText, var config = Configuration(checkpointText: text, path: path, rules: ModelRules())
    else { throw ReplayError.missing(folder: recorded.folder, name: "checkpoint with its configuration (cfg)") }
    // Every value stays, to be looked at; numbers are the same.
    try config.apply(overrides: [Key.modelActCheckpoint.name, "False"])
    let settings = try TrainingSettings(config)
    let weights = WeightReader(file)
    model = try TrainableModel(Architecture(config), weights: weights, engine: engine, settings.network)
    try weights.report.check(allowPartial: false)
    session = try TrainingSession(model, settings, engine: engine)
    try session.resume(from: file)
    start = model.parameters.map(\.value.array)
  }

  /// Does a step.
  ///
  /// - Parameter index: From 0, one after the other.
  /// - Throws: What reading and training throw.
  func step(_ index: Int) throws -> Replay.Step {
    let (epoch, iteration) = (recorded.epoch + index / recorded.iterations, index % recorded.iterations)
    let batch = try recorded.batch(recorded.batches[index], scoresBoxes: model.architecture.head.scoresBoxes)
    let step = try session.step(batch, epoch: epoch, iteration: iteration, of: recorded.iterations) { [self] model in
      compareGradients(model, index, &gradients)
      if index == 0 { compareWhole(model, &whole) }
    }
    if let expected = try recorded.output(index) {
      for (found, wanted) in zip(step.scores.array, expected.array) {
        output.take(Double(abs(found - wanted)), place(index))
      }
    }
    let place = place(index)
    loss.take(abs(step.loss - recorded.losses[index]) / recorded.lossTolerances[index], place)
    rate.take(relative(step.learningRate, recorded.rates[index]), place)
    norm.take(relative(step.gradientNorm, recorded.norms[index]), place)
    clipped.take(relative(step.clippedNorm, recorded.clippedNorms[index]), place)
    if firstDifference == nil, !stepChecks.allSatisfy(\.isPassed) { firstDifference = index }
    return Replay.Step(
      epoch: epoch, iteration: iteration, loss: step.loss, expectedLoss: recorded.losses[index],
      learningRate: step.learningRate, gradientNorm: step.gradientNorm)
  }

  /// What was compared of the steps that were done.
  private var stepChecks: [Replay.Check] {
    // Of a curve's later steps nothing is said: they carry on what the first ones rounded.
    let normTolerance = (recorded.tolerance["grad_norm_relative"] ?? 5e-5) * (recorded.hasEnd ? 1 : 10)
    var checks = [
      loss.check("losses, in tolerances", 1), rate.check("learning rates, relative", 1e-12),
      norm.check("gradient norms, relative", normTolerance),
      clipped.check("gradient norms after clipping, relative", normTolerance),
    ]
    if !recorded.gradientNorms.isEmpty {
      checks.append(
        gradients.check("gradient norms by parameter", recorded.tolerance["gradient_norm_relative"] ?? 1e-3))
    }
    if let tolerance = recorded.tolerance["step0_gradient_relative_l2"], !recorded.gradients.isEmpty {
      checks.append(whole.check("whole gradients of the first step, relative", tolerance))
    }
    if let tolerance = recorded.tolerance["step0_output_abs"], recorded.hasEnd {
      checks.append(output.check("scores of the first step", tolerance))
    }
    return checks
  }

  /// What was compared, of all steps and of what they lead to.
  ///
  /// - Throws: What reading throws.
  func checks() throws -> [Replay.Check] { try stepChecks + (recorded.hasEnd ? compareEnd(session, start) : []) }

  /// Relative to each parameter's norm, or to a thousandth of all gradients'.
  private func compareGradients(_ model: TrainableModel, _ step: Int, _ worst: inout Worst) {
    let all = recorded.gradientNorms.values.reduce(0) { $0 + $1[step] * $1[step] }.squareRoot()
    for parameter in model.parameters {
      guard let norm = recorded.gradientNorms[parameter.name]?[step] else { continue }
      let own = parameter.gradient.array.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      worst.take(abs(own - norm) / max(norm, 1e-3 * all), "\(parameter.name), iteration \(step + 1)")
    }
  }

  /// Relative to each gradient's norm, or to a thousandth of all gradients'.
  private func compareWhole(_ model: TrainableModel, _ worst: inout Worst) {
    let all = recorded.norms[0]
    for (name, expected) in recorded.gradients {
      guard let parameter = model.parameters.first(where: { $0.name == name }),
        parameter.gradient.count == expected.count
      else {
        worst.take(.infinity, "\(name), which the network does not have in this shape")
        continue
      }
      var (apart, own) = (0.0, 0.0)
      for (found, wanted) in zip(parameter.gradient.array, expected.array) {
        apart += Double(found - wanted) * Double(found - wanted)
        own += Double(wanted) * Double(wanted)
      }
      worst.take(apart.squareRoot() / max(own.squareRoot(), 1e-3 * all), name)
    }
  }

  private func place(_ index: Int) -> String { "iteration \(index + 1)" }

  private func relative(_ found: Double, _ expected: Double) -> Double {
    abs(found - expected) / max(abs(expected), 1e-30)
  }

  /// The weights, statistics and moments after the last step.
  private func compareEnd(_ session: TrainingSession, _ start: [[Float]]) throws -> [Replay.Check] {
    let model = session.model
    let end = try Checkpoint(
      path: joinPath(recorded.folder, "checkpoint_after.pyth"), naming: PySlowFastNames(), withOptimizer: true)
    var (weights, noise, buffers, kept) = (Worst(), Worst(), Worst(), Worst())
    var (apart, moved) = (0.0, 0.0)
    for (parameter, before) in zip(model.parameters, start) {
      let expected = try end.tensor(parameter.name)
      for (index, (found, wanted)) in zip(parameter.value.array, expected.array).enumerated() {
        let gap = Double(abs(found - wanted))
        if recorded.noise.contains(parameter.name) {
          noise.take(gap, parameter.name)
          continue
        }
        weights.take(gap, parameter.name)
        apart += gap * gap
        moved += Double(wanted - before[index]) * Double(wanted - before[index])
      }
    }
    for statistics in model.statistics {
      let own = statistics.aggregated
      for (name, found) in [("running_mean", own.mean), ("running_var", own.variance)] {
        let place = "\(statistics.name).\(name)"
        for (a, b) in zip(found.array, try end.tensor(place).array) {
          buffers.take(Double(abs(a - b)) / max(1, Double(abs(b))), place)
        }
      }
    }
    let optimizer = session.optimizer
    let saved = try end.optimizerState()
    for (index, place) in optimizer.order.enumerated() where !recorded.noise.contains(model.parameters[place].name) {
      let name = model.parameters[place].name
      guard var expected = saved?.parameters[index], let found = optimizer.state(index) else {
        kept.take(.infinity, "\(name): one of the two has no state")
        continue
      }
      if let steps = expected.removeValue(forKey: "step") {
        kept.take(abs(Double(steps.array[0]) - Double(found.step ?? -1)), "\(name).step")
      }
      for (buffer, wanted) in expected {
        guard let own = found.buffers[buffer] else {
          kept.take(.infinity, "\(name).\(buffer), which is not kept here")
          continue
        }
        for (a, b) in zip(own.array, wanted.array) { kept.take(Double(abs(a - b)), "\(name).\(buffer)") }
      }
    }
    func allowed(_ name: String) -> Double { recorded.tolerance[name] ?? 1e-5 }
    return [
      weights.check("weights", allowed("weights_abs")),
      Replay.Check(
        name: "weights, apart over moved", difference: (apart / max(moved, 1e-30)).squareRoot(),
        allowed: allowed("weights_apart_over_moved"), place: "all"),
      noise.check("weights whose gradient is rounding", allowed("noise_driven_weights_abs")),
      buffers.check("running statistics", allowed("buffers")),
      kept.check("the optimizer's state", allowed("optimizer_state_abs")),
    ]
  }
}

/// The largest of some differences.
private struct Worst {
  var difference = 0.0
  var place = "-"

  mutating func take(_ new: Double, _ at: String) {
    if !(new <= difference) && !difference.isNaN { (difference, place) = (new, at) }
  }

  func check(_ name: String, _ allowed: Double) -> Replay.Check {
    Replay.Check(name: name, difference: difference, allowed: allowed, place: place)
  }
}

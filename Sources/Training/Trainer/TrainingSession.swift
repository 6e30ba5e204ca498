public import Collectives
internal import NN
public import Kernels
public import Optimization
public import Tensors
public import TrainingData
public import VideoModels

/// A network and what trains it: one step after the other.
///
/// Not to be used by two threads at once.
public final class TrainingSession {
  public let model: TrainableModel
  public let settings: TrainingSettings
  public let optimizer: Optimizer
  let engine: Engine
  let group: any ProcessGroup
  /// The parameters that are trained, in the model's order.
  private let trained: [Parameter]
  private let buckets: GradientBuckets

  /// What a step did.
  public struct Step: Sendable {
    public let loss: Double
    public let learningRate: Double
    /// The L2 norm of all gradients, before and after clipping.
    public let gradientNorm: Double
    public let clippedNorm: Double
    /// [rows, classes] What the loss was taken of.
    public let scores: Tensor
  }

  /// - Parameter group: The processes that train together: gradients are averaged over them.
  /// - Throws: `OptimizationError`, `TrainingError.nothingToTrain`.
  public init(
    _ model: TrainableModel, _ settings: TrainingSettings, engine: Engine, group: any ProcessGroup = SingleProcess()
  ) throws {
    self.model = model
    self.settings = settings
    self.engine = engine
    self.group = group
    // Packed weights and their gradients are made and freed in every step.
    FreedMappings.shared.keep(atMost: 1 << 30)
    let (parameters, groups) = try settings.groups(of: model)
    optimizer = Optimizer(parameters, groups: groups, method: settings.method, lars: settings.lars)
    if settings.detachesFinalLayer {
      // They keep their places in the groups, as PySlowFast has them, and have no gradient.
      for parameter in model.parameters where !parameter.name.hasPrefix("head.") { parameter.isTrained = false }
    }
    trained = model.parameters.filter(\.isTrained)
    buckets = GradientBuckets(counts: trained.map(\.value.count), group: group)
    if settings.synchronizesBatchNorm && group.size > 1 {
      for running in model.statistics {
        running.processes = group.size
        running.average = { [faults, group] values in
          var sums = values
          do { try group.allReduceSum(&sums) } catch { faults.first = faults.first ?? error }
          return sums.map { $0 / Double(group.size) }
        }
      }
    }
  }

  /// What went wrong where nothing can be thrown.
  private final class Faults {
    var first: (any Error)?
  }

  private let faults = Faults()

  /// Computes the loss of a batch and its gradients, and moves the weights.
  ///
  /// - Parameters:
  ///   - epoch: From 0.
  ///   - iteration: Within it, from 0.
  ///   - iterations: How many the epoch has.
  ///   - seed: For what is drawn at random in this step.
  ///   - observe: Shown the model when it has all gradients, before they are clipped.
  /// - Throws: `VideoModelError`, `RoIAlignError`, `NetworkError`, `LossError`; `TrainingError.notFinite`, and then the
  ///   weights are what they were.
  public func step(
    _ batch: TrainingBatch, epoch: Int, iteration: Int, of iterations: Int, seed: UInt64 = 0,
    observingGradients observe: ((TrainableModel) -> Void)? = nil
  ) throws -> Step {
    let rate = settings.schedule.rate(at: Double(epoch) + Double(iteration) / Double(max(1, iterations)))
    let scores = try model.forward(batch.clip, batch.regions, others: batch.others, seed: seed)
    let outputs = ClipOutputs(count: settings.loss.outputCount)
    let loss: LossResult
    do {
      loss = try settings.loss.evaluate(outputs.split(scores), batch.targets)
    } catch {
      // What is no number is more to the point than that the loss refuses it.
      guard let layer = model.firstNotFinite else { throw error }
      throw TrainingError.notFinite(epoch: epoch, iteration: iteration, loss: .nan, layer: layer)
    }
    guard loss.value.isFinite else {
      throw TrainingError.notFinite(
        epoch: epoch, iteration: iteration, loss: loss.value, layer: model.firstNotFinite)
    }
    model.clearGradients()
    try backward(outputs.joined(loss.gradients))
    if let fault = faults.first { throw fault }
    observe?(model)
    let gradients = trained.map(\.gradient)
    let norm = settings.clipping.apply(to: gradients, pool: engine.pool)
    let clipped = settings.clipping == .none ? norm : globalNorm(gradients, pool: engine.pool)
    optimizer.step(
      model.parameters.map(\.value), gradients: model.parameters.map { $0.isTrained ? $0.gradient : nil },
      learningRate: rate, pool: engine.pool)
    for parameter in trained { parameter.hasChanged() }
    return Step(loss: loss.value, learningRate: rate, gradientNorm: norm, clippedNorm: clipped, scores: scores)
  }

  /// Finds the gradients, of several processes the mean: buckets are summed while the backward pass goes on.
  private func backward(_ gradient: Tensor) throws {
    if group.size == 1 { return model.backward(gradient) }
    var places: [ObjectIdentifier: Int] = [:]
    for (index, parameter) in trained.enumerated() { places[ObjectIdentifier(parameter)] = index }
    func ready(_ parameter: Parameter) {
      guard let index = places.removeValue(forKey: ObjectIdentifier(parameter)) else { return }
      buckets.ready(index, parameter.gradient.mutableValues)
    }
    model.backward(gradient, ready)
    // What the loss does not depend on has a gradient, too: zero.
    for parameter in trained.reversed() { ready(parameter) }
    try buckets.finish()
  }
}

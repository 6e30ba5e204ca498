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
  private let engine: Engine

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

  /// - Throws: `OptimizationError`, `TrainingError.nothingToTrain`.
  public init(_ model: TrainableModel, _ settings: TrainingSettings, engine: Engine) throws {
    self.model = model
    self.settings = settings
    self.engine = engine
    let parameters = model.parameters.map {
      OptimizedParameter(
        name: $0.name, shape: $0.value.shape, isBatchNorm: $0.kind == .batchNorm, isTrained: $0.isTrained)
    }
    guard parameters.contains(where: \.isTrained) else { throw TrainingError.nothingToTrain }
    optimizer = Optimizer(
      parameters, groups: try parameterGroups(parameters, settings.grouping), method: settings.method,
      lars: settings.lars)
  }

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
    let scores = try model.forward(batch.clip, batch.regions, seed: seed)
    let loss: LossResult
    do {
      loss = try settings.loss.evaluate([scores], batch.targets)
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
    model.backward(loss.gradients[0])
    observe?(model)
    let trained = model.parameters.filter(\.isTrained)
    let gradients = trained.map(\.gradient)
    let norm = settings.clipping.apply(to: gradients, pool: engine.pool)
    let clipped = settings.clipping == .none ? norm : globalNorm(gradients, pool: engine.pool)
    optimizer.step(
      model.parameters.map(\.value), gradients: model.parameters.map { $0.isTrained ? $0.gradient : nil },
      learningRate: rate, pool: engine.pool)
    for parameter in trained { parameter.hasChanged() }
    return Step(loss: loss.value, learningRate: rate, gradientNorm: norm, clippedNorm: clipped, scores: scores)
  }
}

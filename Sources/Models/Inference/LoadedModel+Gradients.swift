internal import Checkpoint
public import Configuration
public import Kernels
public import ModelZoo
public import VideoModels

extension LoadedModel {
  /// The same network with the same weights, built so that gradients of its scores can be taken.
  ///
  /// - Parameters:
  ///   - config: As the model was loaded with.
  ///   - engine: In float32.
  /// - Throws: ``NoGradientsError``, `FileError`, `CheckpointError`.
  public func withGradients(
    _ config: Configuration, engine: Engine, families: [any ModelFamily] = modelFamilies
  ) throws -> TrainableModel {
    let weights: WeightReader
    if let path = weightsPath {
      let checkpoint = try Checkpoint(
        path: path, naming: PySlowFastNames(families: families, clearing: config[.trainCheckpointClearNamePattern]),
        pool: engine.pool)
      weights = WeightReader(
        checkpoint, allowPartial: options.allowPartial, inflates: config[.trainCheckpointInflate])
    } else {
      weights = WeightReader(random: options.randomSeed ?? 0)
    }
    do {
      return try TrainableModel(model.architecture, weights: weights, engine: engine, .evaluation)
    } catch VideoModelError.untrainableHead(let head) {
      throw NoGradientsError(head: head)
    }
  }
}

/// A network of whose scores no gradients can be taken.
public struct NoGradientsError: Error, Equatable, CustomStringConvertible {
  public let head: String

  public var description: String {
    "taking gradients of scores: those of \(head) are not known here -> take a network with a head of PySlowFast's own models"
  }
}

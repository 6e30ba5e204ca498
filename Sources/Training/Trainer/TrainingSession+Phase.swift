internal import Kernels
internal import NN
internal import Optimization
internal import Tensors
public import VideoModels

extension TrainingSession {
  /// The same training on another network with the same parameters: their values, the running statistics and what the
  /// optimizer keeps go along.
  ///
  /// - Parameter model: Whose batch norms may part batches otherwise, and which may take clips of another length.
  /// - Throws: `TrainingError.otherParameters`, `OptimizationError`.
  public func continued(on model: TrainableModel) throws -> TrainingSession {
    let known = Dictionary(self.model.parameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for parameter in model.parameters {
      guard let own = known[parameter.name], own.value.shape == parameter.value.shape else {
        throw TrainingError.otherParameters(name: parameter.name)
      }
      parameter.value.mutableValues.update(from: own.value)
      parameter.hasChanged()
    }
    let statistics = Dictionary(self.model.statistics.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for running in model.statistics {
      guard let own = statistics[running.name] else { throw TrainingError.otherParameters(name: running.name) }
      running.take(own)
    }
    let session = try TrainingSession(model, settings, engine: engine, group: group)
    var kept: [String: ParameterState] = [:]
    for (index, place) in optimizer.order.enumerated() {
      kept[optimizer.parameters[place].name] = optimizer.state(index)
    }
    var states: [Int: ParameterState] = [:]
    for (index, place) in session.optimizer.order.enumerated() {
      states[index] = kept[session.optimizer.parameters[place].name]
    }
    try session.optimizer.load(states)
    return session
  }
}

extension TrainingSession {
  /// Gives all parts of a batch the running statistics of all of them together, as a checkpoint has them: training goes on
  /// with what one that begins from the checkpoint has.
  public func uniteStatistics() {
    for running in model.statistics where running.splits > 1 { running.unite(running) }
  }
}

extension UnsafeMutableBufferPointer<Float> {
  /// Copies a tensor of as many numbers.
  fileprivate func update(from tensor: Tensor) { _ = update(fromContentsOf: tensor.values) }
}

extension RunningStatistics {
  /// Takes over the statistics of the same layer, however it parts its batches: where both do alike part by part, else those
  /// of all parts together, as a checkpoint has them.
  fileprivate func take(_ other: RunningStatistics) {
    batches = other.batches
    if splits == other.splits {
      mean.mutableValues.update(from: other.mean)
      variance.mutableValues.update(from: other.variance)
      return
    }
    unite(other)
  }

  /// Gives each of its parts what all parts of a layer have together.
  fileprivate func unite(_ other: RunningStatistics) {
    let (means, variances) = other.aggregated
    for split in 0..<splits {
      for c in 0..<channels {
        mean.mutableValues[split * channels + c] = means.values[c]
        variance.mutableValues[split * channels + c] = variances.values[c]
      }
    }
  }
}

/// Where a training stands.
public struct TrainingPosition: Sendable, Equatable {
  /// The epoch, from 0.
  public var epoch: Int
  /// How many there will be (`SOLVER.MAX_EPOCH`).
  public var epochs: Int
  /// The iteration of this epoch, or of its validation, from 0.
  public var iteration: Int
  /// How many this epoch, or its validation, has.
  public var iterations: Int

  public init(epoch: Int, of epochs: Int, iteration: Int, of iterations: Int) {
    self.epoch = epoch
    self.epochs = epochs
    self.iteration = iteration
    self.iterations = iterations
  }

  /// The iteration since the training began, from 0, as TensorBoard's axis has it.
  public var step: Int { iterations * epoch + iteration }

  /// Iterations after this one, in this epoch and in the whole training.
  var leftInEpoch: Int { max(0, iterations - iteration - 1) }
  var left: Int { max(0, iterations * epochs - step - 1) }

  /// How many epochs are done after this iteration, in parts of one too.
  var epochsDone: Double { Double(epoch) + Double(iteration + 1) / Double(max(1, iterations)) }
}

/// What a network is trained for, which decides what is measured and how PySlowFast calls it.
public enum LoggedTask: Sendable, Equatable {
  /// One class a clip: errors of the first and of the first five classes.
  case classification
  /// Several classes a clip (`DATA.MULTI_LABEL`): mean average precision, at the end alone.
  case multiLabel
  /// Actions in boxes (`DETECTION.ENABLE`): mean average precision, at the end alone.
  case detection
  /// Without labels (`TASK ssl`).
  case selfSupervised

  /// Whether batches have errors.
  var hasErrors: Bool { self == .classification || self == .selfSupervised }
}

/// The seconds that one iteration took.
public struct IterationTimes: Sendable, Equatable {
  /// From the end of the one before.
  public var total: Double
  /// Of these the ones in which the network waited for its batch.
  public var data: Double

  public init(total: Double, data: Double) {
    self.total = total
    self.data = data
  }

  var network: Double { max(0, total - data) }
}

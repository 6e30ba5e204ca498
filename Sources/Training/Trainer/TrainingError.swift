internal import Wording

/// What ends a training.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The loss is no number any more.
  case notFinite(epoch: Int, iteration: Int, loss: Double, layer: String?)
  /// The loss is many times what it was (`TRAIN.KILL_LOSS_EXPLOSION_FACTOR`).
  case exploded(epoch: Int, iteration: Int, loss: Double)
  /// What a configuration asks for, and is not there.
  case unsupported(place: String, why: String, advice: String)
  /// A loss over several clips of a sample, and samples of more or fewer.
  case clips(loss: String, expected: Int, found: Int, keys: [String])
  /// Two networks of one training have not the same parameters.
  case otherParameters(name: String)
  /// A network whose weights were all frozen, or that has none.
  case nothingToTrain

  public var description: String {
    switch self {
    case .notFinite(let epoch, let iteration, let loss, let layer):
      let place = layer.map { "the first numbers that are none came of \($0)" } ?? "all activations are numbers"
      return "training, epoch \(epoch + 1), iteration \(iteration + 1): the loss is \(loss); \(place)"
        + " -> lower SOLVER.BASE_LR, lengthen SOLVER.WARMUP_EPOCHS or set SOLVER.CLIP_GRAD_L2NORM"
    case .exploded(let epoch, let iteration, let loss):
      return "training, epoch \(epoch + 1), iteration \(iteration + 1): the loss is \(loss), more than "
        + "TRAIN.KILL_LOSS_EXPLOSION_FACTOR times that of the iterations before -> lower SOLVER.BASE_LR, lengthen "
        + "SOLVER.WARMUP_EPOCHS or set SOLVER.CLIP_GRAD_L2NORM"
    case .unsupported(let place, let why, let advice):
      return "training: \(place): \(why) -> \(advice)"
    case .clips(let loss, let expected, let found, let keys):
      return "training: the loss \(loss) takes \(counted(expected, "clip")) of each sample, and samples have \(found)"
        + " (\(series(keys, "and"))) -> set DATA.TRAIN_CROP_NUM_TEMPORAL \(expected) and the others to 1"
    case .otherParameters(let name):
      return "training: '\(name)' has another shape in a network for clips of another size, or is not there"
        + " -> set MULTIGRID.LONG_CYCLE False MULTIGRID.SHORT_CYCLE False"
    case .nothingToTrain:
      return "training: the network has no weights that are trained -> freeze less"
    }
  }
}

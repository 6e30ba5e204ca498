/// What ends a training.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The loss is no number any more.
  case notFinite(epoch: Int, iteration: Int, loss: Double, layer: String?)
  /// A network whose weights were all frozen, or that has none.
  case nothingToTrain

  public var description: String {
    switch self {
    case .notFinite(let epoch, let iteration, let loss, let layer):
      let place = layer.map { "the first numbers that are none came of \($0)" } ?? "all activations are numbers"
      return "training, epoch \(epoch + 1), iteration \(iteration + 1): the loss is \(loss); \(place)"
        + " -> lower SOLVER.BASE_LR, lengthen SOLVER.WARMUP_EPOCHS or set SOLVER.CLIP_GRAD_L2NORM"
    case .nothingToTrain:
      return "training: the network has no weights that are trained -> freeze less"
    }
  }
}

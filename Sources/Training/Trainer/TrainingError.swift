internal import Wording

/// What ends a training.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The loss is no number any more.
  case notFinite(epoch: Int, iteration: Int, loss: Double, layer: String?)
  /// The epoch's last step has made weights, or running statistics, that are no numbers.
  case weightsNotFinite(epoch: Int, tensor: String)
  /// The weights are numbers, and what a validation makes of them is not.
  case scoresNotFinite(epoch: Int, reason: String)
  /// The loss is many times what it was (`TRAIN.KILL_LOSS_EXPLOSION_FACTOR`).
  case exploded(epoch: Int, iteration: Int, loss: Double)
  /// What a configuration asks for, and is not there.
  case unsupported(place: String, why: String, advice: String)
  /// A loss over several clips of a sample, and samples of more or fewer.
  case clips(loss: String, expected: Int, found: Int, keys: [String])
  /// Two networks of one training have not the same parameters.
  case otherParameters(name: String)
  /// The last checkpoint of the training itself cannot be read; `previous` is the one before it.
  case damagedCheckpoint(path: String, reason: String, previous: String?)
  /// The training's own last checkpoint is of another network than the configuration's.
  case otherNetwork(path: String, differences: [String])
  /// The given weights say that as many epochs are done as there are to be.
  case nothingLeft(path: String, done: Int, epochs: String)
  /// The folder has checkpoints of a training that this one does not go on with; why it does not, and whether it could.
  case earlierRun(folder: String, checkpoints: [String], reason: String, canGoOn: Bool)
  /// A file that the training reads is one of those that an earlier one has left in the folder, and would be removed or written to.
  case readsEarlierRun(path: String, own: String, isWeights: Bool, isRemoved: Bool)
  /// A network whose weights were all frozen, or that has none.
  case nothingToTrain

  /// What to do where steps are too large.
  private static let calmer =
    " -> lower SOLVER.BASE_LR, lengthen SOLVER.WARMUP_EPOCHS or set SOLVER.CLIP_GRAD_L2NORM"

  public var description: String {
    switch self {
    case .notFinite(let epoch, let iteration, let loss, let layer):
      let place = layer.map { "the first numbers that are none came of \($0)" } ?? "all activations are numbers"
      return
        "training, epoch \(epoch + 1), iteration \(iteration + 1): the loss is \(loss.isNaN ? "nan" : "\(loss)"); \(place)"
        + Self.calmer
    case .weightsNotFinite(let epoch, let tensor):
      return
        "training, epoch \(epoch + 1): after its last step '\(tensor)' has values that are no numbers, and no checkpoint "
        + "of it is written" + Self.calmer
    case .scoresNotFinite(let epoch, let reason):
      return "training, epoch \(epoch + 1): validating it: \(reason); no checkpoint of it is kept" + Self.calmer
    case .exploded(let epoch, let iteration, let loss):
      return "training, epoch \(epoch + 1), iteration \(iteration + 1): the loss is \(loss), more than "
        + "TRAIN.KILL_LOSS_EXPLOSION_FACTOR times that of the iterations before" + Self.calmer
    case .unsupported(let place, let why, let advice):
      return "training: \(place): \(why) -> \(advice)"
    case .clips(let loss, let expected, let found, let keys):
      return "training: the loss \(loss) takes \(counted(expected, "clip")) of each sample, and samples have \(found)"
        + " (\(series(keys, "and"))) -> set DATA.TRAIN_CROP_NUM_TEMPORAL \(expected) and the others to 1"
    case .otherParameters(let name):
      return "training: '\(name)' has another shape in a network for clips of another size, or is not there"
        + " -> set MULTIGRID.LONG_CYCLE False MULTIGRID.SHORT_CYCLE False"
    case .damagedCheckpoint(let path, let reason, let previous):
      return
        "going on with a training: its own last checkpoint is damaged: \(reason) -> delete '\(path)': the same command "
        + (previous.map { "then goes on from '\($0)'" } ?? "then begins anew, for there is no earlier one")
    case .otherNetwork(let path, let differences):
      return "going on with a training: its last checkpoint '\(path)' is of another network: "
        + differences.joined(separator: "; ") + " -> set what the training had, or train from its weights alone: "
        + "TRAIN.CHECKPOINT_FILE_PATH '\(path)' TRAIN.CHECKPOINT_EPOCH_RESET True, in another OUTPUT_DIR"
    case .nothingLeft(let path, let done, let epochs):
      return "training: '\(path)' says that epoch \(done) is done, and \(epochs): no epoch is left -> set "
        + "TRAIN.CHECKPOINT_EPOCH_RESET True to begin with the first one on these weights, or SOLVER.MAX_EPOCH above \(done)"
    case .earlierRun(let folder, let checkpoints, let reason, let canGoOn):
      let (first, last) = (checkpoints.first ?? "", checkpoints.last ?? "")
      let names = checkpoints.count > 1 ? "\(checkpoints.count) checkpoints, '\(first)' to '\(last)'," : "'\(first)'"
      return
        "training: '\(folder)' has \(names) of a training that this one does not go on with: \(reason) -> "
        + (canGoOn ? "TRAIN.AUTO_RESUME True goes on with it; else " : "") + "give another OUTPUT_DIR; "
        + "or --overwrite, which removes these, the log and the curves first"
    case .readsEarlierRun(let path, let own, let isWeights, let isRemoved):
      return "training: \(isRemoved ? "--overwrite would remove" : "the log would be written to") '\(own)', "
        + (own == path ? "" : "which is the same file as '\(path)', ")
        + (isWeights ? "whose weights this training begins with" : "which this training reads")
        + " -> give another OUTPUT_DIR"
    case .nothingToTrain:
      return "training: the network has no weights that are trained -> freeze less"
    }
  }
}

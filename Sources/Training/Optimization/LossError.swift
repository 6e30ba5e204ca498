internal import Tensors
internal import Wording

/// Why a loss cannot be computed.
public enum LossError: Error, Equatable, CustomStringConvertible {
  case unknown(name: String, known: [String])
  case outputCount(loss: String, expected: Int, found: Int)
  case notRows(loss: String, shape: [Int])
  case empty(loss: String, shape: [Int])
  /// The outputs of a loss of several clips have other shapes.
  case unlikeOutputs(loss: String, first: [Int], second: [Int])
  /// Too few samples to be told apart.
  case fewSamples(loss: String, found: Int, expected: Int)
  case targets(loss: String, expected: String, found: String)
  case noSuchClass(loss: String, row: Int, found: Int, classes: Int)
  /// `what` is "output" or "target".
  case notAProbability(loss: String, what: String, row: Int, column: Int, found: Float)

  public var description: String {
    switch self {
    case .unknown(let name, let known):
      let meant = nearest(to: name, among: known)
      return "MODEL.LOSS_FUNC is '\(name)', expected \(series(known, "or"))"
        + " -> " + (meant.map { "did you mean \($0)?" } ?? "set one of them")
    case .outputCount(let loss, let expected, let found):
      return "the loss \(loss): \(counted(found, "output")), expected \(expected) -> set another MODEL.LOSS_FUNC"
    case .notRows(let loss, let shape):
      return "the loss \(loss): outputs of shape \(describe(shape: shape)), expected rows x classes"
        + " -> give each box or clip a row"
    case .empty(let loss, let shape):
      return "the loss \(loss): outputs of shape \(describe(shape: shape)) have no mean"
        + " -> leave batches without boxes or clips out"
    case .unlikeOutputs(let loss, let first, let second):
      return
        "the loss \(loss): outputs of shapes \(describe(shape: first)) and \(describe(shape: second)), expected one shape"
        + " -> give every clip of a sample a row"
    case .fewSamples(let loss, let found, let expected):
      return
        "the loss \(loss): \(counted(found, "sample")) in a batch, expected \(expected) or more: samples are told apart"
        + " -> set a larger TRAIN.BATCH_SIZE"
    case .targets(let loss, let expected, let found):
      return "the loss \(loss): the targets are \(found), expected \(expected)"
        + " -> set the MODEL.LOSS_FUNC that fits the labels: cross_entropy for one class a row, bce or bce_logit for"
        + " several, soft_cross_entropy for mixed labels"
    case .noSuchClass(let loss, let row, let found, let classes):
      return "the loss \(loss), row \(row): the class is \(found), expected 0 to \(classes - 1)"
        + " -> set MODEL.NUM_CLASSES to the number of classes, and number them from 0"
    case .notAProbability(let loss, "output", let row, let column, let found):
      return "the loss \(loss), row \(row), class \(column): the output is \(found), expected a probability"
        + (found.isNaN
          ? " -> the training has diverged: lower SOLVER.BASE_LR or set SOLVER.CLIP_GRAD_L2NORM"
          : " -> set MODEL.LOSS_FUNC to bce_logit for outputs without a sigmoid")
    case .notAProbability(let loss, let what, let row, let column, let found):
      return "the loss \(loss), row \(row), class \(column): the \(what) is \(found), expected 0 to 1"
        + " -> repair the labels"
    }
  }
}

internal import Tensors
internal import Wording

/// Why parameters cannot be optimised as asked.
public enum OptimizationError: Error, Equatable, CustomStringConvertible {
  /// A setting with a value that it cannot have; `advice` says what to set instead.
  case badSetting(key: String, found: String, expected: String, advice: String)
  /// Batch norm's parameters in a network whose parameters are grouped by layers.
  case batchNormWithLayerDecay(parameter: String)
  case badBlock(parameter: String, depth: Int)
  /// The state of a parameter that the optimizer does not have.
  case noSuchParameter(index: Int, count: Int)
  /// A parameter's state is not what the optimizer keeps.
  case badState(parameter: String, index: Int, found: String, expected: String)

  public var description: String {
    switch self {
    case .badSetting(let key, let found, let expected, let advice):
      return "\(key) is \(found), expected \(expected) -> \(advice)"
    case .batchNormWithLayerDecay(let parameter):
      return "SOLVER.LAYER_DECAY is below 1, but '\(parameter)' belongs to a batch norm, which has no layer there"
        + " -> set SOLVER.LAYER_DECAY to 1, or train a network without batch norm"
    case .badBlock(let parameter, let depth):
      return "SOLVER.LAYER_DECAY: '\(parameter)' is in none of the blocks 0 to \(depth - 1) that MVIT.DEPTH says"
        + " -> set MVIT.DEPTH to the network's number of blocks"
    case .noSuchParameter(let index, let count):
      return "the optimizer's state: parameter \(index), but there are \(counted(count, "parameter"))"
        + resumeAdvice
    case .badState(let parameter, let index, let found, let expected):
      return "the optimizer's state of parameter \(index), '\(parameter)': \(found), expected \(expected)"
        + resumeAdvice
    }
  }
}

private let resumeAdvice =
  " -> resume with the configuration that wrote the checkpoint; or take only its weights, as TRAIN.CHECKPOINT_FILE_PATH"
  + " with TRAIN.CHECKPOINT_EPOCH_RESET True and a new OUTPUT_DIR"

internal import Wording

/// What keeps a network from being fine-tuned.
public enum FineTuningError: Error, Equatable, CustomStringConvertible {
  /// A list of classes that cannot be one.
  case badClasses(path: String, place: String, expected: String, found: String, advice: String)
  /// A configuration says something else than the call.
  case contradiction(key: String, expected: String, advice: String)
  /// What is to be frozen is not there.
  case noSuchStages(Int, stages: Int)
  /// The network has no stages that are known by name.
  case unknownStages(parameter: String)
  /// The head is not a box's features and a projection.
  case untrainableHead(String)
  /// The folder has a fine-tuning of other data, weights or settings.
  case otherRun(path: String, changes: [String])
  /// The file that says how far a fine-tuning is cannot be read.
  case damagedState(path: String, reason: String)
  /// No box has features.
  case noFeatures(String)
  /// The validation has no class with ground truth.
  case noTruth(path: String)

  public var description: String {
    switch self {
    case .badClasses(let path, let place, let expected, let found, let advice):
      return "reading the classes: '\(path)'\(place): expected \(expected), found \(found) -> \(advice)"
    case .contradiction(let key, let expected, let advice):
      return "fine-tuning: \(key), expected \(expected) -> \(advice)"
    case .noSuchStages(let found, let stages):
      return "fine-tuning: \(found) stages are to be frozen, and the backbone has \(stages) -> give 1 to \(stages)"
    case .unknownStages(let parameter):
      return "fine-tuning: nobody knows which stage '\(parameter)' belongs to -> give --freeze backbone"
    case .untrainableHead(let head):
      return "fine-tuning: \(head) is not trained on a backbone's features -> take a network with PySlowFast's head "
        + "for boxes and MODEL.HEAD_ACT sigmoid"
    case .otherRun(let path, let changes):
      return "going on with the fine-tuning of '\(path)': \(listed(changes, limit: 3)) -> give what it was begun with, "
        + "another --output-dir, or --overwrite to begin anew"
    case .damagedState(let path, let reason):
      return "going on with a fine-tuning: '\(path)' is damaged: \(reason) -> give --overwrite to begin anew (features "
        + "that were computed are kept)"
    case .noFeatures(let what):
      return "fine-tuning: no box of \(what) has features: all key frames are damaged -> repair the videos or frames"
    case .noTruth(let path):
      return
        "fine-tuning: no row of '\(path)' has a class at a key frame that is validated: there is nothing to judge by "
        + "-> give --val rows of the listed videos, with the classes' numbers in the seventh column"
    }
  }
}

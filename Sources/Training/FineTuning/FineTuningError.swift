internal import Checkpoint
internal import Files
internal import Optimization
internal import Trainer
internal import Video
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
  /// A file of a fine-tuning that goes on cannot be read.
  case damagedState(path: String, reason: String)
  /// Numbers of a phase are of other key frames: frames were damaged, or repaired, between two calls.
  case otherKeyFrames(path: String, before: String, now: String)
  /// A key frame that the numbers so far did without can be read now; nothing was written yet.
  case moreKeyFrames(path: String, split: String, before: String, keyFrame: String)
  /// The head's numbers are none any more.
  case diverged(learningRate: Double, reason: String)
  /// No box has features.
  case noFeatures(String)
  /// No box that is scored lies at a held-out key frame with a class; the first of either.
  case elsewhere(truth: String, proposals: [String], expected: String, found: String)
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
    case .otherKeyFrames(let path, let before, let now):
      return
        "going on with the fine-tuning of '\(path)': its held-out numbers are of \(before) and would now be of \(now), "
        + "for frames were damaged or repaired since: they cannot be compared -> with the frames as they were then the same command goes "
        + "on; else give --overwrite to begin anew (features that were computed are kept)"
    case .moreKeyFrames(let path, let split, let before, let keyFrame):
      return
        "going on with the fine-tuning of '\(path)': it has \(before) of \(split), and '\(keyFrame)', which could not be read then, now "
        + "can: numbers of others cannot be compared -> give --overwrite to begin anew with it (features that were computed are kept); "
        + "without its frames, as before, the same command goes on"
    case .diverged(let rate, let reason):
      return "fine-tuning the head: \(reason) -> give a --learning-rate below \(rate)"
    case .noFeatures(let what):
      return "fine-tuning: no box of \(what) has features: all key frames are damaged -> repair the videos or frames"
    case .elsewhere(let truth, let proposals, let expected, let found):
      if proposals.isEmpty {
        return
          "fine-tuning: no row of '\(truth)' with a class is of a held-out video: the first is at \(expected), and held out is "
          + "\(found) -> check --val: the first two columns, video and second"
      }
      return
        "fine-tuning: no box of \(series(proposals.map { "'\($0)'" }, "or")) is at a key frame of '\(truth)' with a class: expected boxes at "
        + "\(expected), found the first one at \(found) -> give boxes of the same videos and seconds as "
        + "--val-proposals, or leave it out: the boxes of --val are scored then"
    case .noTruth(let path):
      return
        "fine-tuning: no row of '\(path)' has a class at a key frame that is validated: there is nothing to judge by "
        + "-> give --val rows of the listed videos, with the classes' numbers in the seventh column"
    }
  }

  /// Reads a file that this fine-tuning has written before, and says of one that cannot be read what to do.
  static func withDamage<Value>(of path: String, _ read: () throws -> Value) throws -> Value {
    do { return try read() } catch {
      guard error is CheckpointError || error is FileError else { throw error }
      throw FineTuningError.damagedState(path: path, reason: withoutAdvice(error))
    }
  }

  /// Trains a head, and says of numbers that are none which option to change.
  static func withDivergence<Value>(at learningRate: Double, _ train: () throws -> Value) throws -> Value {
    do { return try train() } catch let error as TrainingError {
      switch error {
      case .notFinite, .weightsNotFinite, .scoresNotFinite, .exploded:
        throw FineTuningError.diverged(learningRate: learningRate, reason: withoutAdvice(error))
      default: throw error
      }
    } catch let error as LossError {
      guard case .notAProbability(_, "output", _, _, let found) = error, found.isNaN else { throw error }
      throw FineTuningError.diverged(learningRate: learningRate, reason: withoutAdvice(error))
    }
  }
}

/// A protocol for frame mAP, as data: what the public evaluators do differently.
///
/// All match per key frame and class: a detection takes the ground-truth box that it overlaps most (the first of
/// equals) if the IoU is at least the data set's threshold (AVA's is 0.5) and the box is not taken; the second best is never tried. AP is the area under
/// the precision-recall curve with precision made non-increasing, at every recall that occurs.
public struct EvaluationRules: Equatable, Sendable {
  /// In which order the detections of a key frame are matched.
  public enum MatchingOrder: Equatable, Sendable {
    /// As the rows stand in the file.
    case asGiven
    /// The best scored first.
    case descendingScore
  }

  /// What becomes of detections in key frames without ground truth.
  public enum FramesWithoutTruth: Equatable, Sendable {
    /// They are false positives.
    case falsePositives
    /// They are false positives where the ground truth lists the key frame (without an action, or with classes
    /// that the label map lacks), and nothing elsewhere.
    case falsePositivesWhereListed
    /// They are nothing.
    case ignored
  }

  /// What is computed in float32 instead of float64.
  public enum Precision: Equatable, Sendable {
    /// Nothing: all is computed in float64.
    case float64
    /// Coordinates, their differences, areas and scores are rounded to float32.
    case float32
  }

  /// The protocol's name, as `--protocol` and the JSON have it.
  public var name: String
  /// In which order the detections of a key frame are matched.
  public var matchingOrder: MatchingOrder
  /// How many detections of a key frame count, over all classes; nil where all do.
  public var entriesPerFrame: Int?
  /// Whether excluded key frames are left out.
  public var appliesExclusions: Bool
  /// What becomes of detections in key frames without ground truth.
  public var framesWithoutTruth: FramesWithoutTruth
  /// Whether boxes without area disappear before matching, instead of being false positives.
  public var dropsBoxesWithoutArea: Bool
  /// What is computed in float32.
  public var precision: Precision
  /// Whether the ground truth of excluded key frames still counts as something to be found.
  public var countsExcludedTruth: Bool
  /// Whether a class with ground truth but without any detection is left out of the mean, instead of counting as 0.
  public var leavesOutUndetectedClasses: Bool
  /// Whether the ground truth of a key frame is taken by descending person id (the reader takes the eighth column
  /// for a score), instead of in the order of the file. It matters only where two boxes overlap a detection equally.
  public var sortsTruthByPerson: Bool
  /// Whether key frames are gone through in the ground truth's order, instead of the detections'. It matters only for
  /// the order of equal scores.
  public var followsTruthOrder: Bool
  /// What a reader should know about the protocol, in one line.
  public var summary: String

  /// The official ActivityNet evaluator's rules (2020 and later).
  public static let official = EvaluationRules(
    name: "official", matchingOrder: .descendingScore, entriesPerFrame: 50, appliesExclusions: false,
    framesWithoutTruth: .falsePositivesWhereListed, dropsBoxesWithoutArea: true, precision: .float64,
    countsExcludedTruth: true, leavesOutUndetectedClasses: false, sortsTruthByPerson: true, followsTruthOrder: false,
    summary: "50 best rows a key frame; key frames that the ground truth does not list are ignored; no exclusions")

  /// PySlowFast's rules.
  public static let pyslowfast = EvaluationRules(
    name: "pyslowfast", matchingOrder: .asGiven, entriesPerFrame: nil, appliesExclusions: true,
    framesWithoutTruth: .falsePositives, dropsBoxesWithoutArea: true, precision: .float64,
    countsExcludedTruth: false, leavesOutUndetectedClasses: false, sortsTruthByPerson: false,
    followsTruthOrder: false,
    summary: "all rows, matched in file order; detections in key frames without ground truth are false positives")

  /// MMAction2's rules (1.x, its default options).
  public static let mmaction2 = EvaluationRules(
    name: "mmaction2", matchingOrder: .descendingScore, entriesPerFrame: nil, appliesExclusions: true,
    framesWithoutTruth: .ignored, dropsBoxesWithoutArea: false, precision: .float32, countsExcludedTruth: true,
    leavesOutUndetectedClasses: true, sortsTruthByPerson: true, followsTruthOrder: true,
    summary: "all rows, float32; key frames without ground truth are ignored; undetected classes leave the mean")

  /// The three public protocols.
  public static let all = [official, pyslowfast, mmaction2]
}

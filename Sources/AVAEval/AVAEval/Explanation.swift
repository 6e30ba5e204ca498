public import Datasets
public import Statistics

/// Why a protocol's numbers are what they are. Lists with an entry a class follow the label map.
public struct Explanation: Sendable {
  /// The numbers that are explained.
  public let evaluation: Evaluation
  /// Every class of the label map, in its order.
  public let classes: [ClassExplanation]
  /// One for each of the data set's groups.
  public let groups: [GroupExplanation]
  /// Every kind of error over all classes, in the order of `ErrorKind.allCases`; the losses add up to 1 - mAP.
  public let errors: [ErrorCost]
  /// Scores of all classes together; nil without detections, or where a score is outside 0...1.
  public let calibration: Calibration?
  /// What the boxes allow, whatever scores they get.
  public let proposals: ProposalRecall
  /// By the area of the box, in fractions of the frame. Ground truth and what found it count by the size of the ground
  /// truth, other detections by their own.
  public let boxSizes: [Slice]
  /// By the number of people (different ground-truth boxes) in the key frame.
  public let crowds: [Slice]
  /// By video, in the order of `AlignedTables.videos`; those that the protocol has nothing of are not listed.
  public let videos: [Slice]
  /// The key frames that cost most, the worst one first.
  public let worstFrames: [FrameExplanation]
  /// How far mAP and AP would move with other videos; nil when not asked for.
  public let bootstrap: Bootstrap?

  /// The protocol.
  public var rules: EvaluationRules { evaluation.rules }
  /// Whose classes they are.
  public var dataset: ActionDataset { evaluation.dataset }
}

/// How much is explained, and in what steps.
public struct ExplanationOptions: Sendable {
  /// How many points a class's curve keeps at most, at least 2.
  public var curvePoints = 100
  /// How many bins of equal width the scores are put into, at least 1.
  public var calibrationBins = 10
  /// Where one size of box ends and the next begins, ascending, in fractions of the frame's area.
  public var boxAreas = [0.05, 0.15, 0.3, 0.5]
  /// With how many people each kind of crowd begins, ascending, the first 0.
  public var crowds = [0, 1, 2, 3, 5, 8]
  /// How many of the worst key frames are listed.
  public var worstFrames = 20
  /// How to resample videos; nil does not.
  public var resampling: Resampling?

  /// Asks for as much as the properties say where they are declared.
  public init() {}
}

/// Why a class's AP is what it is.
public struct ClassExplanation: Sendable {
  /// The numbers that are explained.
  public let result: ClassResult
  /// Nil for a class of no group.
  public let group: ActionGroup?
  /// From the best scored hit to the last one, thinned; empty without hits.
  public let curve: [CurvePoint]
  /// The threshold with the best F1; nil without hits.
  public let bestF1: OperatingPoint?
  /// Every kind of error, in the order of `ErrorKind.allCases`.
  public let errors: [ErrorCost]
  /// Nil without detections, or where a score is outside 0...1.
  public let calibration: Calibration?
  /// The share of the ground truth that some box overlaps enough, of whatever class: no scores give a higher
  /// AP. Nil without ground truth.
  public let ceiling: Double?
}

/// What one of AVA's groups of actions comes to: means over its classes that count.
public struct GroupExplanation: Sendable {
  /// The group.
  public let group: ActionGroup
  /// How many classes the mean is over.
  public let classCount: Int
  /// The mean of its classes' AP; nil where none counts.
  public let mAP: Double?
  /// How many rows of ground truth its classes have.
  public let groundTruthCount: Int
  /// How many detections of its classes are scored.
  public let detectionCount: Int
  /// How many of these found a box.
  public let truePositiveCount: Int
  /// Every kind of error, in the order of `ErrorKind.allCases`; the losses add up to 1 - mAP of the group.
  public let errors: [ErrorCost]
}

/// A point of a precision-recall curve: just after a detection that found a box.
public struct CurvePoint: Equatable, Sendable {
  /// The share of the ground truth that was found up to here.
  public let recall: Double
  /// The share of the detections up to here that found a box.
  public let precision: Double
  /// The best precision at this recall or beyond: what AP sums.
  public let envelope: Double
  /// The detection's score.
  public let score: Double
}

/// What a class comes to when detections below a score are dropped.
public struct OperatingPoint: Equatable, Sendable {
  /// Detections with this score or more stay.
  public let threshold: Double
  /// The share of these detections that found a box.
  public let precision: Double
  /// The share of the ground truth that they found.
  public let recall: Double
  /// How many detections stay.
  public let detectionCount: Int

  /// The harmonic mean of precision and recall.
  public var f1: Double { precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0 }
}

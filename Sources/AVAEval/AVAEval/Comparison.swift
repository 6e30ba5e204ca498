public import AVARecords
public import Datasets
public import Statistics

/// Two files of detections under one protocol: where the second, B, is better or worse than the first, A.
///
/// Differences are B - A.
public struct Comparison: Sendable {
  /// The protocol.
  public let rules: EvaluationRules
  /// How often videos were drawn, and by which seed.
  public let resampling: Resampling
  /// How many videos are drawn from: those with ground truth that counts, or with scored detections in either file.
  public let videoCount: Int
  /// How many videos the ground truth that counts lies in: from fewer than two there are no intervals.
  public let truthVideoCount: Int
  /// Of the means over all classes.
  public let mAP: Difference
  /// Between which bounds the order of equal scores can move A's mAP and B's.
  public let tieIntervals: (a: ClosedRange<Double>?, b: ClosedRange<Double>?)
  /// Whose classes they are.
  public let dataset: ActionDataset
  /// mAP of each of the data set's groups.
  public let groups: [Difference]
  /// Every class of the label map, in its order.
  public let classes: [ClassDifference]
  /// The key frames that differ most, the largest difference first.
  public let frames: [FrameDifference]
}

/// How one number differs, and whether other videos would say the same.
public struct Difference: Equatable, Sendable {
  /// A's number, nil where it has none.
  public let a: Double?
  /// B's number, nil where it has none.
  public let b: Double?
  /// The percentile interval of B - A over the resamples, both files drawn alike; nil where none has both numbers,
  /// and where the ground truth lies in one video only.
  public let interval: ClosedRange<Double>?
  /// How little the resamples agree on a side: twice the smaller of the shares with B - A at most 0 and at least 0, the
  /// files as they are counted in with both, 1 at most. Small where nearly all agree; 1 for equal files. Like a
  /// two-sided p-value, but of these videos only. Nil where `interval` is.
  public let share: Double?

  /// B - A; nil where one has none.
  public var difference: Double? {
    guard let a, let b else { return nil }
    return b - a
  }
}

/// A class's difference.
public struct ClassDifference: Equatable, Sendable {
  /// The class.
  public let label: LabelMap.Label
  /// How many rows of ground truth the class has.
  public let groundTruthCount: Int
  /// Of its average precisions.
  public let ap: Difference
}

/// A key frame's part of the difference in mAP.
public struct FrameDifference: Equatable, Sendable {
  /// The video's name.
  public let video: String
  /// The key frame's.
  public let time: Timestamp
  /// Its share of 1 - mAP of A.
  public let lossA: Double
  /// Its share of 1 - mAP of B.
  public let lossB: Double
  /// The classes that make the difference, the largest one first; those that make none are not listed.
  public let classes: [ClassLoss]

  /// B - A: positive where B is better. All key frames together make the difference in mAP, where the same classes count.
  public var difference: Double { lossA - lossB }

  /// A class's part of it.
  public struct ClassLoss: Equatable, Sendable {
    /// The class's place in the label map.
    public let classPosition: Int
    /// The class's share of 1 - mAP of A in this key frame.
    public let lossA: Double
    /// The same of B.
    public let lossB: Double
  }
}

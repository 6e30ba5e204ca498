public import Datasets
public import Statistics

/// How far the numbers would move if other videos of the same kind had been taken: the percentile bootstrap over videos.
///
/// Every resample is what evaluating anew would give if the rows of each video stood there as often as it was drawn. A
/// class without ground truth in a resample has no AP there, and does not count in its mean.
public struct Bootstrap: Equatable, Sendable {
  /// How often videos were drawn, and by which seed.
  public let resampling: Resampling
  /// How many videos are drawn from: those with ground truth that counts or detections that are scored.
  public let videoCount: Int
  /// How many videos the ground truth that counts lies in: from fewer than two there are no intervals.
  public let truthVideoCount: Int
  /// Nil where the ground truth lies in one video only, or no class counts.
  public let mAP: BootstrapInterval?
  /// The data set's groups.
  public let actionGroups: [ActionGroup]
  /// mAP of each of them.
  public let groups: [BootstrapInterval?]
  /// AP of every class, in the label map's order; nil where no resample has any, and where the class's ground truth
  /// lies in one video: drawing others never changes what is asked for.
  public let perClass: [BootstrapInterval?]
}

/// What became of one number over the resamples.
public struct BootstrapInterval: Equatable, Sendable {
  /// Between which quantiles it lies (`percentileInterval`).
  public let interval: ClosedRange<Double>
  /// The standard deviation of the resamples' values, 0 for a single one.
  public let standardError: Double
  /// In how many resamples the number exists.
  public let count: Int
}

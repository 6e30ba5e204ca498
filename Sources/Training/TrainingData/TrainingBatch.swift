public import Optimization
public import RoIAlign
public import Tensors

/// Some clips with what they should be scored as.
public struct TrainingBatch: Sendable {
  /// N, [T, H, W], C at the fast rate, normalised.
  public var clip: FeatureMap
  /// For networks that score boxes: in pixels of the clip, each with its batch index.
  public var regions: [Region]
  /// Of the rows of scores: boxes, or clips.
  public var targets: Targets
  /// Which sample of the data set each clip is of; a sample's clips follow one another. Empty where nobody knows.
  public var samples: [Int]
  /// The class of each clip before samples were mixed; empty where a row has several classes or none.
  public var classes: [Int]
  /// Inputs of other kinds, clip by clip: N, [T, H, W], C each.
  public var others: [String: FeatureMap]
  /// Of each clip in its targets, where samples are mixed; the rest is of the clip as far from the batch's other end.
  public var share: Double

  public init(
    clip: FeatureMap, regions: [Region] = [], targets: Targets, samples: [Int] = [], classes: [Int] = [],
    others: [String: FeatureMap] = [:], share: Double = 1
  ) {
    self.clip = clip
    self.regions = regions
    self.targets = targets
    self.samples = samples
    self.classes = classes
    self.others = others
    self.share = share
  }
}

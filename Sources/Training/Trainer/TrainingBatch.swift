public import Optimization
public import RoIAlign
public import Tensors

/// Some clips with what they should be scored as.
public struct TrainingBatch {
  /// N, [T, H, W], C at the fast rate, normalised.
  public var clip: FeatureMap
  /// For networks that score boxes: in pixels of the clip, each with its batch index.
  public var regions: [Region]
  /// Of the rows of scores: boxes, or clips.
  public var targets: Targets

  public init(clip: FeatureMap, regions: [Region] = [], targets: Targets) {
    self.clip = clip
    self.regions = regions
    self.targets = targets
  }
}

// The keys of how many views a key frame is tested in: this program's own, PySlowFast does not have them.

extension Key<Bool> {
  /// Whether each view is seen twice: as it is, and mirrored.
  public static let avaTestFlip = Key("AVA.TEST_FLIP", false)
}

extension Key<Int> {
  /// 1 for the whole frame, 3 for three squares along its long side.
  public static let avaTestSpatialCrops = Key("AVA.TEST_SPATIAL_CROPS", 1)
}

extension Key<String> {
  /// How the scores of several views become one: mean, logit_mean or max.
  public static let avaTestViewFusion = Key("AVA.TEST_VIEW_FUSION", "mean").ofResults(.boxes)
}

extension Key<[Int]> {
  /// The short sides that a key frame is seen at; none for `DATA.TEST_CROP_SIZE`.
  public static let avaTestScales = Key("AVA.TEST_SCALES", [])
}

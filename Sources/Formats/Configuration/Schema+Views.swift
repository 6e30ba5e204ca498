extension Schema {
  /// The keys that PySlowFast does not have: in which views a key frame is tested, and how many samples of a training may
  /// be unreadable. The views' defaults are PySlowFast's test.
  static let views: [Leaf] = [
    Leaf(.avaTestScales),
    Leaf(.avaTestFlip),
    Leaf(.avaTestSpatialCrops),
    Leaf(.avaTestViewFusion),
    Leaf(.dataLoaderMaxUnreadable),
  ]
}

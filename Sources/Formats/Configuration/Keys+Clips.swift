// The keys of tests of whole clips that this program reads: where the videos are, which clips of them are seen, and what
// becomes of their scores.

extension Key<Bool> {
  public static let dataUseOffsetSampling = Key("DATA.USE_OFFSET_SAMPLING", false)
  public static let dataMultiLabel = Key("DATA.MULTI_LABEL", false)
}

extension Key<Int> {
  public static let dataTargetFps = Key("DATA.TARGET_FPS", 30)
  public static let testNumEnsembleViews = Key("TEST.NUM_ENSEMBLE_VIEWS", 10)
  public static let testNumSpatialCrops = Key("TEST.NUM_SPATIAL_CROPS", 3)
}

extension Key<String> {
  public static let dataPathToDataDir = Key("DATA.PATH_TO_DATA_DIR", "")
  public static let dataPathLabelSeparator = Key("DATA.PATH_LABEL_SEPARATOR", " ")
  public static let dataPathPrefix = Key("DATA.PATH_PREFIX", "")
  public static let dataDecodingBackend = Key("DATA.DECODING_BACKEND", "torchvision")
  public static let dataEnsembleMethod = Key("DATA.ENSEMBLE_METHOD", "sum")
  public static let testSaveResultsPath = Key("TEST.SAVE_RESULTS_PATH", "")
}

extension Key<[Int]> {
  /// The first is the short side of frames that are tested in one crop.
  public static let dataTrainJitterScales = Key("DATA.TRAIN_JITTER_SCALES", [256, 320])
  public static let testNumTemporalClips = Key("TEST.NUM_TEMPORAL_CLIPS", [])
}

extension Configuration {
  /// The keys that tests of whole clips read, and those of boxes do not. `DATA.TRAIN_JITTER_SCALES` is none of them: in
  /// configs of boxes it is there for training.
  public static let keysOfClips: Set<String> = [
    Key.dataUseOffsetSampling.name, Key.dataMultiLabel.name, Key.dataTargetFps.name, Key.testNumEnsembleViews.name,
    Key.testNumSpatialCrops.name, Key.dataPathToDataDir.name, Key.dataPathLabelSeparator.name, Key.dataPathPrefix.name,
    Key.dataEnsembleMethod.name, Key.testSaveResultsPath.name, Key.testNumTemporalClips.name,
  ]
}

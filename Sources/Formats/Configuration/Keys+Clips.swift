// The keys of tests of whole clips that this program reads: where the videos are, which clips of them are seen, and what
// becomes of their scores.

extension Key<Bool> {
  public static let dataUseOffsetSampling = Key("DATA.USE_OFFSET_SAMPLING", false)
  public static let dataMultiLabel = Key("DATA.MULTI_LABEL", false)
  /// Chooses how pictures of ImageNet are scaled.
  public static let augEnable = Key("AUG.ENABLE", false, .trainingAndClips)
}

extension Key<Double> {
  /// Of ImageNet's pictures as `AUG.ENABLE` scales them: what the crop is of their short side.
  public static let dataInValCropRatio = Key("DATA.IN_VAL_CROP_RATIO", 0.875)
}

extension Key<Int> {
  public static let dataTargetFps = Key("DATA.TARGET_FPS", 30)
  public static let testNumEnsembleViews = Key("TEST.NUM_ENSEMBLE_VIEWS", 10)
  public static let testNumSpatialCrops = Key("TEST.NUM_SPATIAL_CROPS", 3)
}

extension Key<String> {
  public static let dataPathToDataDir = Key("DATA.PATH_TO_DATA_DIR", "").ofResults(.clips)
  public static let dataPathLabelSeparator = Key("DATA.PATH_LABEL_SEPARATOR", " ").ofResults(.clips)
  public static let dataPathPrefix = Key("DATA.PATH_PREFIX", "").ofResults(.clips)
  public static let dataPathToPreloadImdb = Key("DATA.PATH_TO_PRELOAD_IMDB", "").ofResults(.clips)
  public static let dataDecodingBackend = Key("DATA.DECODING_BACKEND", "torchvision")
  public static let dataEnsembleMethod = Key("DATA.ENSEMBLE_METHOD", "sum").ofResults(.clips)
  /// The names of the classes, for people.
  public static let demoLabelFilePath = Key("DEMO.LABEL_FILE_PATH", "")
  public static let tensorboardClassNamesPath = Key("TENSORBOARD.CLASS_NAMES_PATH", "")
  public static let testSaveResultsPath = Key("TEST.SAVE_RESULTS_PATH", "").ofResults(.clips)
}

extension Key<[Int]> {
  /// The first is the short side of frames that are tested in one crop.
  public static let dataTrainJitterScales = Key("DATA.TRAIN_JITTER_SCALES", [256, 320])
  public static let testNumTemporalClips = Key("TEST.NUM_TEMPORAL_CLIPS", [])
}

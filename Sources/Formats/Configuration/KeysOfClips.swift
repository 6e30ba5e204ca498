extension Configuration {
  /// The keys that tests of whole clips read, and those of boxes do not. `DATA.TRAIN_JITTER_SCALES` is none of them: in
  /// configs of boxes it is there for training.
  public static let keysOfClips: Set<String> = [
    Key.dataUseOffsetSampling.name, Key.dataMultiLabel.name, Key.dataTargetFps.name, Key.testNumEnsembleViews.name,
    Key.testNumSpatialCrops.name, Key.dataPathToDataDir.name, Key.dataPathLabelSeparator.name, Key.dataPathPrefix.name,
    Key.dataEnsembleMethod.name, Key.testSaveResultsPath.name, Key.testNumTemporalClips.name,
    Key.dataPathToPreloadImdb.name, Key.augEnable.name, Key.dataInValCropRatio.name,
    Key.demoLabelFilePath.name, Key.tensorboardClassNamesPath.name,
  ]
}

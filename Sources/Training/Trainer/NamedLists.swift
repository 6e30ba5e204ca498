internal import Configuration
internal import Files

/// The lists that a configuration names, of what is learned from, validated on and tested on; they need not be there.
func namedLists(_ config: Configuration) -> [String] {
  if config[.detectionEnable] {
    let frames = config[.avaTrainLists] + config[.avaTestLists]
    let rows =
      config[.avaTrainGtBoxLists] + config[.avaTrainPredictBoxLists] + config[.avaTestPredictBoxLists]
      + [config[.avaGroundtruthFile], config[.avaExclusionFile], config[.avaLabelMapFile]]
    return frames.map { joinPath(config[.avaFrameListDir], $0) }
      + rows.filter { !$0.isEmpty }.map { joinPath(config[.avaAnnotationDir], $0) }
  }
  let names = [
    "train.csv", "val.csv", "test.csv", "something-something-v2-labels.json", "something-something-v2-train.json",
    "something-something-v2-validation.json",
  ]
  return names.map { joinPath(config[.dataPathToDataDir], $0) }
}

internal import Configuration
internal import Files
internal import ModelZoo

/// The configuration that is written for tests, detections and PySlowFast, in `config.yaml` and in checkpoints.
///
/// It names every file and folder by its path from the root, wherever it is read from, but what lies in `OUTPUT_DIR` by its name there:
/// `AVA.ANNOTATION_DIR` is that folder. Who moves the folder gives this one key anew.
struct WrittenConfiguration {
  let text: String

  /// - Parameter hasVideos: Whether videos stand in place of frame lists, whose keys then mean nothing.
  init(_ config: Configuration, hasVideos: Bool) throws {
    let root = plainPath(config[.outputDir])
    let folder = config[.avaAnnotationDir]
    func named(_ name: String) -> String {
      let path = plainPath(joinPath(folder, name))
      return path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
    }
    func path(_ key: Key<String>) -> [String] { [key.name, pythonString(plainPath(config[key]))] }
    func names(_ key: Key<[String]>) -> [String] { [key.name, pythonList(config[key].map(named))] }
    var pairs = [
      Key.avaAnnotationDir.name, pythonString(root), Key.avaGroundtruthFile.name,
      pythonString(named(config[.avaGroundtruthFile])), Key.avaLabelMapFile.name,
      pythonString(named(config[.avaLabelMapFile])),
    ]
    pairs += names(.avaTrainGtBoxLists) + names(.avaTrainPredictBoxLists) + names(.avaTestPredictBoxLists)
    pairs += path(.outputDir) + path(.trainCheckpointFilePath)
    // Empty is the folder that the command was called in.
    if !hasVideos { pairs += path(.avaFrameDir) + path(.avaFrameListDir) }
    var written = config
    try written.apply(overrides: pairs)
    text = written.sharedYAML
  }
}

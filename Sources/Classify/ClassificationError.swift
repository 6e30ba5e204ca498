internal import Configuration
internal import Files
internal import Video
internal import Wording

/// Why a test of whole videos cannot run, or its results not be written.
public enum ClassificationError: Error, Equatable, CustomStringConvertible {
  /// Keys with their values, what does not go, what to do.
  case unsupported(String, String, String)
  /// The list cannot be read; the keys that name it.
  case noList(keys: [String], reason: String, advice: String)
  /// None of the listed videos is there.
  case noVideos(count: Int, first: String, key: String)
  /// Listed videos that are not there, where damage stops the run.
  case missing(first: String, count: Int)
  /// Videos of which the list of pictures has none; all of them, or some where damage stops the run.
  case noPictures(count: Int, first: String, list: String, isAll: Bool)
  case resultsForm(path: String)
  case resultsTooLarge(path: String, bytes: Int)

  public var description: String {
    switch self {
    case .unsupported(let keys, let problem, let advice): "testing on videos: \(keys): \(problem) -> \(advice)"
    case .noList(let keys, let reason, let advice):
      "testing on videos: \(reason)\n         the name comes from \(keys.joined(separator: " and ")) -> \(advice)"
    case .noVideos(let count, let first, let key):
      "testing on videos: none of the \(counted(count, "listed video")) is there, the first would be '\(first)' (\(key)) "
        + "-> set DATA.PATH_PREFIX to the folder that the list's paths begin in"
    case .missing(let first, let count):
      "testing on videos: \(counted(count, "listed video")) not there, the first is '\(first)' -> check DATA.PATH_PREFIX and "
        + "the list, or give --damaged report to score the others"
    case .noPictures(let count, let first, let list, let isAll):
      "testing on videos: '\(list)' lists no picture of \(isAll ? "any of the " : "")\(counted(count, "video")) to be tested, "
        + "the first is '\(first)' -> "
        + (isAll
          ? "give lists of one version of the data set"
          : "add their pictures to it, or give --damaged report to score the others")
    case .resultsForm(let path):
      "testing on videos: TEST.SAVE_RESULTS_PATH '\(path)': pickles are not written, expected a name that ends in .npz or "
        + ".csv -> give such a name; numpy.load reads the first"
    case .resultsTooLarge(let path, let bytes):
      "writing '\(path)': the scores take \(bytes >> 20) MB, more than an .npz file of this form holds -> give "
        + "TEST.SAVE_RESULTS_PATH a name that ends in .csv"
    }
  }
}

extension ClassificationError {
  /// Refuses `DATA.MULTI_LABEL` where videos have one class each.
  static func requireSingleLabel(_ config: Configuration) throws(ClassificationError) {
    if config[.dataMultiLabel] {
      throw .unsupported(
        config.cite(.dataMultiLabel), "the videos of \(config[.testDataset]) have one class each",
        "set DATA.MULTI_LABEL False, or TEST.DATASET \(Charades.name) for a frame list with several classes a video")
    }
  }

  /// Reads a list in `DATA.PATH_TO_DATA_DIR`, and says of one that is not there which key names its folder.
  static func listing<Value>(_ config: Configuration, _ name: String, _ read: () throws -> Value) throws -> Value {
    do {
      return try read()
    } catch let error as FileError where !error.isForeign {
      let folder = config[.dataPathToDataDir]
      let hasOther = !folder.isEmpty && name == "test.csv" && pathExists(joinPath(folder, "val.csv"))
      throw ClassificationError.noList(
        keys: [config.cite(.dataPathToDataDir)], reason: withoutAdvice(error),
        advice: hasOther
          ? "copy or link its val.csv to that name: tests of \(config[.testDataset]) read test.csv, as PySlowFast's do"
          : "set DATA.PATH_TO_DATA_DIR to the folder of \(name)")
    }
  }
}

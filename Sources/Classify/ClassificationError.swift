internal import Wording

/// Why a test of whole videos cannot run, or its results not be written.
public enum ClassificationError: Error, Equatable, CustomStringConvertible {
  /// Keys with their values, what does not go, what to do.
  case unsupported(String, String, String)
  /// The list cannot be read; the keys that name it.
  case noList(keys: [String], reason: String, advice: String)
  /// None of the listed videos is there.
  case noVideos(count: Int, first: String, key: String)
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
    case .resultsForm(let path):
      "testing on videos: TEST.SAVE_RESULTS_PATH '\(path)': pickles are not written, expected a name that ends in .npz or "
        + ".csv -> give such a name; numpy.load reads the first"
    case .resultsTooLarge(let path, let bytes):
      "writing '\(path)': the scores take \(bytes >> 20) MB, more than an .npz file of this form holds -> give "
        + "TEST.SAVE_RESULTS_PATH a name that ends in .csv"
    }
  }
}

internal import Runs

/// Refuses to write results into the folder of a run that they are not of: its config.yaml and mAP would be said to be
/// theirs.
///
/// - Parameter own: The folders of the run that the results are of; none for results of several, or of no kept run.
func refuseOtherRun(_ folder: String, ownIn own: [String]) throws {
  if own.contains(where: { isSameFolder($0, folder) }) || !RunDirectory(folder).keepsRun { return }
  throw OtherRunsFolder(path: folder)
}

private struct OtherRunsFolder: Error, CustomStringConvertible {
  let path: String

  var description: String {
    "writing the results: '\(path)' keeps a run of its own, and results of others would be taken for those of its config.yaml "
      + "-> give another --output-dir"
  }
}

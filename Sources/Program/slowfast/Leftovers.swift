internal import Files
internal import Runs
internal import Wording

/// What earlier runs left in a folder beside the results of this one.
///
/// It is named and not deleted: nothing tells an image that is out of date from one that somebody put there to keep.
enum Leftovers {
  /// Warns of images and videos in a folder that are none of this run's `results`.
  static func say(_ results: [String], in folder: String) {
    // A file that an option names may lie there by another path.
    let own = Set(results.map(resolvedPath))
    let others = ((try? listFolder(folder)) ?? []).filter { name in
      [".png", ".mp4"].contains { name.hasSuffix($0) } && !name.hasPrefix(".")
        && !own.contains(resolvedPath(joinPath(folder, name)))
    }
    guard let first = others.sorted().first else { return }
    let what =
      others.count == 1 ? "'\(first)' in \(folder) is" : "\(others.count) files in \(folder) ('\(first)' ...) are"
    Console.warn("\(what) not of this run -> delete what is out of date, or give each run its own --output-dir")
  }

  /// Deletes the rows that this run wrote when it was interrupted, and warns of those of another run.
  ///
  /// - Parameter journal: Beside the rows; the output folder may have had another path then.
  static func endPart(_ path: String, _ journal: RunJournal) {
    if !pathExists(path) { return }
    if journal.results.contains(where: { splitPath($0).name == splitPath(path).name }) { return removeFile(path) }
    Console.warn("'\(path)' is of an earlier run that was interrupted, the rows of this one are complete -> delete it")
  }
}

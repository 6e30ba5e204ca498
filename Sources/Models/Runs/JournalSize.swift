internal import Files
internal import Inference
internal import Clips
internal import Tensors

extension RunJournal {
  /// How many bytes the journal of a run takes when all is scored.
  ///
  /// - Parameters:
  ///   - videos: What is scored.
  ///   - results: The files that the run will have written.
  ///   - folder: Where the journal will lie.
  ///   - isKept: Whether it stays in a run directory, and holds what was planned as well.
  public static func expectedBytes(
    _ identity: RunIdentity, _ videos: [PlannedVideo], classes: Int, results: [String] = [], in folder: String = "",
    isKept: Bool
  ) -> Int {
    struct Kind: Hashable {
      let name: Int
      let view: View
      let people: Int?
    }
    var known: [Kind: Int] = [:]
    var total = magic.count + JournalRecord.head(identity.text).bytes.count
    for video in videos {
      if isKept { total += JournalRecord.video(video).bytes.count }
      for task in video.tasks {
        for view in task.views {
          let kind = Kind(name: video.name.utf8.count, view: view, people: task.people?.count)
          let bytes =
            known[kind]
            ?? JournalRecord.scores(task, view, Tensor(zeros: [task.people?.count ?? 1, classes])).bytes.count
          known[kind] = bytes
          total += bytes
        }
      }
    }
    if results.isEmpty { return total }
    let place = splitPath(resolvedPath(joinPath(folder, "journal"))).folder
    return total + JournalRecord.results(results.map { name(of: resolvedPath($0), in: place) }).bytes.count
  }
}

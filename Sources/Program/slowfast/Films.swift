internal import Wording

/// The progress of overlay videos, one bar a video.
final class Films {
  private(set) var names: [String] = []
  private var progress: Progress?

  func update(_ name: String, _ done: Int, of total: Int) {
    if names.last != name {
      names.append(name)
      progress = Progress("filming \(name)", total: total, unit: "frame")
    }
    progress?.update(done)
    if done == total { progress?.finish() }
  }

  /// What is kept when the work ends within a video.
  func kept(in folder: String) -> String {
    let finished = names.dropLast().map { $0 + ".mp4" }
    let unfinished = "\(names.last ?? "").mp4 was not finished and is not kept"
    return finished.isEmpty ? unfinished : "\(listed(finished)) in \(folder); \(unfinished)"
  }
}

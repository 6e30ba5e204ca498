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
}

internal import Clocks
internal import Trainer
internal import Wording

/// Shows how a training goes on: a bar on a terminal, elsewhere a line every few seconds.
final class TrainingReporter {
  private let isShown: Bool
  private var lastShown = -Double.infinity

  init(isShown: Bool) { self.isShown = isShown }

  func show(_ progress: TrainingRun.Progress) {
    show(done: progress.done, total: progress.total, line: progress.line)
  }

  /// - Parameters:
  ///   - done: Steps of all that there are.
  ///   - line: For people.
  func show(done: Int, total: Int, line: String) {
    if !isShown { return }
    let now = monotonicSeconds()
    guard now - lastShown >= (Console.isTerminal ? 0.1 : 5) || done == total else { return }
    lastShown = now
    if Console.isTerminal {
      let filled = total > 0 ? done * 24 / total : 24
      let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 24 - filled)
      Console.showBar("[\(bar)] \(line)")
    } else {
      Console.say(line, isLogged: false)
    }
  }

  func finish() { if isShown { Console.clearBar() } }
}

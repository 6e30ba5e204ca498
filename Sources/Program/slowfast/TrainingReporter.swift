internal import Clocks
internal import Trainer
internal import Wording

/// Shows how a training goes on: a bar on a terminal, elsewhere a line every few seconds.
final class TrainingReporter {
  private let isShown: Bool
  private var lastShown = -Double.infinity

  init(isShown: Bool) { self.isShown = isShown }

  func show(_ progress: TrainingRun.Progress) {
    if !isShown { return }
    let now = monotonicSeconds()
    guard now - lastShown >= (Console.isTerminal ? 0.1 : 5) || progress.done == progress.total else { return }
    lastShown = now
    if Console.isTerminal {
      let filled = progress.total > 0 ? progress.done * 24 / progress.total : 24
      let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 24 - filled)
      Console.showBar("[\(bar)] \(progress.line)")
    } else {
      Console.say(progress.line, isLogged: false)
    }
  }

  func finish() { if isShown { Console.clearBar() } }
}

public import Checkpoint

/// Describes a file of weights in full: format, counts, guessed architecture with the overrides that it asks for, and
/// a line for every tensor.
public func describe(_ checkpoint: Checkpoint) -> String {
  (checkpoint.summaryLines + guessed(ArchitectureGuess(checkpoint)) + [""] + checkpoint.tensorLines)
    .joined(separator: "\n")
}

private func guessed(_ guess: ArchitectureGuess) -> [String] {
  guard let network = guess.network else { return ["architecture  none that this program knows"] }
  var lines = ["architecture  \(network.summary), by the tensors' names and shapes"]
  if let peer = guess.peer { lines.append("library       \(peer.library)") }
  lines += published(guess)
  lines += network.remarks.map { "note          \($0.text)" }
  if let (reason, advice) = guess.obstacle { return lines + ["note          \(reason) -> \(advice)"] }
  lines += ["", "overrides that suit these weights:"]
  return lines + network.settings.map { "  \($0.key) \(quotedForShell($0.value))" }
}

/// Which configurations suit, and what was published of networks of this shape.
private func published(_ guess: ArchitectureGuess) -> [String] {
  var configs: [String] = []
  for config in guess.published.compactMap(\.config) where !configs.contains(config) { configs.append(config) }
  var lines = configs.map { "config        \($0), with the overrides below" }
  if guess.hasPublishedWidth {
    let library = guess.peer?.library ?? "PySlowFast"
    lines += guess.published.map { "published     \(library)'s \($0.name): \($0.number)" }
    if guess.published.count > 1 { lines.append("note          which of these it is, the tensors do not tell") }
  }
  return lines
}

private func quotedForShell(_ value: String) -> String { value.contains(" ") ? "\"\(value)\"" : value }

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
  lines += network.remarks.map { "note          \($0)" }
  if let (reason, advice) = guess.obstacle { return lines + ["note          \(reason) -> \(advice)"] }
  lines += ["", "overrides that suit these weights:"]
  return lines + network.settings.map { "  \($0.key) \(quotedForShell($0.value))" }
}

private func quotedForShell(_ value: String) -> String { value.contains(" ") ? "\"\(value)\"" : value }

public import Checkpoint
public import Configuration
internal import Wording

/// Describes a file of weights in full: format, counts, guessed architecture with the configs that suit and the overrides
/// that these need, and a line for every tensor.
///
/// - Parameters:
///   - config: Reads a config of this project by its path from the project's folder; nil where it is not there.
///   - families: Whose networks are looked for.
public func describe(
  _ checkpoint: Checkpoint, families: [any ModelFamily] = modelFamilies,
  config: (String) -> Configuration? = { _ in nil }
) -> String {
  let guess = ArchitectureGuess(checkpoint, families: families)
  return (checkpoint.summaryLines + guessed(guess, families, config) + [""] + checkpoint.tensorLines)
    .joined(separator: "\n")
}

private func guessed(
  _ guess: ArchitectureGuess, _ families: [any ModelFamily], _ read: (String) -> Configuration?
) -> [String] {
  guard let network = guess.network else { return ["architecture  none that this program knows"] }
  var lines = ["architecture  \(network.summary), by the tensors' names and shapes"]
  if let peer = guess.peer { lines.append("library       \(peer.library)") }
  let remarks = network.remarks.map { "note          \($0.text)" }
  let fit = NetworkFit(guess, families)
  let obstacle = guess.obstacle ?? fit?.obstacle
  if let (reason, advice) = obstacle { return lines + remarks + ["note          \(reason) -> \(advice)"] }
  guard let suggestions = ConfigSuggestions(guess, read) else { return lines }
  let oddity = suggestions.facts.oddity.map { ["note          \($0)"] } ?? []
  let gaps = fit?.gaps(network, isWritten: false).map { "note          \($0)" } ?? []
  lines += gaps + configLines(suggestions, guess) + oddity + remarks
  if !suggestions.all.isEmpty { return lines }
  let assumed = suggestions.facts.assumed
  if !assumed.isEmpty {
    lines.append(
      "note          \(series(assumed, "and")) leave no trace in the tensors: below is what is usual -> set what the weights "
        + "were trained with")
  }
  return lines + ["", "overrides that suit these weights:"] + suggestions.facts.settings.map { "  \($0.text)" }
}

/// Which configurations suit, and what was published of networks of this shape.
private func configLines(_ suggestions: ConfigSuggestions, _ guess: ArchitectureGuess) -> [String] {
  var lines: [String] = []
  for suggestion in suggestions.all {
    let overrides = suggestion.overrides.map(\.text).joined(separator: " ")
    let words =
      switch (suggestion.config, overrides.isEmpty) {
      case (nil, _): "which is not to be found from here; the weights ask for \(overrides)"
      case (_?, true): "as it stands"
      case (_?, false): "with \(overrides)"
      }
    lines.append("config        \(suggestion.path), \(words)")
    // The numbers are of the config's own network.
    let isPublished = suggestion.config == nil || suggestion.overrides.allSatisfy { $0.key.hasPrefix("DATA.") }
    if guess.network?.hasPublishedWidths == true, isPublished {
      let library = guess.peer?.library ?? PublishedModel.ownLibrary
      lines += suggestion.published.map { "published     \(library)'s \($0.name): \($0.number)" }
    }
  }
  if suggestions.facts.hasOwn, !suggestions.all.isEmpty {
    lines.append("note          what leaves no trace in the tensors is as the file's own configuration (cfg) has it")
  }
  if suggestions.all.count > 1 {
    let keys = suggestions.openKeys
    lines.append(
      "note          which of these it is, the tensors do not tell: they differ in "
        + (keys.isEmpty ? "their training alone" : series(keys, "and")))
  } else if let published = suggestions.all.first?.published, published.count > 1,
    guess.network?.hasPublishedWidths == true
  {
    lines.append("note          which of these it is, the tensors do not tell")
  }
  return lines
}

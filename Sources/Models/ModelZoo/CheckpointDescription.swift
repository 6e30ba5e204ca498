public import Checkpoint
public import Configuration
internal import Wording

/// Describes a file of weights in full: format, counts, guessed architecture with the configs that suit and the overrides
/// that these need, tensors with numbers that are not finite, and a line for every tensor.
///
/// - Parameters:
///   - config: Reads a config of this project by its path from the project's folder; nil where it is not there.
///   - families: Whose networks are looked for.
public func describe(
  _ checkpoint: Checkpoint, families: [any ModelFamily] = modelFamilies,
  config: (String) -> Configuration? = { _ in nil }
) -> String {
  let guess = ArchitectureGuess(checkpoint, families: families)
  return
    (checkpoint.summaryLines + notFinite(checkpoint) + guessed(guess, families, config) + [""] + checkpoint.tensorLines)
    .joined(separator: "\n")
}

/// A line for each tensor with NaN or infinity: scores of such weights are none.
private func notFinite(_ checkpoint: Checkpoint) -> [String] {
  let found = checkpoint.notFiniteTensors()
  let listed = 10
  return found.prefix(listed).map { "not finite    \($0)" }
    + (found.count > listed ? ["not finite    \(counted(found.count - listed, "more tensor"))"] : [])
}

private func guessed(
  _ guess: ArchitectureGuess, _ families: [any ModelFamily], _ read: (String) -> Configuration?
) -> [String] {
  guard let network = guess.network else { return ["architecture  none that this program knows"] }
  var lines = ["architecture  \(network.summary), by the tensors' names and shapes"]
  if let peer = guess.peer { lines.append("library       \(peer.library)") }
  func note(_ text: String) -> String { "note          \(text)" }
  let remarks = network.remarks.map { note($0.text) }
  let fit = NetworkFit(guess, families)
  if let (reason, advice) = guess.obstacle ?? fit?.obstacle {
    return lines + remarks + [note("\(reason) -> \(advice)")]
  }
  guard let fit else { return lines + remarks }
  lines += ([fit.gap.map { "\(fit.fileName) \($0.reason) -> \($0.advice)" }, fit.strangers(isWritten: false)])
    .compactMap { $0.map(note) }
  let oddity =
    fit.leavesOwnOut
    ? "the file's own configuration (cfg) is of no network with these tensors, and is left out here" : fit.facts.oddity
  let notes = (oddity.map { [note($0)] } ?? []) + remarks
  // What loads nothing is not advised.
  guard let settings = fit.settings() else { return lines + notes }
  let suggestions = ConfigSuggestions(guess, fit, read)
  let assumed = fit.facts.assumed(settings)
  let head =
    guess.hasHead
    ? []
    : [
      note(
        "no configuration loads a file without a head -> fine-tune it, or try it with --partial-weights, which makes one up"
      )
    ]
  if !suggestions.all.isEmpty {
    lines += configLines(suggestions, guess) + ownLines(fit.facts, assumed)
    if !network.openKeys.isEmpty { lines.append(note("\(untraced(network.openKeys))")) }
    return lines + notes + head
  }
  lines += notes + ownLines(fit.facts, assumed) + head
  if !assumed.isEmpty {
    lines.append(note("\(untraced(assumed)): below is what is usual -> set what the weights were trained with"))
  }
  return lines + ["", "overrides that suit these weights\(guess.hasHead ? "" : ", but for the head"):"]
    + (settings.filter { !$0.isAssumed } + settings.filter(\.isAssumed)).map { "  \($0.text)" }
}

private func untraced(_ keys: [String]) -> String {
  "\(series(keys, "and")) \(keys.count == 1 ? "leaves" : "leave") no trace in the tensors"
}

/// What of that which leaves no trace the file's own configuration tells.
///
/// - Parameter assumed: The keys of which it is silent.
private func ownLines(_ facts: FileFacts, _ assumed: [String]) -> [String] {
  let told = facts.untracedOverrides.map(\.key)
  if told.isEmpty { return [] }
  // The shorter of the two lists.
  let what =
    assumed.count <= told.count
    ? "what leaves no trace in the tensors is as the file's own configuration (cfg) has it"
      + (assumed.isEmpty ? "" : ", but for \(series(assumed, "and")), which it has not")
    : "of what leaves no trace in the tensors, the file's own configuration (cfg) has \(series(told, "and"))"
  return ["note          \(what)"]
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
      lines += suggestion.published.map { "published     \(possessive($0.library)) \($0.name): \($0.number)" }
    }
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

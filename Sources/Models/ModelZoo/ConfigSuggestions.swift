internal import Configuration

/// The configs of this project that a file may suit, each held against what is known of the file, and tried on it.
struct ConfigSuggestions {
  struct Suggestion {
    let path: String
    /// What it has to say otherwise; all that is certain where the config is not there to be held against it.
    let overrides: [FileFacts.Override]
    let config: Configuration?
    let published: [PublishedModel]
  }

  private(set) var all: [Suggestion]
  /// The keys in which the suggestions differ, and of which nothing that is known of the file speaks.
  let openKeys: [String]

  /// - Parameter read: Reads a config of this project by its path; nil where it is not there.
  init(_ guess: ArchitectureGuess, _ fit: NetworkFit, _ read: (String) -> Configuration?) {
    let facts = fit.facts
    all = guess.candidates.map { candidate in
      let config = read(candidate.path)
      return Suggestion(
        path: candidate.path, overrides: config.map(facts.overrides) ?? facts.proven, config: config,
        published: candidate.published)
    }
    all = all.filter { suggestion in
      guard var config = suggestion.config else { return true }
      do { try config.apply(overrides: suggestion.overrides.flatMap { [$0.key, $0.value] }) } catch { return false }
      return fit.loads(config)
    }
    // Tensors of one config need less of it said otherwise than those of another; the file's own configuration, where there is
    // one, tells what they do not.
    let known = all.filter { $0.config != nil }
    if let least = known.map(\.overrides.count).min() {
      all = known.filter { $0.overrides.count == least }
    }
    openKeys = facts.openKeys(of: all.compactMap(\.config), guess.family)
  }
}

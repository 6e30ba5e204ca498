internal import OrderedCollections
internal import Wording

extension EnsembleFile {
  /// Checks what a model says of keys that a run of several models has once, for all of them: where files are, what is
  /// tested, what becomes of the scores. What was asked for by name and cannot be is an error; what a model's config says
  /// beside, as it does for a run of its own, is named.
  ///
  /// - Parameters:
  ///   - own: The model's configuration, its config and overrides read.
  ///   - run: The configuration of the run.
  ///   - keysOfRun: These keys.
  /// - Returns: What changes nothing, in words.
  /// - Throws: `EnsembleFileError`; `ConfigurationError` and `FileError` where the model's config cannot be read.
  public func notices(
    on entry: Entry, _ own: Configuration, of run: Configuration, keysOfRun: Set<String>
  ) throws -> [String] {
    let asked = stride(from: 0, to: entry.overrides.count, by: 2).map { entry.overrides[$0] }
    var notices: [String] = []
    for key in asked where keysOfRun.contains(key) {
      if Self.keysOfWeights.contains(key) {
        throw wrong(
          entry.overridesLine, "OPTS of \(entry.name) has \(key), and its weights are those of WEIGHTS",
          "leave it out of OPTS")
      }
      let (value, held) = (own.literal(key) ?? "", run.literal(key) ?? "")
      if value != held {
        throw wrong(
          entry.overridesLine, "OPTS of \(entry.name) has \(key) \(value), which all models share: the run has \(held)",
          "leave it out of OPTS; what is to hold for the run stands after the command: \(key) VALUE")
      }
      notices.append(
        "'\(path)', line \(entry.overridesLine): OPTS of \(entry.name) has \(key), which the run has as well: it changes "
          + "nothing")
    }
    guard let config = entry.config else { return notices }
    let idle = try idleKeys(of: entry, config, run, keysOfRun.subtracting(asked))
    if !idle.isEmpty {
      notices.append(
        "model '\(entry.name)': \(counted(idle.count, "key")) of '\(config)' that the run has for all models, and that "
          + "\(idle.count == 1 ? "changes" : "change") nothing: \(listed(idle, limit: 8))")
    }
    return notices
  }

  private static let keysOfWeights = [Key.testCheckpointFilePath.name, Key.trainCheckpointFilePath.name]

  /// The keys that a model's config sets and the run has otherwise, with both values.
  private func idleKeys(
    of entry: Entry, _ path: String, _ run: Configuration, _ keys: Set<String>
  ) throws -> [String] {
    let config = try Configuration.load(path: path)
    return config.given.keys.sorted().filter { keys.contains($0) && Schema[$0].actsOnTests }.compactMap { key in
      let value = config.literal(key) ?? ""
      if key == Key.testCheckpointFilePath.name {
        let isRead = config[.testCheckpointFilePath] == entry.weights
        return isRead ? nil : "\(key) \(value) (the weights are those of WEIGHTS)"
      }
      // The call's pairs hold for every model, as they would in a run of its own.
      if run.source(of: key) == .override { return nil }
      let held = run.literal(key) ?? ""
      return value == held ? nil : "\(key) \(value) (the run has \(held))"
    }
  }
}

public import Configuration
internal import Files
internal import Inference
internal import Wording

extension RunDirectory {
  /// Its configuration, as the run wrote it.
  ///
  /// A file that lost its end may still load, with defaults in the place of what is gone: the keys that scores depend on
  /// are compared with what the journals say.
  ///
  /// - Throws: `RunDirectoryError.damagedConfiguration`.
  public func readConfiguration(rules: (any ConfigurationRules)? = nil) throws -> Configuration {
    let path = configuration
    if !pathExists(path) { throw RunDirectoryError.damagedConfiguration(path: path, reason: "it is missing") }
    let config: Configuration
    do {
      config = try Configuration.load(path: path, rules: rules)
    } catch {
      let text = "\(error)"
      let found = text.firstRange(of: " -> ").map { String(text[..<$0.lowerBound]) } ?? text
      throw RunDirectoryError.damagedConfiguration(path: path, reason: "it cannot be read (\(found))")
    }
    let parts: [Shard?] = [nil] + (try shards())
    guard let identity = parts.lazy.compactMap({ identity($0) }).first else { return config }
    let others = Configuration.keys.compactMap { key -> String? in
      guard let used = identity[key], let found = config.literal(key), used != found else { return nil }
      return "\(key) is \(found), and \(used) in the journal"
    }
    if !others.isEmpty {
      throw RunDirectoryError.damagedConfiguration(
        path: path, reason: "it is not the one that the scores were made with: \(listed(others, limit: 3))")
    }
    return config
  }

  /// The keys that no score depends on, and results do: all parts of a run must have them alike.
  static let keysOfResults = [
    Key.avaTestViewFusion.name, Key.avaLabelMapFile.name, Key.avaExclusionFile.name, Key.avaGroundtruthFile.name,
    Key.dataEnsembleMethod.name,
  ]

  /// How the scores of an ensemble's models become one, where that is not as with another part of the run.
  static func changes(of fusion: ModelFusion?, since other: ModelFusion?) -> [String] {
    if fusion == other { return [] }
    return ["the ensemble's FUSION was \(text(other)) and is \(text(fusion))"]
  }

  /// What of the ways to tell who is who is not as in another call.
  static func changes(ofLinking linking: String?, since other: String?) -> [String] {
    if linking == other { return [] }
    let usual = "neither --gap nor --tracks"
    return ["who is who was told by \(other ?? usual) and is by \(linking ?? usual)"]
  }

  private static func text(_ fusion: ModelFusion?) -> String {
    guard let fusion else { return "that of one model" }
    return "\(fusion.way.rawValue) with weights \(fusion.weights.map { "\($0)" }.joined(separator: ", "))"
  }

  /// What of the results is not as in another configuration: "AVA.TEST_VIEW_FUSION was mean and is max".
  static func changes(of config: Configuration, since other: Configuration) -> [String] {
    keysOfResults.filter { config.literal($0) != other.literal($0) }.map {
      "\($0) was \(other.literal($0) ?? "") and is \(config.literal($0) ?? "")"
    }
  }
}

extension RunDirectory {
  /// Refuses a shard whose results would be made otherwise than those of the shards that are there.
  ///
  /// - Throws: `RunDirectoryError.otherResults`, `RunDirectoryError.otherFusion`, `RunDirectoryError.otherLinking`.
  public func checkResults(of config: Configuration, _ status: RunStatus, beside shard: Shard) throws {
    // A file that is damaged is written anew when the shard begins.
    guard try hasParts(beside: shard), let other = try? readConfiguration() else { return }
    let changes = RunDirectory.changes(of: config, since: other)
    if !changes.isEmpty {
      throw RunDirectoryError.otherResults(doing: "computing", directory: path, changes: changes)
    }
    if let part = try shards().lazy.filter({ $0 != shard }).compactMap(readStatus).first {
      try RunDirectory.check(status, beside: part, doing: "computing", directory: path)
    }
  }

  /// Refuses parts whose results would be made otherwise than those of another one.
  ///
  /// - Throws: `RunDirectoryError.otherFusion`, `RunDirectoryError.otherLinking`.
  static func check(_ status: RunStatus, beside other: RunStatus, doing: String, directory: String) throws {
    let fusion = changes(of: status.fusion, since: other.fusion)
    if !fusion.isEmpty { throw RunDirectoryError.otherFusion(doing: doing, directory: directory, changes: fusion) }
    let linking = changes(ofLinking: status.linking, since: other.linking)
    if !linking.isEmpty { throw RunDirectoryError.otherLinking(doing: doing, directory: directory, changes: linking) }
  }
}

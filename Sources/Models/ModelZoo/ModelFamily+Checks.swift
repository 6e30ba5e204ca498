internal import Configuration
internal import VideoModels
internal import Wording

/// The numbers of channels that a stage of a network may have: more take all memory, and no published one has a quarter.
let stageChannels = 1...16_384

extension ModelFamily {
  /// All that is checked of a configuration whose `MODEL.MODEL_NAME` and `MODEL.ARCH` are the family's own: its values'
  /// names, what ``check(_:)`` asks, and whether backbone and head can be described.
  ///
  /// - Returns: What stays without effect, for the notices.
  func checkAll(_ config: Configuration) throws(ConfigurationError) -> [String] {
    let owner = series(networks, "or")
    for (key, rule) in valueRules.sorted(by: { $0.key < $1.key }) { try config.check(key, by: rule, of: owner) }
    let notices = try check(config)
    try checkByBuilding(config)
    return notices
  }

  /// Makes backbone and head for nothing: what they refuse is said when the configuration is read, with its place.
  private func checkByBuilding(_ config: Configuration) throws(ConfigurationError) {
    do {
      let backbone = try backbone(config)
      try checkChannels(backbone.stageChannels, config)
      _ = try head(config, on: backbone)
    } catch let error as ConfigurationError {
      throw error
    } catch ModelConfigurationError.impossible(let key, let found, let expected, let todo) {
      throw .badValue(key: key, source: config.source(of: key), expected: expected, found: found, remedy: todo)
    } catch {
      // For who builds it to say.
    }
  }

  private func checkChannels(_ channels: [Int], _ config: Configuration) throws(ConfigurationError) {
    guard let wrong = channels.first(where: { !stageChannels.contains($0) }) else { return }
    let keys = widthKeys.isEmpty ? [Key.modelModelName.name] : widthKeys
    throw .impossible(
      problem: "a stage would have \(wrong) channels, and takes \(stageChannels.lowerBound) to "
        + "\(stageChannels.upperBound) channels",
      keys: keys.map { config.cite($0) },
      remedy: "set them as a published config does, or as the weights have it (slowfast inspect)")
  }
}

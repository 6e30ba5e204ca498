public import Configuration
public import VideoModels
internal import Wording

extension ArchitectureGuess {
  /// What is to be said of a file that is used with a configuration's network: what that assumes, and what no tensor tells.
  ///
  /// - Parameter file: What the file is called.
  public func notices(_ architecture: Architecture, _ config: Configuration, file: String) -> [String] {
    let contradiction = contradiction(config, file: file)
    // With other strides the features are as far apart as is assumed.
    let tellsStrides = contradicted(config).contains { $0.key == Key.resnetSpatialStrides.name }
    return (tellsStrides ? [] : architecture.notices) + (contradiction.map { [$0] } ?? [])
  }

  /// What the file's own configuration says of its network otherwise than the one it is used with, where no tensor tells; nil
  /// for nothing. Other libraries' files are known by their names.
  ///
  /// - Parameter file: What the file is called.
  public func contradiction(_ config: Configuration, file: String) -> String? {
    let found = contradicted(config)
    if found.isEmpty { return nil }
    let lost = found.filter(claims.contains)
    if !lost.isEmpty {
      return
        "\(file) lacks tensors of the network that its own configuration (cfg) has with \(series(lost.map(\.text), "and")): "
        + "the scores are not those that it was trained for -> fetch the file again, or save the whole state_dict()"
    }
    let now = found.map { "\($0.key) \(config.literal($0.key) ?? "")" }
    let trained = found.map(\.text)
    return "\(file) was saved with \(series(trained, "and")) by its own configuration (cfg), and this config has "
      + "\(series(now, "and")): the scores are not those that it was trained for -> set "
      + "\(trained.joined(separator: " ")), or give what is meant as KEY VALUE"
  }

  private func contradicted(_ config: Configuration) -> [FileFacts.Override] {
    guard let network, peer == nil else { return [] }
    let facts = FileFacts(network, own: own, family)
    return facts.contradictions(of: config) + facts.overrides(of: config).filter(claims.contains)
  }
}

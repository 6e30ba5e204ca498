public import Configuration
internal import Wording

extension ArchitectureGuess {
  /// What the file's own configuration says of its network otherwise than the one it is used with, where no tensor tells; nil
  /// for nothing. Other libraries' files are known by their names.
  ///
  /// - Parameter file: What the file is called.
  public func contradiction(_ config: Configuration, file: String) -> String? {
    guard let network, peer == nil else { return nil }
    let found = FileFacts(network, own: own, family).contradictions(of: config)
    if found.isEmpty { return nil }
    let now = found.map { "\($0.key) \(config.literal($0.key) ?? "")" }
    let trained = found.map(\.text)
    return "\(file) was saved with \(series(trained, "and")) by its own configuration (cfg), and this config has "
      + "\(series(now, "and")): the scores are not those that it was trained for -> set "
      + "\(trained.joined(separator: " ")), or give what is meant as KEY VALUE"
  }
}

internal import Checkpoint
public import Configuration
internal import Kernels
internal import VideoModels
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

  /// What a file lacks of its network, and what it has that belongs to none of the network's layers; a line each.
  ///
  /// Nothing where the network cannot be built of what is known of the file.
  func gaps(of checkpoint: Checkpoint, _ families: [any ModelFamily]) -> [String] {
    guard let network, let config = try? FileFacts(network, own: own, family).configuration(),
      var architecture = try? Architecture(config, families: families)
    else { return [] }
    _ = try? peer?.adapt(&architecture, config)
    let reader = WeightReader(checkpoint)
    _ = VideoModel(architecture, weights: reader, engine: Engine(threads: 1))
    let report = reader.report
    // A file without a head is said to have none.
    let hasHead = checkpoint.entries.contains { $0.name.hasPrefix(Projection.headPrefix) }
    let missing = report.missing.map(\.name).filter { hasHead || !$0.hasPrefix(Projection.headPrefix) }
    func words(_ names: [String]) -> String { listed(names.map { "'\(printable($0))'" }, limit: 3) }
    var lines: [String] = []
    if !missing.isEmpty {
      lines.append(
        "\(report.fileName) lacks \(counted(missing.count, "tensor")) of its network (\(network.summary)), and so will what "
          + "is written: \(words(missing)) -> fetch the file again, or save the whole state_dict()")
    }
    if !report.mismatched.isEmpty {
      lines.append(
        "\(counted(report.mismatched.count, "tensor")) of \(report.fileName) of another shape than in its network "
          + "(\(network.summary)): \(words(report.mismatched.map(\.name))) -> whoever reads what is written will meet them"
      )
    }
    if !report.unused.isEmpty {
      lines.append(
        "\(counted(report.unused.count, "tensor")) of \(report.fileName) of no layer of its network (\(network.summary)), "
          + "written as they are: \(words(report.unused)) -> leave them out of the file where its reader is strict")
    }
    return lines
  }
}

internal import Checkpoint
internal import Configuration
internal import Kernels
internal import Tensors
internal import VideoModels
internal import Wording

/// The network that a file's tensors and its own configuration describe, built and held against the file.
///
/// What is said of a file (by `inspect`, where it does not suit a configuration, before it is written) comes from here, so that
/// it holds for every family's networks. What is advised has been tried on the file.
struct NetworkFit {
  /// What is known of its configuration.
  private(set) var facts: FileFacts
  /// Which tensors the file lacks, which have another shape, which are of no layer; nil where no network can be built.
  private(set) var report: LoadReport?
  /// Why no configuration loads the file, and what to do; nil where one does but for tensors that are missing or too many.
  private(set) var obstacle: (reason: String, advice: String)?
  /// Whether the file's own configuration suits no network of its tensors.
  private(set) var leavesOwnOut = false
  private let guess: ArchitectureGuess
  private let network: Recognition
  private let families: [any ModelFamily]

  /// - Returns: Nil where nothing is known of the file, or where it is of no network that this program runs.
  init?(_ guess: ArchitectureGuess, _ families: [any ModelFamily]) {
    guard let network = guess.network, guess.obstacle == nil else { return nil }
    (self.guess, self.network, self.families) = (guess, network, families)
    facts = FileFacts(network, own: guess.own, guess.family)
    let other = "give weights of a network that a configuration describes"
    var refusal: String?
    // What the file's own configuration asks for may be impossible by itself: then the tensors speak alone.
    for own in guess.own == nil ? [nil] : [guess.own, nil] {
      do {
        let facts = FileFacts(network, own: own, guess.family)
        let found = try Self.report(of: guess, under: facts.configuration(), families)
        let fits = Self.odd(found).isEmpty && found.unused.isEmpty
        if fits || report.map({ Self.odd(found).count < Self.odd($0).count }) ?? true {
          (report, self.facts) = (found, facts)
          leavesOwnOut = own == nil && guess.own != nil
        }
        if fits { return }
      } catch {
        let text = "\(error)"
        refusal = refusal ?? text.firstRange(of: " -> ").map { String(text[..<$0.lowerBound]) } ?? text
      }
    }
    if let oddity = network.oddity {
      obstacle = ("it holds \(network.summary): \(oddity)", other)
      return
    }
    guard let report else {
      obstacle = ("it holds \(network.summary), which no configuration describes: \(refusal ?? "")", other)
      return
    }
    let odd = Self.odd(report)
    guard let first = odd.first else { return }
    let more = odd.count > 1 ? ", and \(counted(odd.count - 1, "more tensor")) likewise" : ""
    obstacle = (
      "it holds \(network.summary) in which no configuration that is known gives '\(printable(first.name))' its shape: it is "
        + "\(describe(shape: first.fileShape)), where the network has \(describe(shape: first.modelShape))\(more)",
      other
    )
  }

  /// The tensors before the head that have another shape.
  private static func odd(_ report: LoadReport) -> [LoadReport.Mismatched] {
    report.mismatched.filter { !$0.name.hasPrefix(Projection.headPrefix) }
  }

  /// How a configuration's network and the file compare.
  ///
  /// - Throws: What building the network throws.
  static func report(
    of guess: ArchitectureGuess, under config: Configuration, _ families: [any ModelFamily]
  ) throws -> LoadReport {
    let architecture = try architecture(of: guess, under: config, families)
    let reader = WeightReader(shapesOf: guess.checkpoint)
    // The references keep weights as they come.
    let engine = Engine(threads: 1, planner: ConvolutionPlanner(forced: .reference))
    _ = VideoModel(architecture, weights: reader, engine: engine)
    return reader.report
  }

  private static func architecture(
    of guess: ArchitectureGuess, under config: Configuration, _ families: [any ModelFamily]
  ) throws -> Architecture {
    var architecture = try Architecture(config, families: families)
    _ = try guess.peer?.adapt(&architecture, config)
    return architecture
  }

  // MARK: What loads the file

  /// Whether the file has a head that scores: one without is said to have none, and not to lack its tensors.
  var hasHead: Bool {
    guess.checkpoint.entries.contains {
      $0.name.hasPrefix(Projection.headPrefix) && !$0.name.hasPrefix(ArchitectureGuess.selfSupervisedHead)
    }
  }

  /// The tensors that a network of the file lacks, but for a head where there is none.
  private func missing(_ report: LoadReport) -> [String] {
    report.missing.map(\.name).filter { hasHead || !$0.hasPrefix(Projection.headPrefix) }
  }

  /// Whether a configuration loads the file, but for a head where there is none.
  func loads(_ config: Configuration) -> Bool {
    guard let report = try? Self.report(of: guess, under: config, families) else { return false }
    return missing(report).isEmpty && report.mismatched.isEmpty
  }

  /// The values that make a configuration of the file's network of any other, as they have been tried; nil where none do.
  func settings() -> [FileFacts.Override]? {
    let settings = facts.settings(guess.peer) { try Self.architecture(of: guess, under: $0, families) }
    var config = Configuration.defaults
    do { try config.apply(overrides: settings.flatMap { [$0.key, $0.value] }) } catch { return nil }
    return loads(config) ? settings : nil
  }

  /// What a file lacks of its network, and what it has that belongs to none of the network's layers; a line each.
  ///
  /// - Parameter isWritten: Whether the file is being written under other names; else it is looked at.
  func gaps(isWritten: Bool) -> [String] {
    guard let report else { return [] }
    func words(_ names: [String]) -> String { listed(names.map { "'\(printable($0))'" }, limit: 3) }
    let missing = missing(report)
    var lines: [String] = []
    if !missing.isEmpty {
      lines.append(
        "\(report.fileName) lacks \(counted(missing.count, "tensor")) of its network (\(network.summary))"
          + "\(isWritten ? ", and so will what is written" : ""): \(words(missing)) -> fetch the file again, or save the whole state_dict()"
      )
    }
    if !report.unused.isEmpty {
      let one = report.unused.count == 1
      lines.append(
        "\(counted(report.unused.count, "tensor")) of \(report.fileName) \(one ? "is" : "are") of no layer of its network "
          + "(\(network.summary)), "
          + (isWritten
            ? "written as \(one ? "it is" : "they are"): \(words(report.unused)) -> leave \(one ? "it" : "them") out of the "
              + "file where its reader is strict"
            : "and \(one ? "is" : "are") not read: \(words(report.unused))"))
    }
    return lines
  }
}

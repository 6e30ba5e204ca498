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
  /// Why no configuration loads the file, and what to do; nil where one does but for tensors that are missing or a few too
  /// many.
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
        let text = "\(error)".replacing(" (\(Configuration.Source.override))", with: "")
        refusal = refusal ?? text.firstRange(of: " -> ").map { String(text[..<$0.lowerBound]) } ?? text
      }
    }
    obstacle = reasonAgainst(refusal).map {
      ("it holds \(network.summary)\($0)", "give weights of a network that a configuration describes")
    }
  }

  /// Why no configuration describes the network, beginning after its name.
  ///
  /// - Parameter refusal: What building it threw.
  private func reasonAgainst(_ refusal: String?) -> String? {
    if let oddity = network.oddity { return ": \(oddity)" }
    guard let report else { return ", which no configuration describes: \(refusal ?? "")" }
    // What is missing may be what would give the others their shapes.
    if !missing.isEmpty { return nil }
    let odd = Self.odd(report)
    if let first = odd.first {
      let more = odd.count > 1 ? ", and \(counted(odd.count - 1, "more tensor")) likewise" : ""
      return " in which no configuration that is known gives '\(printable(first.name))' its shape: it is "
        + "\(describe(shape: first.fileShape)), where the network has \(describe(shape: first.modelShape))\(more)"
    }
    let strangers = report.unused.filter { isLayer($0) }
    if strangers.count <= Self.fewStrangers { return nil }
    return " with layers that no such network has: \(words(strangers))"
  }

  /// How many tensors beside the network's layers may be passed over.
  private static let fewStrangers = 12

  /// Whether a name is that of a layer of a network before its head.
  private func isLayer(_ name: String) -> Bool {
    let part = String(name.prefix { $0 != "." })
    return StageNames.isModule(part) || MViTNames.modules.contains(part)
      || families.contains { $0.firstModules.contains(part) }
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

  /// The tensors that a network of the file lacks, but for a head where there is none.
  private func missing(_ report: LoadReport) -> [String] {
    report.missing.map(\.name).filter { guess.hasHead || !$0.hasPrefix(Projection.headPrefix) }
  }

  /// What the file is called; empty where no network can be built.
  var fileName: String { report?.fileName ?? "" }

  private var missing: [String] { report.map(missing) ?? [] }

  /// Whether nothing is missing but perhaps the head.
  var isWhole: Bool { missing.isEmpty }

  /// Why the file is not to be used as it is, and what to do; nil where it lacks nothing but perhaps a head.
  var gap: (reason: String, advice: String)? {
    if obstacle != nil || missing.isEmpty { return nil }
    let claims = guess.claims.map(\.text)
    let name =
      network.summary
      + (claims.isEmpty ? "" : ", by its own configuration (cfg) with \(series(claims, "and"))")
    return (
      "lacks \(counted(missing.count, "tensor")) of its network (\(name)): \(words(missing))",
      "fetch the file again, or save the whole state_dict()"
    )
  }

  private func words(_ names: [String]) -> String { listed(names.map { "'\(printable($0))'" }, limit: 3) }

  /// Whether a configuration loads the file, but for a head where there is none.
  func loads(_ config: Configuration) -> Bool {
    guard let report = try? Self.report(of: guess, under: config, families) else { return false }
    return missing(report).isEmpty && report.mismatched.isEmpty
  }

  /// The values that make a configuration of the file's network of any other, as they have been tried; nil where none do.
  func settings() -> [FileFacts.Override]? {
    if gap != nil || obstacle != nil { return nil }
    let settings = facts.settings(guess.peer, testDataset: guess.testDataset) {
      try Self.architecture(of: guess, under: $0, families)
    }
    var config = Configuration.defaults
    do { try config.apply(overrides: settings.flatMap { [$0.key, $0.value] }) } catch { return nil }
    return loads(config) ? settings : nil
  }

  /// What the file has that belongs to none of its network's layers, in words; nil for nothing.
  ///
  /// - Parameter isWritten: Whether the file is being written under other names; else it is looked at.
  func strangers(isWritten: Bool) -> String? {
    guard let report, !report.unused.isEmpty else { return nil }
    let one = report.unused.count == 1
    return
      "\(counted(report.unused.count, "tensor")) of \(report.fileName) \(one ? "is" : "are") of no layer of its network "
      + "(\(network.summary)), "
      + (isWritten
        ? "written as \(one ? "it is" : "they are"): \(words(report.unused)) -> leave \(one ? "it" : "them") out of the "
          + "file where its reader is strict"
        : "and \(one ? "is" : "are") not read: \(words(report.unused))")
  }
}

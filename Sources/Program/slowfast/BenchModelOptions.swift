internal import ArgumentParser
internal import Configuration
internal import Inference
internal import ModelZoo

/// What a measurement of a network takes: the network, how it is computed, and `KEY VALUE` overrides.
struct BenchModelOptions: ParsableArguments {
  @Option(
    name: .customLong("cfg"), help: ArgumentHelp("A PySlowFast config (YAML).", valueName: "file"), completion: .file())
  var config: String?
  @OptionGroup var engine: EngineOptions
  @Flag(help: "May stand before the KEY VALUE pairs, as in PySlowFast.")
  var opts = false
  @Argument(
    parsing: .allUnrecognized, help: ArgumentHelp("KEY VALUE pairs that override the config.", valueName: "KEY VALUE"),
    completion: .file())
  var arguments: [String] = []

  var words: FreeWords { FreeWords(arguments) }

  /// The configuration of the file, or SlowFast R50 32x2 for AVA where none is named, with the overrides and what the
  /// command adds.
  func load(adding more: [String] = []) throws -> Configuration {
    let overrides = words.overrides + more
    if let config { return try Configuration.load(path: config, overrides: overrides, rules: RunRules()) }
    var configuration = Configuration(rules: RunRules())
    try configuration.apply(overrides: PublishedSettings.slowFastR50OnAVA + overrides)
    return configuration
  }

  /// The same; the notices of a file go to stderr.
  func loadWithNotices(adding more: [String] = []) throws -> Configuration {
    let loaded = try load(adding: more)
    if config != nil { for notice in loaded.notices { Console.warn(notice) } }
    return loaded
  }
}

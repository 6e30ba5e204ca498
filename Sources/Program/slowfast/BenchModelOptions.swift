internal import ArgumentParser
internal import Configuration
internal import ModelZoo

/// What a measurement of a network takes: the network, how it is computed, and `KEY VALUE` overrides.
struct BenchModelOptions: ParsableArguments {
  @Option(name: .customLong("cfg"), help: ArgumentHelp("A PySlowFast config (YAML).", valueName: "file"))
  var config: String?
  @OptionGroup var engine: EngineOptions
  @Flag(help: "May stand before the KEY VALUE pairs, as in PySlowFast.")
  var opts = false
  @Argument(
    parsing: .allUnrecognized, help: ArgumentHelp("KEY VALUE pairs that override the config.", valueName: "KEY VALUE"))
  var arguments: [String] = []

  var words: FreeWords { FreeWords(arguments) }

  /// The configuration of the file, or SlowFast R50 32x2 for AVA where none is named, with the overrides and what the
  /// command adds.
  func load(adding more: [String] = []) throws -> Configuration {
    let overrides = words.overrides + more
    if let config { return try Configuration.load(path: config, overrides: overrides, rules: ModelRules()) }
    var configuration = Configuration(rules: ModelRules())
    try configuration.apply(overrides: slowFastR50 + overrides)
    return configuration
  }

  /// The same; the notices of a file go to stderr.
  func loadWithNotices(adding more: [String] = []) throws -> Configuration {
    let loaded = try load(adding: more)
    if config != nil { for notice in loaded.notices { Console.warn(notice) } }
    return loaded
  }
}

/// The settings of SlowFast R50 32x2 on AVA, where they differ from the defaults.
private let slowFastR50 = [
  "DETECTION.ENABLE", "True", "DETECTION.ALIGNED", "False", "DATA.NUM_FRAMES", "32", "DATA.SAMPLING_RATE", "2",
  "SLOWFAST.ALPHA", "4", "SLOWFAST.FUSION_KERNEL_SZ", "7", "RESNET.NUM_BLOCK_TEMP_KERNEL",
  "[[3, 3], [4, 4], [6, 6], [3, 3]]", "RESNET.SPATIAL_STRIDES", "[[1, 1], [2, 2], [2, 2], [1, 1]]",
  "RESNET.SPATIAL_DILATIONS", "[[1, 1], [1, 1], [1, 1], [2, 2]]", "NONLOCAL.LOCATION",
  "[[[], []], [[], []], [[], []], [[], []]]", "NONLOCAL.GROUP", "[[1, 1], [1, 1], [1, 1], [1, 1]]",
  "MODEL.NUM_CLASSES", "80", "MODEL.HEAD_ACT", "sigmoid",
]

internal import ArgumentParser
internal import Configuration
internal import Inference
internal import Kernels
internal import ModelZoo
internal import Runs
internal import Version
internal import VideoModels

/// What a command that runs a network in any precision takes.
typealias ModelOptions = NetworkOptions<EngineOptions>

/// What every command that runs a network takes: config, weights, threads, and `KEY VALUE` overrides.
struct NetworkOptions<Choice: EngineChoice>: ParsableArguments {
  @Option(
    name: .customLong("cfg"), help: ArgumentHelp("A PySlowFast config (YAML).", valueName: "file"), completion: .file())
  var config: String

  @Option(
    help: ArgumentHelp(
      "The weights: .pyth, .pkl or .safetensors, told by content. Short for TEST.CHECKPOINT_FILE_PATH.",
      valueName: "file"), completion: .file())
  var weights: String?

  @OptionGroup var engine: Choice

  @Option(help: ArgumentHelp("Compute with seeded random weights: the scores mean nothing.", valueName: "seed"))
  var randomWeights: UInt64?

  @Flag(help: "Go on when weights are missing or have another shape: those become seeded random ones.")
  var partialWeights = false

  @Flag(help: "May stand before the KEY VALUE pairs, as in PySlowFast.")
  var opts = false

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp(
      "KEY VALUE pairs that override the config, such as DATA.TEST_CROP_SIZE 224.", valueName: "KEY VALUE"),
    completion: .file())
  var arguments: [String] = []

  func validate() throws {
    if weights != nil && randomWeights != nil {
      throw ValidationError("--weights and --random-weights exclude each other -> give one of them")
    }
    try FreeWords(arguments, takesNames: true).check("--weights", weights, isShortFor: Key.testCheckpointFilePath.name)
  }

  /// The configuration with `--weights`, the overrides and what the command adds; its notices go to stderr.
  ///
  /// - Parameters:
  ///   - overrides: Pairs that `FreeWords.check` has passed.
  ///   - entry: The model of an ensemble whose configuration it is, whose own pairs come last.
  func load(
    _ overrides: [String], adding more: [String] = [], of entry: EnsembleFile.Entry? = nil
  ) throws -> Configuration {
    var pairs = overrides + more
    if let weights { pairs += [Key.testCheckpointFilePath.name, pythonString(weights)] }
    let loaded = try Configuration.load(path: config, overrides: pairs, of: entry, rules: RunRules())
    for notice in loaded.notices { Console.warn(notice) }
    // A network that cannot be built is said before all that its data lack.
    _ = try Architecture(loaded)
    return loaded
  }

  var weightOptions: WeightOptions {
    WeightOptions(randomSeed: randomWeights, allowPartial: partialWeights, calibration: engine.calibration)
  }

  /// The files that a run reads for its network: what the options name, weights that the configuration names or that were found, and
  /// their calibration.
  ///
  /// - Parameter configuration: As ``load(_:adding:of:)`` gives it.
  func inputFiles(_ configuration: Configuration) -> [String] {
    [config, engine.tuned].compactMap(\.self)
      + weightFiles(configuration, weightOptions, quantizes: engine.precision.quantizes)
  }

  /// What a run directory says of the call.
  ///
  /// - Parameter labelMap: The file of an option; nil where the config names it.
  func status(_ config: Configuration, _ command: String, labelMap: String?) -> RunStatus {
    let weights = config[.testCheckpointFilePath]
    return RunStatus(
      version: programVersion, command: command, arguments: Array(CommandLine.arguments.dropFirst()),
      config: self.config, weights: weights.isEmpty ? nil : weights, labelMap: labelMap)
  }

  /// Builds the model with its weights; notices go to stderr.
  ///
  /// - Parameters:
  ///   - other: A model that computes in turn with this one, on the same threads and in the same memory.
  ///   - streams: How many clips are computed side by side.
  func model(_ config: Configuration, beside other: LoadedModel? = nil, streams: Int = 1) throws -> LoadedModel {
    let model = try LoadedModel(
      config, weightOptions, engine: other?.model.engine ?? engine.make(streams: streams), sharing: other)
    for notice in model.notices + model.model.algorithmNotices(dashes: "--") { Console.warn(notice) }
    return model
  }
}

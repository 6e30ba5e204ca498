public import ArgumentParser
internal import Configuration
internal import Inference
public import Kernels
internal import ModelZoo
internal import Runs
internal import Tensors
internal import Version
internal import VideoModels
internal import NN
internal import Wording

/// What every command that runs a network takes: config, weights, threads, and `KEY VALUE` overrides.
struct ModelOptions: ParsableArguments {
  @Option(
    name: .customLong("cfg"), help: ArgumentHelp("A PySlowFast config (YAML).", valueName: "file"), completion: .file())
  var config: String

  @Option(
    help: ArgumentHelp(
      "The weights: .pyth, .pkl or .safetensors, told by content. Short for TEST.CHECKPOINT_FILE_PATH.",
      valueName: "file"), completion: .file())
  var weights: String?

  @OptionGroup var engine: EngineOptions

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

  /// The files that the options name.
  var inputFiles: [String] { [config, weights, engine.calibration, engine.tuned].compactMap(\.self) }

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
    for notice in model.notices { Console.warn(notice) }
    warnOfAlgorithms(model.model)
    return model
  }
}

/// Says that layers have no kernels in bfloat16, that none has integers, or that a tuned plan knows none, where that is so.
func warnOfAlgorithms(_ model: VideoModel) {
  if model.engine.planner.tuned != nil, !model.network.convolutions.contains(where: { $0.choice == .file }) {
    Console.warn(
      "--tuned: the plan knows no convolution of this network, the algorithms are those of the rule -> make one with slowfast "
        + "tune and this config")
  }
  if model.engine.quantizes, !model.network.convolutions.contains(where: { $0.input == .uint8 }) {
    Console.warn(
      "--precision int8: no convolution of this network can multiply integers, and all is computed as with bf16 -> give "
        + "--precision bf16")
  }
  if model.engine.usesReferences { return }
  let plain = model.network.convolutions.filter { $0.algorithm == .reference && $0.choice == .rule }.count
  if plain == 0 { return }
  Console.warn(
    "--precision bf16: \(counted(plain, "convolution")) of groups of an odd number of channels will be computed by the "
      + "plain loops, slowly -> give --precision fp32")
}

/// How the arithmetic is done.
struct EngineOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Threads that compute (default: every processor).", valueName: "count"))
  var threads: Int?

  @Option(
    help: """
      Force the kernels of one instruction set: portable, avx2, avx512 or amx (avx512 with tile registers for bf16).
      """)
  var kernels: InstructionSet?

  @Option(help: "Force one convolution algorithm wherever it is legal (see docs/engine.md).")
  var convolution: ConvolutionAlgorithm?

  @Option(
    help: """
      fp32; bf16: activations and weights in bfloat16, sums and the head in float32 (on processors without AVX512-BF16 a \
      warning, and fp32); or int8: integers where a calibration allows them (slowfast calibrate), else as bf16.
      """)
  var precision: Precision = .fp32

  @Option(
    help: ArgumentHelp(
      "For --precision int8: the calibration (default: the one beside the weights, WEIGHTS.int8.json).",
      valueName: "file"), completion: .file())
  var calibration: String?

  @Flag(
    help: """
      Choose each convolution's algorithm by timing them, anew for every size of clips, instead of by its shape; results \
      may then differ in the last bits from run to run.
      """)
  var measurePlan = false

  @Option(
    help: ArgumentHelp(
      "Choose each convolution's algorithm by a plan of slowfast tune; shapes that it does not know go by the rule.",
      valueName: "file"), completion: .file())
  var tuned: String?

  func validate() throws {
    if calibration != nil && precision != .int8 {
      throw ValidationError("--calibration is for --precision int8 -> give both, or leave it out")
    }
    if measurePlan && convolution != nil {
      throw ValidationError("--measure-plan and --convolution exclude each other -> give one of them")
    }
    if tuned != nil && (measurePlan || convolution != nil) {
      let other = measurePlan ? "--measure-plan" : "--convolution"
      throw ValidationError("--tuned and \(other) exclude each other -> give one of them")
    }
    if let threads, !(1...256 ~= threads) { throw ValidationError("--threads is \(threads) -> give 1 to 256") }
  }

  func make(streams: Int = 1) throws -> Engine {
    let table = try kernels.map { try KernelTable($0) } ?? .best
    let activations = precision.activations(with: table)
    if let notice = precision.notice(with: table, dashes: "--") { Console.warn(notice) }
    let engine = Engine(
      threads: threads, kernels: table, planner: ConvolutionPlanner(forced: convolution, measures: measurePlan),
      activations: activations, quantizes: precision.quantizes, streams: streams)
    guard let tuned else { return engine }
    let plan = try TunedPlanFile(path: tuned)
    let setting = TunedPlanFile.Setting(engine, program: programVersion)
    for notice in try plan.check(tuned, on: setting, activations: engine.activations) { Console.warn(notice) }
    return engine.with(planner: ConvolutionPlanner(tuned: plan.algorithms))
  }
}

extension Precision: ExpressibleByArgument {}
extension ConvolutionAlgorithm: ExpressibleByArgument {}

public import ArgumentParser
internal import Configuration
internal import Inference
public import Kernels
internal import Wording

/// What every command that runs a network takes: config, weights, threads, and `KEY VALUE` overrides.
struct ModelOptions: ParsableArguments {
  @Option(name: .customLong("cfg"), help: ArgumentHelp("A PySlowFast config (YAML).", valueName: "file"))
  var config: String

  @Option(
    help: ArgumentHelp(
      "The weights: .pyth, .pkl or .safetensors, told by content. Short for TEST.CHECKPOINT_FILE_PATH.",
      valueName: "file"))
  var weights: String?

  @OptionGroup var engine: EngineOptions

  @Option(help: ArgumentHelp("Compute with seeded random weights: the scores mean nothing.", valueName: "seed"))
  var randomWeights: UInt64?

  @Flag(help: "Go on when weights are missing or have another shape: those become seeded random ones.")
  var partialWeights = false

  @Option(help: "The precision of the arithmetic: fp32; bf16 comes with a later version.")
  var precision: Precision = .fp32

  @Flag(help: "May stand before the KEY VALUE pairs, as in PySlowFast.")
  var opts = false

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp(
      "KEY VALUE pairs that override the config, such as DATA.TEST_CROP_SIZE 224.", valueName: "KEY VALUE"))
  var arguments: [String] = []

  func validate() throws {
    if weights != nil && randomWeights != nil {
      throw ValidationError("--weights and --random-weights exclude each other -> give one of them")
    }
  }

  /// The configuration with `--weights`, the overrides and what the command adds; its notices go to stderr.
  ///
  /// - Parameter overrides: Pairs that `checkOverrides` has passed.
  func load(_ overrides: [String], adding more: [String] = []) throws -> Configuration {
    if precision == .bf16 { throw NotYet("--precision bf16 (AVX512-BF16 arithmetic)") }
    var pairs = overrides + more
    if let weights { pairs += ["TEST.CHECKPOINT_FILE_PATH", pythonString(weights)] }
    let loaded = try Configuration.load(path: config, overrides: pairs)
    for notice in loaded.notices { Console.warn(notice) }
    return loaded
  }

  /// Builds the model with its weights; notices go to stderr.
  func model(_ config: Configuration) throws -> LoadedModel {
    let options = WeightOptions(randomSeed: randomWeights, allowPartial: partialWeights)
    let model = try LoadedModel(config, options, engine: engine.make())
    for notice in model.notices { Console.warn(notice) }
    return model
  }
}

/// Tells a mistyped option from the `KEY VALUE` pairs it was taken for.
func checkOverrides(_ overrides: [String]) throws {
  for (index, text) in overrides.enumerated() where index % 2 == 0 && text.hasPrefix("-") {
    throw ValidationError("unknown option '\(text)' -> see --help")
  }
  if overrides.count % 2 == 1 {
    throw ValidationError(
      "overrides come in pairs KEY VALUE, and '\(overrides.last!)' has no partner -> give its value")
  }
}

/// How the arithmetic is done.
struct EngineOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Threads that compute (default: every processor).", valueName: "count"))
  var threads: Int?

  @Option(help: "Force the kernels of one instruction set: portable, avx2 or avx512.")
  var kernels: InstructionSet?

  @Option(help: "Force one convolution algorithm wherever it is legal (see docs/engine.md).")
  var convolution: ConvolutionAlgorithm?

  func validate() throws {
    if let threads, !(1...256 ~= threads) { throw ValidationError("--threads is \(threads) -> give 1 to 256") }
  }

  func make() throws -> Engine {
    Engine(
      threads: threads, kernels: try kernels.map { try KernelTable($0) } ?? .best,
      planner: ConvolutionPlanner(forced: convolution))
  }
}

enum Precision: String, CaseIterable, ExpressibleByArgument {
  case fp32, bf16
}

extension ConvolutionAlgorithm: ExpressibleByArgument {}

/// Writes a text as a Python string literal, so that an override keeps it a string whatever it looks like.
func pythonString(_ text: String) -> String {
  "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
}

/// What a later version of the program brings.
struct NotYet: Error, CustomStringConvertible {
  let what: String

  init(_ what: String) { self.what = what }

  var description: String { "\(what) comes with a later version of this program" }
}

public import ArgumentParser
internal import Inference
public import Kernels
internal import NN
internal import Version

/// How a command lets the arithmetic be chosen: what it has no option for has one value.
protocol EngineChoice: ParsableArguments {
  var processor: ProcessorOptions { get }
  var precision: Precision { get }
  /// Those that the option takes; one where there is none.
  static var precisions: [Precision] { get }
  /// The file of a calibration; nil for the one beside the weights.
  var calibration: String? { get }
  /// The file of a plan of slowfast tune.
  var tuned: String? { get }
}

extension EngineChoice {
  var precision: Precision { .fp32 }
  static var precisions: [Precision] { [.fp32] }
  var calibration: String? { nil }
  var tuned: String? { nil }
  var threads: Int? { processor.threads }
  var convolution: ConvolutionAlgorithm? { processor.convolution }
  var measurePlan: Bool { processor.measurePlan }

  /// Refuses what would choose algorithms in two ways.
  func checkTuned() throws {
    if tuned != nil && (measurePlan || convolution != nil) {
      let other = measurePlan ? "--measure-plan" : "--convolution"
      throw ValidationError("--tuned and \(other) exclude each other -> give one of them")
    }
  }

  func make(streams: Int = 1) throws -> Engine {
    let table = try processor.kernels.map { try KernelTable($0) } ?? .best
    let activations = precision.activations(with: table)
    if let notice = precision.notice(with: table, dashes: "--") { Console.warn(notice) }
    let engine = Engine(
      threads: threads, kernels: table, planner: ConvolutionPlanner(forced: convolution, measures: measurePlan),
      activations: activations, quantizes: precision.quantizes, streams: streams)
    guard let tuned else { return engine }
    let plan = try TunedPlanFile(path: tuned)
    let setting = TunedPlanFile.Setting(engine, program: programVersion)
    let notices = try plan.check(tuned, on: setting, activations: engine.activations, offering: Self.precisions)
    for notice in notices { Console.warn(notice) }
    return engine.with(planner: ConvolutionPlanner(tuned: plan.algorithms))
  }
}

/// In any precision.
struct EngineOptions: EngineChoice {
  static let precisions = Precision.allCases

  @OptionGroup var processor: ProcessorOptions

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

  @OptionGroup var plan: TunedOption
  var tuned: String? { plan.tuned }

  func validate() throws {
    if calibration != nil && precision != .int8 {
      throw ValidationError("--calibration is for --precision int8 -> give both, or leave it out")
    }
    try checkTuned()
  }
}

/// For detectors, which are in no integers.
struct DetectorEngineOptions: EngineChoice {
  static let precisions: [Precision] = [.fp32, .bf16]

  @OptionGroup var processor: ProcessorOptions

  @Option(
    help: """
      fp32, or bf16: activations and weights in bfloat16, sums in float32 (on processors without AVX512-BF16 a warning, and fp32).
      """)
  var precision: Precision = .fp32

  @OptionGroup var plan: TunedOption
  var tuned: String? { plan.tuned }

  func validate() throws {
    if !Self.precisions.contains(precision) {
      throw ValidationError("--precision is int8, which detectors do not have -> give fp32 or bf16")
    }
    try checkTuned()
  }
}

/// For what is computed in float32.
struct FloatEngineOptions: EngineChoice {
  @OptionGroup var processor: ProcessorOptions
  @OptionGroup var plan: TunedOption
  var tuned: String? { plan.tuned }

  func validate() throws { try checkTuned() }
}

/// For gradients, which are taken in float32, by the kernels of training.
struct GradientEngineOptions: EngineChoice {
  @OptionGroup var processor: ProcessorOptions
}

/// What computes, and by which algorithms.
struct ProcessorOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Threads that compute (default: every processor).", valueName: "count"))
  var threads: Int?

  @Option(
    help: """
      Force the kernels of one instruction set: portable, avx2, avx512 or amx (avx512 with tile registers for bf16).
      """)
  var kernels: InstructionSet?

  @Option(help: "Force one convolution algorithm wherever it is legal (see docs/engine.md).")
  var convolution: ConvolutionAlgorithm?

  @Flag(
    help: """
      Choose each convolution's algorithm by timing them, anew for every size of clips, instead of by its shape; results \
      may then differ in the last bits from run to run.
      """)
  var measurePlan = false

  func validate() throws {
    if measurePlan && convolution != nil {
      throw ValidationError("--measure-plan and --convolution exclude each other -> give one of them")
    }
    if let threads, !(1...256 ~= threads) { throw ValidationError("--threads is \(threads) -> give 1 to 256") }
  }
}

/// Algorithms that were measured.
struct TunedOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Choose each convolution's algorithm by a plan of slowfast tune; shapes that it does not know go by the rule.",
      valueName: "file"), completion: .file())
  var tuned: String?
}

extension Precision: ExpressibleByArgument {}
extension ConvolutionAlgorithm: ExpressibleByArgument {}

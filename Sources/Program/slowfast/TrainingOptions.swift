internal import ArgumentParser
internal import Kernels

/// What every command that trains takes: threads, how convolutions are computed, and `KEY VALUE` overrides.
struct TrainingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Threads that read clips (default: DATA_LOADER.NUM_WORKERS).", valueName: "count"))
  var workers: Int?

  @Option(help: ArgumentHelp("How many threads compute (default: one per processor).", valueName: "n"))
  var threads: Int?

  @Option(help: "Force one convolution algorithm wherever it is legal (see docs/engine.md).")
  var convolution: ConvolutionAlgorithm?

  @Flag(help: "May stand before the KEY VALUE pairs, as in PySlowFast.")
  var opts = false

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp(
      "KEY VALUE pairs that override the config, such as SOLVER.BASE_LR 0.01.", valueName: "KEY VALUE"),
    completion: .file())
  var arguments: [String] = []

  func validate() throws {
    if let threads, !(1...1024 ~= threads) { throw ValidationError("--threads is \(threads) -> give 1 to 1024") }
    if let workers, !(1...1024 ~= workers) { throw ValidationError("--workers is \(workers) -> give 1 to 1024") }
  }

  /// - Parameters:
  ///   - usual: How many threads compute where none are asked for; nil for one per processor.
  ///   - other: An algorithm in place of the option's.
  func engine(usual: Int? = nil, convolution other: ConvolutionAlgorithm? = nil) -> Engine {
    Engine(threads: threads ?? usual, planner: ConvolutionPlanner(forced: other ?? convolution))
  }
}

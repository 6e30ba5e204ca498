internal import ArgumentParser
internal import Parallel

/// How many clips are computed side by side.
struct StreamOptions: ParsableArguments {
  @Option(
    name: .customLong("streams"),
    help: ArgumentHelp(
      """
      Clips computed side by side, each by its part of the threads: faster where there are many cores, more memory \
      (slowfast plan says how much), the same results to the last bit.
      """, valueName: "count"))
  var count = 1

  /// Refuses what the threads cannot be divided into.
  func check(_ engine: some EngineChoice) throws {
    if count < 1 { throw ValidationError("--streams is \(count) -> give 1 or more") }
    let threads = engine.threads ?? availableProcessors()
    if count > threads {
      let given = engine.threads == nil ? "this machine has \(threads)" : "--threads is \(threads)"
      throw ValidationError("--streams is \(count) and each takes a thread, \(given) -> give 1 to \(threads)")
    }
    if count > 1 && engine.measurePlan {
      throw ValidationError(
        "--measure-plan with --streams \(count): streams would disturb each other's measurements -> leave one of them out"
      )
    }
  }
}

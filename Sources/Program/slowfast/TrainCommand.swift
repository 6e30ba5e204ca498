internal import ArgumentParser
internal import Kernels
internal import Trainer
internal import Wording

/// Training, as PySlowFast's run_net.py does it.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a network.",
    discussion: """
      --replay does recorded steps of PySlowFast's own training once more and compares losses, gradients and weights.
      """)

  @Option(
    help: ArgumentHelp(
      "A folder of recorded steps: batches, and what came of them.", valueName: "dir"))
  var replay: String

  @Option(help: ArgumentHelp("How many epochs were recorded.", valueName: "n"))
  var epochs: Int?

  @Option(help: ArgumentHelp("How many threads compute (default: one per processor).", valueName: "n"))
  var threads: Int?

  @Option(help: "Force one convolution algorithm wherever it is legal (see docs/engine.md).")
  var convolution: ConvolutionAlgorithm?

  func validate() throws {
    if let threads, !(1...1024 ~= threads) { throw ValidationError("--threads is \(threads) -> give 1 to 1024") }
    if let epochs, epochs < 1 { throw ValidationError("--epochs is \(epochs) -> give 1 or more") }
  }

  func run() throws {
    let replay = try Replay(folder: self.replay, epochs: epochs)
    let engine = Engine(threads: threads, planner: ConvolutionPlanner(forced: convolution))
    var steps: [Replay.Step] = []
    let progress = Progress("training", total: replay.steps, unit: "step")
    let checks = try replay.run(engine: engine) { step in
      steps.append(step)
      progress.update(steps.count)
    }
    progress.finish()
    let rows = steps.map { step in
      [
        "\(step.epoch + 1)", "\(step.iteration + 1)", fixed(step.loss, 8), fixed(step.expectedLoss, 8),
        fixed(step.learningRate, 8), fixed(step.gradientNorm, 6),
      ]
    }
    print(
      TextTable(["epoch", "iteration", "loss", "recorded", "learning rate", "gradient norm"], rows).text)
    let compared = checks.map { check in
      [check.isPassed ? "agree" : "DIFFER", check.name, short(check.difference), short(check.allowed), check.place]
    }
    print(TextTable(["", "", "largest difference", "allowed", "where"], compared).text, terminator: "")
    if !checks.allSatisfy(\.isPassed) { throw ExitCode(1) }
  }

  private func short(_ number: Double) -> String { number == 0 ? "0" : scientific(number, 1) }
}

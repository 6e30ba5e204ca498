internal import ArgumentParser
internal import Kernels
internal import TextReports
internal import Trainer
internal import Wording

extension TrainCommand {
  /// Does recorded steps once more, and says what differs.
  ///
  /// - Throws: `ExitCode` where something does.
  func replayed(_ folder: String) throws {
    let replay = try Replay(folder: folder, epochs: epochs)
    let progress = Progress("training", total: replay.steps, unit: "step")
    var done = 0
    // Who names an algorithm asks for that one.
    let others: [ConvolutionAlgorithm] = options.convolution == nil ? [.direct, .planar] : []
    let verdict = try replay.judge(
      engine: options.engine(), others: others.map { ($0, options.engine(convolution: $0)) }
    ) { _ in
      done += 1
      progress.update(done)
    }
    progress.finish()
    let rows = verdict.steps.map { step in
      [
        "\(step.epoch + 1)", "\(step.iteration + 1)", fixed(step.loss, 8), fixed(step.expectedLoss, 8),
        fixed(step.learningRate, 8), fixed(step.gradientNorm, 6),
      ]
    }
    print(
      TextTable(["epoch", "iteration", "loss", "recorded", "learning rate", "gradient norm"], rows).text)
    printTable(verdict.checks)
    for other in verdict.others {
      print("\nwith --convolution \(other.algorithm.rawValue)")
      printTable(other.checks)
    }
    if verdict.agrees { return }
    if let explanation = verdict.explanation { return print("\n" + words(verdict, explanation)) }
    Console.say(
      (others.isEmpty
        ? "by --convolution \(options.convolution?.rawValue ?? ""), something differs from what was recorded"
        : "something differs from what was recorded, and no other algorithm of the convolutions explains it")
        + " (docs/training.md)")
    throw ExitCode(1)
  }

  private func printTable(_ checks: [Replay.Check]) {
    let rows = checks.map { check in
      [check.isPassed ? "agree" : "DIFFER", check.name, short(check.difference), short(check.allowed), check.place]
    }
    print(TextTable(["", "", "largest difference", "allowed", "where"], rows).text, terminator: "")
  }

  /// Why what differs is rounding.
  private func words(_ verdict: ReplayVerdict, _ other: ReplayVerdict.Other) -> String {
    let examples = other.decisions.map { decision in
      "\(decision.layer) in iteration \(decision.step + 1), \(short(Double(decision.distance))) apart among numbers up to "
        + short(Double(decision.largest))
    }
    return "agrees, with --convolution \(other.algorithm.rawValue): what differs without it follows from "
      + "\(counted(other.decisions.count, "ReLU or max pool", plural: "ReLUs and max pools")) that rounding decides: "
      + "\(listed(examples, limit: 3)) (docs/training.md)"
  }

  private func short(_ number: Double) -> String { number == 0 ? "0" : scientific(number, 1) }
}

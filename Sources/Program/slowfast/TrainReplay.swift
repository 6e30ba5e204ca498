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
    // A layer may decide several of its numbers: it is named once for each iteration.
    var layers: [ReplayVerdict.Decision] = []
    for decision in other.decisions {
      let known = layers.firstIndex { ($0.layer, $0.step) == (decision.layer, decision.step) }
      guard let known else {
        layers.append(decision)
        continue
      }
      if decision.distance > layers[known].distance { layers[known] = decision }
    }
    let examples = layers.map { layer in
      let count = other.decisions.count { ($0.layer, $0.step) == (layer.layer, layer.step) }
      return "\(layer.layer) in iteration \(layer.step + 1), \(count == 1 ? "" : "\(count) numbers, up to ")"
        + "\(short(Double(layer.distance))) apart among numbers up to \(short(Double(layer.largest)))"
    }
    return "agrees, with --convolution \(other.algorithm.rawValue): what differs without it follows from "
      + "\(counted(Set(layers.map(\.layer)).count, "ReLU or max pool", plural: "ReLUs and max pools")) that rounding decides: "
      + "\(listed(examples, limit: 3)) (docs/training.md)"
  }

  private func short(_ number: Double) -> String { number == 0 ? "0" : scientific(number, 1) }
}

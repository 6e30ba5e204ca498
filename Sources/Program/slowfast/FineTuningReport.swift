internal import FineTuning
internal import Report
internal import TextReports
internal import Wording

/// What a fine-tuning came to, as a table and as a page.
struct FineTuningReport {
  let result: FineTuning.Result
  /// What the network's configuration and weights are called.
  let config: String
  let weights: String
  let freezing: Freezing
  /// How many stages stay frozen afterwards; nil where nothing follows.
  let thenStages: Int?

  private var columns: [String] { result.scores.map(\.title) }

  /// The table of classes, and where the weights are.
  var text: String {
    let first = result.scores[0].scores
    let rows = first.classes.enumerated().map { index, own in
      ["\(own.id)", own.name, "\(own.count)"] + result.scores.map { figure($0.scores.classes[index].ap) }
    }
    let total = ["", "mAP", ""] + result.scores.map { figure($0.scores.map) }
    let table = TextTable(["id", "class", "held out"] + columns, rows + [total]).text
    return table + (lacking.map { "\($0)\n" } ?? "")
      + (result.checkpoint.map { "the best weights (\(columns[result.best])): \($0)\n" } ?? "")
  }

  /// What becomes of the best epoch of a part.
  private func fate(of phase: FineTuning.Result.Phase) -> String {
    if phase.title == columns[result.best] { return ", whose weights are the result" }
    // What came before was better, or what came after.
    let place = columns.firstIndex(of: phase.title) ?? 0
    return place < result.best
      ? "; '\(columns[result.best])' begins with its weights and is better"
      : ", which is no better than '\(columns[result.best])': the result is that one's"
  }

  /// What all numbers lack; nil for nothing.
  private var lacking: String? {
    result.lacking.map {
      "All numbers are of \($0.of - $0.count) of \(counted($0.of, "held-out key frame")): \($0.count) could not be "
        + "read, and people there count as missed."
    }
  }

  private func figure(_ value: Double?) -> String { value.map { fixed($0, 4) } ?? "-" }

  var page: FineTuningPage {
    let first = result.scores[0].scores
    return FineTuningPage(
      "Fine-tuning of \(weights)",
      facts: [
        "Config \(config); frozen: \(freezing)\(thenStages.map { ", then stages \($0)" } ?? ""); "
          + "\(counted(result.trainingBoxes, "box", plural: "boxes")) to learn from, "
          + "\(counted(result.validationBoxes, "box", plural: "boxes")) scored on what is held out.",
        "Frame mAP at an IoU of 0.5 by PySlowFast's protocol, on unrounded scores. Before: the new head as it was drawn. "
          + "The best weights are those of '\(columns[result.best])'.",
      ] + (lacking.map { [$0] } ?? []), columns: columns, means: result.scores.map(\.scores.map),
      classes: first.classes.enumerated().map { index, own in
        FineTuningPage.Class(
          id: own.id, name: own.name, count: own.count,
          repeats: result.repeats.indices.contains(own.id - 1) ? result.repeats[own.id - 1] : nil,
          precisions: result.scores.map { $0.scores.classes[index].ap })
      },
      phases: result.phases.map { phase in
        let best = phase.bestEpoch.map { "; the best is epoch \($0)\(fate(of: phase))" } ?? ""
        return FineTuningPage.Phase(
          "Training: \(phase.title)", facts: ["\(counted(phase.epochs, "epoch"))\(best)."], curves: phase.curves,
          description: "Loss, held-out mAP and learning rate over the epochs of '\(phase.title)'")
      })
  }
}
